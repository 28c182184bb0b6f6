"""What every sheet has in common: title, unit, master check and scenario in the frozen rows, column
heads, print set-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bankable.templates.workbook.book import Book, Conditional, Print, Sheet, TimeColumns, address
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    SECTION,
    SPACER,
    TOTAL,
    UNIT,
    given,
)

TITLE_ROW, STATUS_ROW, UNITS_ROW, HEAD_ROW, FIRST_ROW = 0, 1, 2, 3, 4
IN_FORCE = "Scenario in force: "
ENGINE_ROOM = "BFBFBF"  # the tab of a sheet that a reader need not open
UNITS = "Amounts in $ million unless the unit says otherwise"


def start(book: Book, name: str, title: str, tab: str | None = None, paper: str = "A4") -> Sheet:
    """A new sheet with its title, the unit line, the scenario in force and the master check."""
    sheet = book.sheet(name, tab)
    sheet.put(TITLE_ROW, LABEL, title, "title")
    sheet.put(UNITS_ROW, LABEL, UNITS, "subtitle")
    _say_scenario(
        sheet, UNITS_ROW if name == "Checks" else STATUS_ROW
    )  # Checks has words of its own beside the master check
    if name != "Checks":
        sheet.put(STATUS_ROW, UNIT, "Master check", "right")
        told(sheet, STATUS_ROW, CONSTANT, "={Checks!master}", "check")
        flag_words(sheet, STATUS_ROW, CONSTANT)
    sheet.print = Print(paper=paper)
    return sheet


def told(sheet: Sheet, row: int, col: int, formula: str, style: str) -> None:
    """A cell that tells whether the functions are here, as an array of one cell: LibreOffice
    calculates arrays when it opens a file, and keeps the saved values of other cells.
    """
    sheet.array(row, col, 1, 1, formula, style)


def _say_scenario(sheet: Sheet, row: int) -> None:
    """The scenario in force, red unless it is Base; where it takes the place of the unit line it
    says the unit too.
    """
    said = f"{UNITS}. {IN_FORCE}" if row == UNITS_ROW else IN_FORCE
    sheet.put(row, LABEL, f'="{said}"&{{Scenarios!scenario}}', "scenario")
    rule = f'={address(row, LABEL, True)}<>"{said}Base"'
    sheet.conditionals.append(Conditional((row, LABEL, row, LABEL), "formula", rule, "alert fill"))


def flag_words(
    sheet: Sheet, row: int, col: int, last_row: int | None = None, last_col: int | None = None
) -> None:
    """Colour the words OK and FAIL (and passed, failed) in a range."""
    spot = (row, col, row if last_row is None else last_row, col if last_col is None else last_col)
    for word in ("OK", "passed"):
        sheet.conditionals.append(Conditional(spot, "equal", f'"{word}"', "ok fill"))
    sheet.conditionals.append(
        Conditional(spot, "formula", f'=LEFT({address(row, col)},3)="OK,"', "alert fill")
    )
    for word in ("FAIL", "FAILED"):
        sheet.conditionals.append(Conditional(spot, "equal", f'"{word}"', "fail fill"))


def time_sheet(
    book: Book, name: str, title: str, columns: TimeColumns, heads: str, tab: str | None, paper: str
) -> Sheet:
    """A calculation sheet: fixed columns, then time; `heads` is the token of the time heads, its
    place in time as the parameter [i].
    """
    sheet = start(book, name, title, tab, paper)
    for col, text in (
        (SECTION, "#"),
        (LABEL, "Row"),
        (UNIT, "Unit"),
        (CONSTANT, "Constant"),
        (TOTAL, "Total"),
        (SPACER, None),
    ):
        sheet.put(HEAD_ROW, col, text, "heading" if col < CONSTANT else "heading right")
    for i in range(columns.count):
        sheet.put(
            HEAD_ROW,
            columns.first + i,
            f"={given(heads, i=i + 1)}" if heads else i + 1,
            "heading year",
        )
    for col, width in (
        (SECTION, 4),
        (LABEL, 52),
        (UNIT, 12),
        (CONSTANT, 13),
        (TOTAL, 12),
        (SPACER, 2),
    ):
        sheet.widths[col] = width
    for i in range(columns.count):
        sheet.widths[columns.first + i] = 9.5
    sheet.freeze = (FIRST_ROW, FIRST_TIME_COLUMN)
    sheet.print.title_rows = (TITLE_ROW, HEAD_ROW)
    sheet.print.title_cols = (SECTION, UNIT)
    return sheet


def dated(sheet: Sheet, columns: TimeColumns, completion: str, ends: str) -> None:
    """Calendar dates in the frozen rows: completion, and the end of each period from the sheet's
    row `ends`.
    """
    sheet.put(STATUS_ROW, TOTAL, "Completion", "right")
    sheet.put(STATUS_ROW, columns.first, f"=EDATE({{Timeline!close}},{completion})", "head date")
    sheet.put(UNITS_ROW, TOTAL, "Period ends", "right")
    for i in range(columns.count):
        sheet.put(UNITS_ROW, columns.first + i, f"={{{ends}#{i + 1}}}", "head date")


def counted(cell: str, noun: str) -> str:
    """A count with its noun, as a formula: 1 year, 12 years."""
    return f'{cell}&IF({cell}=1," {noun}"," {noun}s")'


def money(cell: str) -> str:
    """An amount in whole $ million, as a part of a text formula: $12m, -$12m."""
    return f'TEXT(ROUND({cell},0),"$#,##0;-$#,##0")&"m"'


def chosen_case(names: Sequence[str], token: str, which: str = "studied") -> str:
    """The row or cell `token` of the case that Support chooses; [case] in it is the case's sheet."""
    each = ",".join(given(token, case=name) for name in names)
    return f"=CHOOSE({{Support!{which}}},{each})"


def sentences(sheet: Sheet, row: int, said: Mapping[str, str]) -> int:
    """What a sheet found, a bold line each, marked `sentence_` and its key; the row after them."""
    for key, sentence in said.items():
        sheet.put(row, LABEL, sentence, "bold")
        sheet.mark(f"sentence_{key}", row, LABEL)
        row += 1
    return row


def band_row(
    sheet: Sheet,
    row: int,
    title: str,
    last_col: int,
    style: str = "band",
    section: str | None = None,
) -> None:
    """A heading across a free-form sheet, from the first column to the last."""
    for col in range(last_col + 1):
        sheet.put(row, col, None, style)
    sheet.put(row, SECTION, section, style)
    sheet.put(row, LABEL, title, style)


def rows_by_case(
    sheet: Sheet,
    row: int,
    first_col: int,
    rows: Iterable[tuple[str, str, str, str, str]],
    cases: Sequence[Mapping[str, object]],
) -> int:
    """Lay rows of key, label, unit, formula and style with a column a case, marked `key_1`,
    `key_2`, ...; the row after them. A case says what its formulas are `given`, beside its number
    `i`.
    """
    for key, label, unit, formula, style in rows:
        sheet.put(row, LABEL, label)
        sheet.put(row, UNIT, unit or None, "unit")
        for i, case in enumerate(cases):
            sheet.put(row, first_col + i, "=" + given(formula, i=i + 1, **case), style)
            sheet.mark(f"{key}_{i + 1}", row, first_col + i)
        row += 1
    return row
