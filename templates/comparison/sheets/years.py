"""The Years sheet, in a book of several periods a year: the rows of each case that Summary, Time and the
memo show by year, flows added over the year, balances and cover as they stand at its end.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Book, TimeColumns
from bankable.templates.workbook.rows import FIRST_TIME_COLUMN, Row, band, lay, note, path
from bankable.udfs.deal.chain.axes import VIEWS
from bankable.udfs.deal.chain.lines import line

NAME = "Years"
FLOWS = (
    *(f"revenue_{view}" for view in VIEWS),
    *(f"earnings_{view}" for view in VIEWS),
    "lender_cfads",
    "cfads_promised",
    "interest",
    "principal",
    "debt_service",
    "distribution",
)
AT_END = ("closing", "arrears", "lender_dscr", *(f"dscr_{view}" for view in VIEWS), "covenant")
SHOWN = frozenset((*FLOWS, *AT_END))


def lay_years(book: Book, names: Sequence[str], time: Periods, paper: str) -> None:
    """The sheet; keys are those of the case sheet with the case's number."""
    title = "Years: each case by year of operation"
    columns = TimeColumns(FIRST_TIME_COLUMN, time.years)
    sheet = frame.time_sheet(book, NAME, title, columns, "", frame.ENGINE_ROOM, paper)
    rows: list[Row] = [
        note(
            "Flows are added over the year; balances are those at its end, cover that of its last"
            " payment date."
        )
    ]
    year = [1, *["={year<}+1"] * (time.years - 1)]
    rows.append(path("year", "Year of operation", "year", year, "year", label_style="bold"))
    for i, name in enumerate(names, start=1):
        rows.append(band(f"={{Inputs!case_name_{i}}}"))
        rows += [_row(i, name, key, time) for key in (*FLOWS, *AT_END)]
    lay(sheet, rows, frame.FIRST_ROW, columns)


def _row(i: int, name: str, key: str, time: Periods) -> Row:
    one = line(key)
    place = f"{{year}}*{time.a_year}"
    last = f"INDEX({{{name}!{key}:}},1,{place})"
    first = f"INDEX({{{name}!{key}:}},1,{place}-{time.a_year - 1})"
    formula = f"=SUM({first}:{last})" if key in FLOWS else f"={last}"
    total = "sum" if one.total else None
    return path(f"{key}_{i}", one.label, one.unit, formula, one.format, total)


def by_year(i: int, name: str, key: str, time: Periods, suffix: str = ":") -> str:
    """The token of a case's row by year."""
    return f"{{{NAME}!{key}_{i}{suffix}}}" if time.several else f"{{{name}!{key}{suffix}}}"


__all__ = ["NAME", "SHOWN", "by_year", "lay_years"]
