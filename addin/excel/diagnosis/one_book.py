"""What the doctor says of one workbook: the version it was written by, and what lies beside it.

Only its cover and its folder are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bankable
from bankable.addin import book_version
from bankable.addin.excel.diagnosis import search_path
from bankable.addin.excel.diagnosis.finding import OK, WARNING, Finding


def findings(book: Path) -> Iterator[Finding]:
    """The workbook's version beside this one, and its folder."""
    try:
        written = _version_in(book)
    except Exception as fault:  # whatever a foreign file makes openpyxl raise
        yield Finding(
            "workbook",
            WARNING,
            f"{book.name} is no .xlsx workbook that can be read ({type(fault).__name__})",
            "save it as .xlsx or .xlsm in Excel, then ask again",
        )
        yield from search_path.beside_book(book)
        return
    said = book_version.difference(written, bankable.__version__)
    if said:
        yield Finding("workbook", WARNING, f"{book.name}: {said}", "as it says")
    elif written:
        yield Finding("workbook", OK, f"{book.name} is of this version, {written}")
    else:
        yield Finding("workbook", OK, f"{book.name} is no comparison of Bankable's")
    yield from search_path.beside_book(book)


def _version_in(book: Path) -> str | None:
    import openpyxl

    opened = openpyxl.load_workbook(book, read_only=True, data_only=True)
    try:
        if book_version.SHEET not in opened.sheetnames:
            return None
        (top, left), (bottom, right) = book_version.PLACE
        rows = opened[book_version.SHEET].iter_rows(top, bottom, left, right, values_only=True)
        return book_version.written_by(rows)
    finally:
        opened.close()
