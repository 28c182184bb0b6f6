"""The Recut sheet: for each promise of years and coverage the largest loan that meets every test, at the
tenor that bears most, and whether the sponsor goes ahead with it.

The Frontier holds the loan as typed, so that its answer is about that loan's tenor; here the loan
follows the promise. Two sentences are read off: what today's longest promise bears, and what the
case held against takes.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.recut_answers import answers
from bankable.templates.comparison.sheets.recut_grid import (
    ALIKE,
    COLUMNS,
    COVERAGES,
    GRIDS,
    both_go_ahead,
    grid,
    within,
)
from bankable.templates.workbook.book import Book, Sheet
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, UNIT, lay, scalar
from bankable.templates.workbook.settings import Settings, keep


def lay_recut(book: Book, n: int, deal: str, settings: Settings, paper: str) -> None:
    """The sheet; `deal` is the block of the case studied without any tool."""
    title = "Recut: the largest loan that each promise bears"
    sheet = frame.time_sheet(book, "Recut", title, COLUMNS, "", "D55E00", paper)
    sheet.put(frame.HEAD_ROW, LABEL, "Years of offtake down, guarantee coverage across", "heading")
    sheet.put(frame.HEAD_ROW, CONSTANT, "Years", "heading right")
    sheet.put(frame.HEAD_ROW, TOTAL, "Most", "heading right")
    for i, value in enumerate(settings.take("recut_coverages", list(COVERAGES))):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, value, "input share")
    sheet.mark_path("coverages", frame.HEAD_ROW, COLUMNS)
    spot = (frame.HEAD_ROW, COLUMNS.first, frame.HEAD_ROW, COLUMNS.last)
    keep(book, sheet, "recut_coverages", *spot)
    sheet.validations.append(within(spot, "decimal", 1, "Share of the bank loan guaranteed."))
    row = _held_against(book, sheet, frame.FIRST_ROW, n, settings)
    for number, (measure, label, unit, style) in enumerate(GRIDS, start=2):
        row = grid(book, sheet, row, str(number), (measure, label, unit, style), deal, settings)
    sheet.print.row_breaks = (row,)
    row = both_go_ahead(sheet, row)
    answers(sheet, row, deal)
    sheet.widths |= {CONSTANT: 16, TOTAL: 14, LABEL: 56} | {
        COLUMNS.first + i: 15 for i in range(COLUMNS.count)
    }


def _held_against(book: Book, sheet: Sheet, row: int, n: int, settings: Settings) -> int:
    """The case that the loans are held against, and the hurdle of the sponsor studied."""
    frame.band_row(
        sheet,
        row,
        '="The case: "&{Support!studied_name}&", on the terms of Support, with no other tool and the'
        ' loan cut to each promise"',
        COLUMNS.last,
        "heading",
        "1",
    )

    def chosen(which: str, key: str) -> str:
        cases = ",".join(f"{{Summary!{key}_{i}}}" for i in range(1, n + 1))
        return f"=CHOOSE({{Support!{which}}},{cases})"

    rows = [
        scalar("mark_name", "Held against, as it stands", "", "={Support!reference_name}", "text"),
        scalar(
            "mark_share",
            "Its debt over total uses",
            "%",
            chosen("reference", "gearing_used"),
            "total share",
        ),
        scalar(
            "mark_lends",
            "It carries debt (1 = yes)",
            "flag",
            "=IF(ISNUMBER({mark_share}),IF({mark_share}>0,1,0),0)",
            "flag",
        ),
        scalar(
            "hurdle",
            "Hurdle of the sponsor studied: expected equity IRR",
            "% a year",
            chosen("studied", "hurdle_irr"),
            "total rate",
        ),
    ]
    row = lay(sheet, rows, row + 1, COLUMNS)
    sheet.put(row, LABEL, "Debts that differ by less are the same answer")
    sheet.put(row, UNIT, "% of uses", "unit")
    sheet.put(row, CONSTANT, settings.take("recut_alike", [ALIKE])[0], "input rate")
    sheet.put(row, TOTAL, "illustrative", "grey")
    sheet.mark("alike", row, CONSTANT)
    spot = (row, CONSTANT, row, CONSTANT)
    keep(book, sheet, "recut_alike", *spot)
    sheet.validations.append(within(spot, "decimal", 1, "Share of the total uses."))
    return row + 2
