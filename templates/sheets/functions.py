"""The Functions sheet, every worksheet function with its question and its call, and the Change log sheet.

In the playground each example stands as a live call beside its value; in the other workbooks as text, so that
they hold few calls.
"""

from __future__ import annotations

import datetime as dt

from templates.book import Book
from templates.rows import LABEL, SECTION, UNIT
from templates.sheets import frame

CALL, EXAMPLE = 3, 4


def lay_functions(book: Book, paper: str) -> None:
    """Every function of the register by family."""
    from udfs import FUNCTIONS, reference

    sheet = frame.start(book, "Functions", "Functions: what to type, and what it answers", None, paper)
    for col, text in enumerate(("#", "Function", "Family", "Question that it answers", "Call")):
        sheet.put(frame.HEAD_ROW, col, text, "heading")
    row, number = frame.FIRST_ROW, 0
    for family, entries in reference.by_family(FUNCTIONS.values()).items():
        frame.band_row(sheet, row, family, EXAMPLE)
        for entry in entries:
            row, number = row + 1, number + 1
            sheet.put(row, SECTION, number, "section")
            sheet.put(row, LABEL, entry.name, "bold")
            sheet.put(row, UNIT, family, "grey")
            sheet.put(row, CALL, entry.question, "wrap")
            sheet.put(row, EXAMPLE, entry.signature, "wrap")
            sheet.heights[row] = 30 if max(len(entry.question) / 70, len(entry.signature) / 85) > 1 else 15
        row += 1
    sheet.put(
        row + 1, LABEL, "Live examples stand in the function playground; `bankable help NAME` explains each. [x] may be left out.", "note"
    )
    sheet.widths |= {SECTION: 4, LABEL: 24, UNIT: 22, CALL: 72, EXAMPLE: 88}
    sheet.freeze = (frame.FIRST_ROW, UNIT)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)


CHANGES = (
    ("0.1.0", dt.date(2026, 11, 23), "First version: comparison, scenarios, support, frontier, sensitivity, time, memo page, checks."),
    ("0.1.0", dt.date(2026, 11, 23), "Public cost is shown in two figures, expected cost and budget authority, which are never added."),
    (
        "0.1.0",
        dt.date(2026, 11, 23),
        "Where the market price is held in a band, the goods' worth to a public buyer is told by the market price.",
    ),
)
VERSION, DATE, BY = 2, 3, 4


def lay_changes(book: Book, version: str, paper: str) -> None:
    """What changed in the model, by version, newest first; the workbook's own changes are for its owner to add."""
    sheet = frame.start(book, "Change log", "Change log", None, paper)
    for col, text in enumerate(("#", "Change", "Version", "Date", "By")):
        sheet.put(frame.HEAD_ROW, col, text, "heading")
    row = frame.FIRST_ROW
    for number, (since, day, text) in enumerate(CHANGES, start=1):
        sheet.put(row, SECTION, number, "section")
        sheet.put(row, LABEL, text, "wrap")
        sheet.put(row, VERSION, since, "grey")
        sheet.put(row, DATE, day, "left date")
        sheet.put(row, BY, "Bankable", "grey")
        sheet.heights[row] = 30
        row += 1
    row += 1
    frame.band_row(sheet, row, "Changes to this workbook: yours to note", BY)
    for _ in range(12):
        row += 1
        for col in (LABEL, VERSION, BY):
            sheet.put(row, col, None, "input text")
        sheet.put(row, DATE, None, "input date")
    sheet.widths |= {SECTION: 4, LABEL: 90, VERSION: 14, DATE: 18, BY: 24}
