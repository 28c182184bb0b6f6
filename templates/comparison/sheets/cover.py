"""The Cover: purpose, version, model hash, how to use, sheet map, colour legend, master check; and
the list of sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, Sheet, Typed
from bankable.templates.workbook.rows import LABEL, SECTION, UNIT, given
from bankable.udfs.deal.deal import INPUTS

PURPOSE = (
    "A lender's comparison of projects that live on a long offtake and projects that live on a"
    " yearly one: what each contract is worth, how much debt it carries, which credit tests it"
    " meets, and what public support costs."
)
HASH = (
    "The formulas of all sheets and their places, not the figures typed. `bankable memo` and"
    " `bankable monitor` lay the model afresh, compare hash, formulas and constants cell by cell,"
    " and refuse a workbook in which one was changed."
)
USE = (
    "Type in the blue cells of Inputs, one column a case; every other cell calculates.",
    (
        "Read Summary; each figure there is a link to the case sheet where it is worked out, row by"
        " row."
    ),
    "See that the master check says OK; Checks names what does not tie.",
    (
        "Choose a scenario on Scenarios; terms of support, grids and ranges are blue cells on their"
        " own sheets."
    ),
    (
        "Any program that opens .xlsx recalculates the native formulas; where the add-in is absent,"
        " its tables keep their saved values."
    ),
    "[periods]",
    (
        "Names: in_KEY is a row of Inputs and out_KEY a row of Summary, one cell a case;"
        " =INDEX(in_capex,1,2) is the second case's."
    ),
    (
        "Names: set_KEY are the blue cells of other sheets, such as set_scenario and"
        " set_timeline_close."
    ),
    "`bankable compare this-file.xlsx` reads the blue cells back and writes a fresh comparison.",
)
LEGEND = (
    ("input number2", "blue on yellow", "input: yours to change"),
    ("number2", "black", "formula"),
    ("link number2", "green", "link to another sheet"),
    ("alert", "red", "alert: a check, a limit or a scenario to look at"),
)


YEARLY = (
    "Years of operation count from completion; debt service and all yearly flows are annual, in"
    " arrears. The build is monthly. Timeline holds the date of financial close."
)
BY_PERIOD = (
    "A year has [a_year] periods, counted from completion and fixed when the workbook was laid; each loan"
    " pays at its own dates, flows fall at the end of a period, Years adds them up. The build is monthly."
)
STATE = "={Checks!functions}"


def lay_cover(
    book: Book,
    version: str,
    day: dt.date,
    sheets: Sequence[tuple[str, str]],
    paper: str,
    time: Periods,
) -> Sheet:
    """The first sheet; `day` is when it is written, `sheets` are names and what is on them."""
    sheet = frame.start(
        book, "Cover", "Bankable: comparison of projects for credit", "1F3864", paper
    )
    row = frame.FIRST_ROW - 1
    for label, value in (
        ("Purpose", PURPOSE),
        ("Version of Bankable", version),
        ("Built on", day),
        ("Model hash (formulas)", "{model_hash}"),
        ("Inputs as delivered (hash)", "{inputs_hash}"),
        ("What the model hash covers", HASH),
        ("Functions here", STATE),
        ("Cases", "=" + '&"; "&'.join(f"{{Inputs!case_name_{i}}}" for i in _case_numbers(book))),
    ):
        sheet.put(row, LABEL, label, "bold")
        marked = isinstance(value, str) and value.startswith("{")
        if value == STATE:
            frame.told(sheet, row, UNIT, STATE, "wrap")
        else:
            style = "left date" if isinstance(value, dt.date) else "wrap"
            sheet.put(row, UNIT, None if marked else value, style)
        if marked:
            sheet.mark(str(value)[1:-1], row, UNIT)
        if value in (PURPOSE, HASH):
            sheet.heights[row] = 30
        row += 1
    row += 1
    sheet.put(row, LABEL, "How to use", "heading")
    sheet.put(row, UNIT, None, "heading")
    periods = time.one(YEARLY, given(BY_PERIOD, a_year=time.a_year))
    for i, text in enumerate(USE, start=1):
        sheet.put(row + i, SECTION, i, "section")
        sheet.put(row + i, LABEL, given(text, periods=periods))
    row += len(USE) + 2
    sheet.put(row, LABEL, "Sheets", "heading")
    sheet.put(row, UNIT, None, "heading")
    for name, what in sheets:
        row += 1
        sheet.hyperlink(row, LABEL, name, name)
        sheet.put(row, UNIT, what)
    row += 2
    sheet.put(row, LABEL, "Colours", "heading")
    sheet.put(row, UNIT, None, "heading")
    for style, sample, what in LEGEND:
        row += 1
        sheet.put(row, LABEL, sample, style)
        sheet.put(row, UNIT, what)
    row += 2
    for text in (
        (
            "Figures of the shipped deals carry their source, or the word illustrative, beside each"
            " input. They are no company's accounts."
        ),
        "Decisions say whether the credit tests are met. Approval is the committee's.",
    ):
        sheet.put(row, LABEL, text, "note")
        row += 1
    sheet.widths |= {SECTION: 4, LABEL: 34, UNIT: 100, 3: 10}
    sheet.print.pages_tall = 1
    return sheet


def _case_numbers(book: Book) -> list[int]:
    return [
        int(key.rsplit("_", 1)[1]) for key in book["Inputs"].placed if key.startswith("case_name_")
    ]


def lay_sources(book: Book, cases: Sequence[SourcedDeal], paper: str) -> None:
    """Every input's value as delivered and its source, case by case; a source shared by all cases
    stands once.
    """
    sheet = frame.start(book, "Sources", "Sources of the figures as delivered", None, paper)
    for col, text in enumerate(("#", "Assumption", "Unit", "Case", "Source")):
        sheet.put(frame.HEAD_ROW, col, text, "heading")
    row = frame.FIRST_ROW
    for field in INPUTS:
        said: dict[str, list[str]] = {}
        for case in cases:
            said.setdefault(case.sources.get(field.name, "not stated"), []).append(
                case.deal.case_name
            )
        for source, names in said.items():
            sheet.put(row, LABEL, field.metadata["label"])
            sheet.put(row, UNIT, field.metadata["unit"], "unit")
            whose = "all" if len(names) == len(cases) else "; ".join(names)
            sheet.put(row, 3, Typed(whose), "grey")
            sheet.put(row, 4, Typed(source), "wrap")
            row += 1
    sheet.put(
        row + 1,
        LABEL,
        "Sources are named as they were read in November 2026, some of them in secondary reports;"
        " the book holds no full addresses. Find the document itself before quoting it.",
        "note",
    )
    sheet.widths |= {SECTION: 3, LABEL: 42, UNIT: 12, 3: 30, 4: 105}
    sheet.freeze = (frame.FIRST_ROW, 0)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)
