"""The Excel doors: the same functions through xlwings on Windows, and prepared for Excel on the web
and the Mac.

`functions` is what xlwings calls; `wrappers` writes the VBA in front of it and `addin_file` packs
both into bankable.xlam.
"""
