"""The Functions sheet, every worksheet function with its question and its call, and the Change log
sheet.

In the playground each example stands as a live call beside its value; in the other workbooks as
text, so that they hold few calls.
"""

from __future__ import annotations

import datetime as dt

from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Book, Validation
from bankable.templates.workbook.rows import LABEL, SECTION, UNIT

CALL, EXAMPLE = 3, 4


def lay_functions(book: Book, paper: str) -> None:
    """Every function of the register by family."""
    from bankable.udfs import FUNCTIONS, reference

    sheet = frame.start(
        book, "Functions", "Functions: what to type, and what it answers", None, paper
    )
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
            sheet.heights[row] = (
                30 if max(len(entry.question) / 70, len(entry.signature) / 85) > 1 else 15
            )
        row += 1
    sheet.put(
        row + 1,
        LABEL,
        "Live examples stand in the function playground; `bankable help NAME` explains each. [x]"
        " may be left out.",
        "note",
    )
    sheet.widths |= {SECTION: 4, LABEL: 24, UNIT: 22, CALL: 72, EXAMPLE: 88}
    sheet.freeze = (frame.FIRST_ROW, UNIT)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)


V0_1_0 = ("0.1.0", dt.date(2026, 11, 23))
CHANGES = (
    (
        *V0_1_0,
        (
            "Calendar dates from the day of financial close; the scenario in force in the head of"
            " every sheet; sign changes beside each IRR; rates a year to a hundredth of a per cent."
        ),
    ),
    (*V0_1_0, "Uncovered risk that the bank keeps is a credit test."),
    (*V0_1_0, "What a sale of the plant yields is discounted once for the time to sell."),
    (
        *V0_1_0,
        (
            "Arrears and the reserve come before the sponsor on every view; the reserve is kept for"
            " the next year's debt service."
        ),
    ),
    (
        *V0_1_0,
        (
            "The loan is committed at close on the budget: an overrun and what a delay costs are"
            " the sponsor's. A plant that never earns its costs again is closed."
        ),
    ),
    (
        *V0_1_0,
        (
            "Where the market price is held in a band, the goods' worth to a public buyer is told"
            " by the market price."
        ),
    ),
    (
        *V0_1_0,
        (
            "Public cost is shown in two figures, expected cost and budget authority, which are"
            " never added."
        ),
    ),
    (
        *V0_1_0,
        (
            "First version: comparison, scenarios, support, frontier, sensitivity, time, memo page,"
            " checks."
        ),
    ),
)
VERSION, DATE, BY = 2, 3, 4
OWN_LINES = 12  # for the owner of a workbook


def lay_changes(book: Book, version: str, paper: str) -> None:
    """What changed in the model, by version, newest first; the workbook's own changes are for its
    owner to add.
    """
    sheet = frame.start(book, "Change log", "Change log", None, paper)
    for col, text in enumerate(("#", "Change", "Version", "Date", "By")):
        sheet.put(frame.HEAD_ROW, col, text, "heading")
    row = frame.FIRST_ROW
    for number, (since, day, text) in zip(range(len(CHANGES), 0, -1), CHANGES, strict=True):
        sheet.put(row, SECTION, number, "section")
        sheet.put(row, LABEL, text, "wrap")
        sheet.put(row, VERSION, since, "grey")
        sheet.put(row, DATE, day, "left date")
        sheet.put(row, BY, "Bankable", "grey")
        sheet.heights[row] = 30 if len(text) > 90 else 15
        row += 1
    row += 1
    frame.band_row(sheet, row, "Changes to this workbook: yours to note", BY)
    spot = (row + 1, DATE, row + OWN_LINES, DATE)
    said = "A date, such as 2027-03-31."
    sheet.validations.append(
        Validation(spot, "date", dt.date(2000, 1, 1), None, title="Date", message=said, error=said)
    )
    for _ in range(OWN_LINES):
        row += 1
        for col in (LABEL, VERSION, BY):
            sheet.put(row, col, None, "input text")
        sheet.put(row, DATE, None, "input date")
    sheet.widths |= {SECTION: 4, LABEL: 90, VERSION: 14, DATE: 18, BY: 24}
