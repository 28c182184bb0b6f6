"""The Support sheet: each policy tool alone and combined on one case, what it does to the loan and
what it costs the taxpayer.

Terms of the tools stand as blue cells, a matrix of flags says which tools a package uses, and one
function call calculates the whole deal under every package.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.support_charts import charts
from bankable.templates.comparison.sheets.support_packages import package_inputs
from bankable.templates.comparison.sheets.support_results import (
    RESULTS,
    RIVALS,
    gains,
    paid,
    results,
    rivals,
)
from bankable.templates.comparison.sheets.support_split import split
from bankable.templates.comparison.sheets.support_terms import COLUMNS, PACKAGES, TERMS, TOOLS, blue
from bankable.templates.workbook.book import Book, Validation, area
from bankable.templates.workbook.rows import (
    CONSTANT,
    LABEL,
    TOTAL,
    Row,
    heading,
    lay,
    note,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.deal.deal import BACKINGS, PRICE_BASES


def lay_support(
    book: Book,
    case_sheets: Sequence[str],
    ranges: dict[str, str],
    settings: Settings,
    paper: str,
    time: Periods,
) -> None:
    """The sheet; `ranges` are the deal blocks by name."""
    n = len(case_sheets)
    sheet = frame.time_sheet(
        book,
        "Support",
        "Support: each tool alone and combined, on one case",
        COLUMNS,
        "",
        "CC79A7",
        paper,
    )
    for i, (name, _) in enumerate(PACKAGES):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, name, "heading wrap")
    sheet.put(frame.HEAD_ROW, TOTAL, "Key", "heading")
    sheet.heights[frame.HEAD_ROW] = 42
    sheet.mark_path("packages", frame.HEAD_ROW, COLUMNS)
    studied = settings.place("support_studied", min(2, n), n)
    reference = settings.place("support_reference", 1, n)
    backing = settings.take("support_t_backing", [BACKINGS[1]])
    form = settings.take("support_t_form", [PRICE_BASES[0]])
    inputs = package_inputs()
    rows: list[Row] = [
        heading("The case studied, here and on Frontier, Sensitivity and Time", "1"),
        scalar(
            "studied", "Case studied, by its place among the cases", "place", studied, "input count"
        ),
        scalar("studied_name", "Its name", "", f"=CHOOSE({{studied}},{_names(n)})", "text"),
        scalar("reference", "Case it is held against", "place", reference, "input count"),
        scalar("reference_name", "Its name", "", f"=CHOOSE({{reference}},{_names(n)})", "text"),
        heading("Terms of the tools", "2"),
        *(
            scalar(key, label, unit, settings.take(f"support_{key}", [value])[0], f"input {style}")
            for key, label, unit, value, style, _, _, _ in TERMS
        ),
        scalar(
            "t_backing",
            "Backing of a public offtake",
            "choice",
            backing[0] if backing[0] in BACKINGS else BACKINGS[1],
            "input choice",
        ),
        scalar(
            "t_form",
            "Price of the offtake on Frontier",
            "choice",
            form[0] if form[0] in PRICE_BASES else PRICE_BASES[0],
            "input choice",
        ),
        heading("Which tools a package uses (1 = yes)", "3"),
    ]
    for tool, label in TOOLS:
        flags = settings.take(f"support_use_{tool}", [int(tool in used) for _, used in PACKAGES])
        rows.append(path(f"use_{tool}", label, "flag", flags, "input count"))
    rows += [
        heading("What the packages set in the deal; all other inputs are those of the case", "4"),
        note(
            "Tools start from nothing, whatever the case has of them. Export credit covers the"
            " exported share as a guarantee does."
        ),
        *inputs,
        heading("What each package does, and what it costs", "5"),
    ]
    row = lay(sheet, rows, frame.FIRST_ROW, COLUMNS)
    for key, label, _, _, _, low, high, source in TERMS:
        place = sheet.placed[key]
        sheet.put(place.row, TOTAL, source, "grey")
        blue(book, sheet, key, low, high, label)
    blue(book, sheet, "studied", 1, n, "Case studied", whole=True)
    blue(book, sheet, "reference", 1, n, "Case it is held against", whole=True)
    for key, choices, title in (
        ("t_backing", BACKINGS, "Backing"),
        ("t_form", PRICE_BASES, "Price of the offtake"),
    ):
        place = sheet.placed[key]
        spot = (place.row, place.col, place.row, place.col)
        keep(book, sheet, f"support_{key}", *spot)
        sheet.validations.append(
            Validation(
                spot,
                "list",
                choices=choices,
                title=title,
                error="Choose from the list.",
                blank_allowed=False,
            )
        )
    for tool, _ in TOOLS:
        at = sheet.placed[f"use_{tool}"].row
        keep(book, sheet, f"support_use_{tool}", at, COLUMNS.first, at, COLUMNS.last)
        sheet.validations.append(
            Validation(
                (at, COLUMNS.first, at, COLUMNS.last), "whole", 0, 1, title="Flag", error="0 or 1."
            )
        )
    placed = [sheet.placed[row.key].row for row in inputs]
    for row_of, spec in zip(placed, inputs, strict=True):
        sheet.put(row_of, TOTAL, spec.key.removeprefix("p_"), "grey")
    keys = area(placed[0], TOTAL, placed[-1], TOTAL, True)
    values = area(placed[0], COLUMNS.first, placed[-1], COLUMNS.last, True)
    row = results(sheet, row, RESULTS, "r_", f"{ranges['studied']},{keys},{values}")
    row = gains(sheet, row)
    frame.band_row(
        sheet,
        row,
        "The same support to an uncompetitive incumbent: the case with its costs raised by the"
        " factor above",
        COLUMNS.last,
        "heading",
        "6",
    )
    row = results(sheet, row + 1, RIVALS, "i_", f"{ranges['incumbent']},{keys},{values}")
    row = lay(
        sheet,
        [
            path(
                "repays",
                "Probability that the loan is paid to its end: entrant",
                "%",
                paid("r"),
                "total level",
            ),
            path(
                "repays_not",
                "Probability that the loan is paid to its end: incumbent",
                "%",
                paid("i"),
                "total level",
            ),
        ],
        row,
        COLUMNS,
    )
    sheet.put(row, LABEL, rivals(), "bold")
    sheet.mark("finding_rivals", row, LABEL)
    row = split(book, sheet, row + 2, case_sheets, settings, time)
    charts(sheet, row)
    sheet.widths |= {CONSTANT: 18, TOTAL: 22, LABEL: 54} | {
        COLUMNS.first + i: 13 for i in range(COLUMNS.count)
    }


def _names(n: int) -> str:
    return ",".join(f"{{Inputs!case_name_{i}}}" for i in range(1, n + 1))
