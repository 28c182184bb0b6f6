"""The grids of Frontier: years of public offtake down, guarantee coverage across, one function call each."""

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
from bankable.templates.workbook.rows import CONSTANT, FIRST_TIME_COLUMN, LABEL, UNIT
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.deal.chain.decision import ALL_MET

YEARS = (1, 5, 7, 10, 12, 15, 20)
COVERAGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(COVERAGES))
GRIDS = shown(
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("first_failed", "centre wrap"),
    ("public_cost", "number"),
)


def heads(sheet: Sheet, row: int) -> None:
    """The coverages over a grid."""
    for i in range(COLUMNS.count):
        sheet.put(row, COLUMNS.first + i, f"={{coverages#{i + 1}}}", "heading share")


def years_down(sheet: Sheet, first: int, unit: str, key: str) -> int:
    """The years of offtake down a grid, each row marked by its key; the number of the last row."""
    for i in range(len(YEARS)):
        sheet.put(first + i, LABEL, "Years of public offtake")
        sheet.put(first + i, UNIT, unit or None, "unit")
        sheet.put(first + i, CONSTANT, f"={{years_{i + 1}}}", "count")
        sheet.mark_path(f"{key}_{i + 1}", first + i, COLUMNS)
    return first + len(YEARS) - 1


def grid(
    book: Book,
    sheet: Sheet,
    row: int,
    number: int,
    measure: str,
    label: str,
    unit: str,
    style: str,
    deal: str,
    settings: Settings,
) -> int:
    """One spilled grid under its heading; the years of the first are blue, the others link to
    them.
    """
    frame.band_row(sheet, row, label, COLUMNS.last, "heading", str(number))
    heads(sheet, row)
    first = row + 1
    blue = measure == GRIDS[0][0]
    years = settings.take("frontier_years", list(YEARS))
    last = years_down(sheet, first, unit, measure)
    if blue:
        for i in range(len(YEARS)):
            sheet.put(first + i, CONSTANT, years[i], "input count")
            sheet.mark(f"years_{i + 1}", first + i, CONSTANT)
        spot = (first, CONSTANT, last, CONSTANT)
        keep(book, sheet, "frontier_years", *spot)
        sheet.validations.append(
            Validation(
                spot,
                "whole",
                0,
                30,
                title="Years",
                message="Years of public offtake.",
                error="From 0 to 30.",
            )
        )
    down = area(first, CONSTANT, last, CONSTANT, True)
    across = "{coverages:}"
    sheet.array(
        first,
        COLUMNS.first,
        len(YEARS),
        COLUMNS.count,
        f'=FRONTIER({deal},{down},{across},"{measure}")',
        style,
    )
    spot = (first, COLUMNS.first, last, COLUMNS.last)
    corner = address(first, COLUMNS.first)
    if measure == "first_failed":
        for i in range(len(YEARS)):
            sheet.heights[first + i] = 30
        sheet.conditionals.append(
            Conditional(spot, "formula", f'={corner}&""<>"{ALL_MET}"', "fail fill")
        )
        sheet.conditionals.append(
            Conditional(spot, "formula", f'={corner}&""="{ALL_MET}"', "ok fill")
        )
    elif measure == "min_dscr":
        mark = sheet.placed["mark_min_dscr"]
        sheet.conditionals.append(Conditional(spot, "formula", f"={corner}<1", "fail fill"))
        sheet.conditionals.append(
            Conditional(
                spot, "formula", f"={corner}>={address(mark.row, mark.col, True)}", "ok fill"
            )
        )
        sheet.put(
            last + 1,
            LABEL,
            '=IF(ISNUMBER({mark_min_dscr}),"Green: at least the "&TEXT({mark_min_dscr},"0.00")&"x of "&{mark_name}'
            '&"; red","Red")&": below 1.00x. The tenor stays: years beyond it add cost, not cover"',
            "note",
        )
    elif measure == "all_in_rate":
        mark = sheet.placed["mark_rate"]
        sheet.conditionals.append(
            Conditional(
                spot, "formula", f"={corner}<={address(mark.row, mark.col, True)}", "ok fill"
            )
        )
        sheet.put(
            last + 1,
            LABEL,
            '="Green: at most the "&TEXT({mark_rate},"0.00%")&" of "&{mark_name}',
            "note",
        )
    else:
        sheet.conditionals.append(
            Conditional(spot, "two_colours", low_colour="F7FBFF", high_colour="6BAED6")
        )
        sheet.put(
            last + 1,
            LABEL,
            "Darker: dearer for the taxpayer. Expected cost only; budget authority is another"
            " figure. Where the rate is so dear that debt service is not covered even with the"
            " contract, default is certain, and less coverage can cost more.",
            "note",
        )
    return last + 3
