"""The Time sheet: build and ramp side by side, what a month of delay costs, what learning saves and
what a lapse destroys.

Also what an announced contract is worth, and what standing ready for a surge is worth against its
cost. Each section ends in one line that says what it found.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.time_build import build
from bankable.templates.comparison.sheets.time_capability import lapse, learning
from bankable.templates.comparison.sheets.time_columns import COLUMNS, WIDE, G
from bankable.templates.comparison.sheets.time_contract import announced
from bankable.templates.comparison.sheets.time_readiness import factory_first, surge
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL
from bankable.templates.workbook.settings import Settings


def lay_time(
    book: Book,
    names: Sequence[str],
    builds: Sequence[str],
    settings: Settings,
    paper: str,
    time: Periods,
) -> None:
    """The sheet; one column a case in the side-by-side tables."""
    sheet = frame.time_sheet(
        book,
        "Time",
        "Time: months to first revenue, and what time costs",
        COLUMNS,
        "",
        "56B4E9",
        paper,
    )
    for i in range(WIDE):
        sheet.put(
            frame.HEAD_ROW,
            G + i,
            f"={{Inputs!case_name_{i + 1}}}" if i < len(names) else None,
            "heading wrap",
        )
    for col, text in ((CONSTANT, "Value"), (TOTAL, "Source")):
        sheet.put(frame.HEAD_ROW, col, text, "heading right" if col == CONSTANT else "heading")
    sheet.heights[frame.HEAD_ROW] = 27
    row = build(sheet, frame.FIRST_ROW, names, builds, time)
    row = announced(book, sheet, row + 1, names, settings)
    row = learning(book, sheet, row + 1, settings)
    row = lapse(book, sheet, row + 1, settings)
    row = surge(book, sheet, row + 1, settings)
    row = factory_first(book, sheet, row + 1, names, settings)
    sheet.print.area = (0, 0, row - 1, COLUMNS.last)
    sheet.widths |= {CONSTANT: 18, TOTAL: 18, LABEL: 62} | {G + i: 16 for i in range(WIDE)}
    sheet.print.pages_tall = 2
