"""Bankable: worksheet functions, comparison workbooks and credit memos for lending against long
projects.

`bankable.udfs` is the finance, `bankable.templates` the workbooks and the memo, `bankable.addin`
the doors. Installed, the three lie beside this file; in a clone they are the folders of the same
names at its top, and this file leads there.
"""

import os

__version__ = "0.2.0"

_HERE = os.path.dirname(os.path.realpath(__file__))
if not os.path.isdir(os.path.join(_HERE, "udfs")):
    __path__.append(os.path.dirname(os.path.dirname(os.path.dirname(_HERE))))
