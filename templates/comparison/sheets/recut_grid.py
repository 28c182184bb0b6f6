"""The grids of the sheet Recut: figures of the loan that each promise bears, where bank and sponsor both go
ahead, and what is read off them.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import (
    Book,
    Conditional,
    Sheet,
    TimeColumns,
    Validation,
    address,
    area,
)
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    TOTAL,
    UNIT,
    Row,
    lay,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep

YEARS = (3, 5, 6, 7, 8, 10, 12, 15, 20, 25)
COVERAGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(COVERAGES))
GRIDS = shown(
    ("gearing_used", "share"),
    ("tenor_used", "count"),
    ("equity_irr_expected", "rate"),
    ("public_cost", "number"),
    ("budget_authority", "number"),
)
FIGURES = tuple(key for key, *_ in GRIDS)
MIX_TOOLS = ("offtake", "guarantee", "grant")
ALIKE = 0.005  # of total uses: debts that differ by less than this are the same answer
NONE = '"none passes"'


def within(spot: tuple[int, int, int, int], kind: str, most: int, message: str) -> Validation:
    """A bound on what is typed as a promise: a share up to 100%, or a number up to the most."""
    error = "From 0% to 100%." if most == 1 else f"From 0 to {most}."
    return Validation(spot, kind, 0, most, title="Promise", message=message, error=error)


def grid(
    book: Book,
    sheet: Sheet,
    row: int,
    number: str,
    shown_as: tuple[str, str, str, str],
    deal: str,
    settings: Settings,
) -> int:
    """One spilled grid under its heading; the years of the first are blue, the others link to them."""
    measure, label, unit, style = shown_as
    frame.band_row(sheet, row, label, COLUMNS.last, "heading", number)
    for i in range(COLUMNS.count):
        sheet.put(row, COLUMNS.first + i, f"={{coverages#{i + 1}}}", "heading share")
    first, last = row + 1, row + len(YEARS)
    blue = measure == FIGURES[0]
    years = settings.take("recut_years", list(YEARS))
    for i in range(len(YEARS)):
        sheet.put(first + i, LABEL, "Years of public offtake")
        sheet.put(first + i, UNIT, unit or None, "unit")
        sheet.mark_path(f"{measure}_{i + 1}", first + i, COLUMNS)
        if blue:
            row_of = f"{{gearing_used_{i + 1}:}}"
            sheet.put(first + i, TOTAL, f"=IF(COUNT({row_of})>0,MAX({row_of}),0)", "share")
            sheet.mark(f"most_{i + 1}", first + i, TOTAL)
            sheet.put(first + i, CONSTANT, years[i], "input count")
            sheet.mark(f"years_{i + 1}", first + i, CONSTANT)
        else:
            sheet.put(first + i, CONSTANT, f"={{years_{i + 1}}}", "count")
    if blue:
        spot = (first, CONSTANT, last, CONSTANT)
        keep(book, sheet, "recut_years", *spot)
        sheet.validations.append(within(spot, "whole", 30, "Years of public offtake."))
    down = area(first, CONSTANT, last, CONSTANT, True)
    call = f'FRONTIER({deal},{down},{{coverages:}},"{measure}","re-cut")'
    # years beyond the plant's life are a contradiction of the deal's own: no loan
    sheet.array(
        first,
        COLUMNS.first,
        len(YEARS),
        COLUMNS.count,
        f'=IFERROR({call},IF({{Checks!live}}=1,{NONE},"no add-in"))',
        style,
    )
    spot = (first, COLUMNS.first, last, COLUMNS.last)
    corner = address(first, COLUMNS.first)
    mark = {"gearing_used": "mark_share", "equity_irr_expected": "hurdle"}.get(measure)
    if mark:
        held = sheet.placed[mark]
        reached = f"=AND(ISNUMBER({corner}),{corner}>={address(held.row, held.col, True)})"
        sheet.conditionals.append(Conditional(spot, "formula", reached, "ok fill"))
        words = {
            "mark_share": '="Green: at least the "&TEXT(ROUND({mark_share},2),"0%")&" of "&{mark_name}',
            "hurdle": '="Green: at least the hurdle of "&TEXT(ROUND({hurdle},4),"0.00%")',
        }
        sheet.put(last + 1, LABEL, words[mark], "note")
    return last + 3


def both_go_ahead(sheet: Sheet, row: int) -> int:
    """Where the loan is as large as the mark's and the sponsor goes ahead: a flag a cell."""
    frame.band_row(
        sheet, row, "As much debt as the mark, and the sponsor goes ahead", COLUMNS.last, "heading"
    )
    rows: list[Row] = [
        path(
            f"both_{i}",
            "Years of public offtake",
            "flag",
            (
                f"=IF(AND(ISNUMBER({{gearing_used_{i}}}),ISNUMBER({{equity_irr_expected_{i}}})),"
                f"IF(AND({{gearing_used_{i}}}>={{mark_share}}-{{alike}},"
                f"{{equity_irr_expected_{i}}}>={{hurdle}}),1,0),0)"
            ),
            "flag",
            f"=MAX({{both_{i}:}})",
        )
        for i in range(1, len(YEARS) + 1)
    ]
    end = lay(sheet, rows, row + 1, COLUMNS)
    for i in range(len(YEARS)):
        sheet.put(row + 1 + i, CONSTANT, f"={{years_{i + 1}}}", "count")
        sheet.mark(f"reached_{i + 1}", row + 1 + i, TOTAL)
    return end + 1


def read_off(sheet: Sheet, prefix: str, found: str, flags: str) -> list[Row]:
    """The figures of the cell in the row `found` at the least coverage that its flags name."""
    where = f"{{{prefix}_place}}>0"
    top = {key: sheet.placed[f"{key}_1"].row for key in FIGURES}

    def figure(key: str, label: str, unit: str, style: str) -> Row:
        cells = area(
            top[key], COLUMNS.first, top[key] + len(YEARS) - 1, COLUMNS.last, absolute=True
        )
        formula = f"INDEX({cells},MAX(1,{found}),MAX(1,{{{prefix}_place}}))"
        return scalar(f"{prefix}_{key}", label, unit, f'=IF({where},{formula},"n/a")', style)

    return [
        scalar(
            f"{prefix}_place",
            "Place of the least coverage that does it",
            "place",
            f"=IF({found}>0,IFERROR(MATCH(1,{flags},0),0),0)",
            "count",
        ),
        scalar(
            f"{prefix}_coverage",
            "Guarantee coverage",
            "%",
            f'=IF({where},INDEX({{coverages:}},1,MAX(1,{{{prefix}_place}})),"n/a")',
            "total share",
        ),
        *(figure(*grid) for grid in GRIDS),
    ]
