"""The columns of Time, an input of the case studied, and the line that says what a section found."""

from __future__ import annotations

from bankable.templates.workbook.book import Sheet, TimeColumns
from bankable.templates.workbook.rows import FIRST_TIME_COLUMN, LABEL

G = FIRST_TIME_COLUMN
DOUBLINGS = (1, 2, 4, 8, 16, 32)
WIDE = max(6, len(DOUBLINGS))
COLUMNS = TimeColumns(G, WIDE)


def finding(sheet: Sheet, row: int, key: str, formula: str) -> int:
    """The line that says what a section found; returns the row after."""
    sheet.put(row, LABEL, formula, "bold")
    sheet.mark(f"finding_{key}", row, LABEL)
    return row + 1


def own(key: str) -> str:
    """The value of an input in the case studied."""
    return f"{{Deals!studied_{key}}}"
