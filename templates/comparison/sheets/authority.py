"""The Authority sheet: what the law lets each tool do, beside what the terms of Support ask of it; and two
comparators outside the packages: the state that builds the plant itself, and an export subsidy.

No row is legal advice: a tool without a general authority needs an act, and counsel says which.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.authority_comparators import (
    state,
    state_sentence,
    subsidy,
    subsidy_sentence,
)
from bankable.templates.comparison.sheets.authority_tools import (
    COLUMNS,
    LAW,
    LONGEST,
    MONEY_ASKED,
    MOST,
    SOURCE,
    VERDICT,
    YEARS_ASKED,
    lacking_sentence,
    tools,
)
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.rows import LABEL, SECTION
from bankable.templates.workbook.settings import Settings

# key, label, unit, delivered value, style, least, most, source
LIMITS = (
    ("multi_years", "Longest multiyear contract", "years", 5, "count", 1, 30, "10 USC 3501; FAR 17.1"),
    ("direct_least", "Least direct loan of the Office of Strategic Capital", "$m", 10.0, "number", 0, 1e6, "notice of funds of 2024"),
    ("direct_most", "Largest direct loan of the same", "$m", 150.0, "number", 0, 1e6, "notice of funds of 2024"),
    ("small_most", "Largest loan that SBA 7(a) guarantees", "$m", 5.0, "number", 0, 1e6, "SBA 7(a), fiscal year 2026"),
    ("defence", "The plant makes defence articles (1 = yes)", "flag", 1, "count", 0, 1, "closed to EXIM's credit by its charter"),
    ("uplift", "Export subsidy: uplift of the price of what is exported", "%", 0.10, "share", 0, 1, "illustrative"),
)  # fmt: skip


def lay_authority(
    book: Book, studied: str, names: Sequence[str], settings: Settings, paper: str
) -> None:
    """The sheet; `studied` is the deal block of the case studied, `names` are the case sheets."""
    sheet = frame.start(
        book, "Authority", "Authority: what the law lets each tool do", "0072B2", paper
    )
    frame.band_row(sheet, frame.HEAD_ROW, "For counsel to confirm: no legal advice", SOURCE)
    said = {"tools": lacking_sentence(), "state": state_sentence(), "subsidy": subsidy_sentence()}
    row = frame.sentences(sheet, frame.FIRST_ROW, said)
    frame.band_row(sheet, row, "Limits", SOURCE, "heading", "1")
    row = bounds.blue(book, sheet, row + 1, settings, "authority", LIMITS, COLUMNS)
    row = tools(sheet, row)
    row = state(sheet, row + 1, names)
    subsidy(sheet, row + 1, studied, names)
    sheet.widths |= {SECTION: 4, LABEL: 54, VERDICT: 40, LAW: 72, SOURCE: 44}
    sheet.widths |= dict.fromkeys((LONGEST, MOST, YEARS_ASKED, MONEY_ASKED), 16)
    sheet.freeze = (frame.FIRST_ROW, LABEL + 1)
