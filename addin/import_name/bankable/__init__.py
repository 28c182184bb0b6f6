"""Bankable: worksheet functions, comparison workbooks and credit memos for lending against long
projects.

`bankable.udfs` is the finance, `bankable.templates` the workbooks and the memo, `bankable.addin`
the doors. Installed, the three lie beside this file; in a clone they are the folders of the same
names at its top, and this file leads there.
"""

from pathlib import Path

__version__ = "0.2.0"

_HERE = Path(__file__).resolve().parent
if not (_HERE / "udfs").is_dir():
    __path__.append(str(_HERE.parents[2]))
