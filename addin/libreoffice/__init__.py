"""The LibreOffice door: every function of the register in Calc, through one extension
(`bankable.oxt`).

`extension` writes it, `parts/` holds the Python that runs inside LibreOffice, `installation` puts
it in place.
"""
