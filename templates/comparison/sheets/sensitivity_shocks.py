"""Shocks to the case on Sensitivity once it is closed: a rise of the base rate and termination for convenience,
each one grid of one function call.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_columns import HELP, LAST, G, own
from bankable.templates.workbook.book import Book, Conditional, Sheet, TimeColumns, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL
from bankable.templates.workbook.settings import Settings, keep

SHOCKS, HEDGES = (-0.01, 0.0, 0.01, 0.02, 0.03), (0.0, 0.25, 0.5, 0.75, 1.0)
TERMINATIONS, SETTLEMENTS = (0.0, 0.005, 0.01, 0.02, 0.05), (0.0, 0.25, 0.5, 0.75, 1.0)


def rate_shock(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The base rate moves once the loan is closed."""
    title = (
        "=\"Minimum DSCR, lender's view, after a base-rate rise once the loan is closed; red: below"
        ' "&TEXT({at_limit_min_dscr},"0.00")&"x"'
    )
    sides = (("base_rate_shock", SHOCKS, "rate"), ("hedge_ratio", HEDGES, "share"))
    return _fixed_grid(
        book,
        sheet,
        row,
        "5",
        title,
        sides,
        "min_dscr",
        "={at_limit_min_dscr}",
        deal,
        "shock",
        settings,
    )


def termination(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The buyer may end the contract for its convenience."""
    title = (
        "Minimum DSCR on expected revenue if the buyer may terminate for convenience; red: debt"
        " service not covered"
    )
    sides = (
        ("termination", TERMINATIONS, "rate"),
        ("termination_settlement", SETTLEMENTS, "share"),
    )
    row = _fixed_grid(
        book, sheet, row, "7", title, sides, "min_dscr_expected", 1.0, deal, "terminated", settings
    )
    said = (
        "Firm years are firm as to term, not against termination (FAR 52.249). Settlement: share of"
        " that year's contracted revenue."
    )
    sheet.put(row, LABEL, said, "note")
    return row + 1


def _fixed_grid(
    book: Book,
    sheet: Sheet,
    row: int,
    section: str,
    title: str,
    sides: tuple[tuple[str, Sequence[float], str], tuple[str, Sequence[float], str]],
    measure: str,
    limit: str | float,
    deal: str,
    key: str,
    settings: Settings,
) -> int:
    """A two-way grid over a fixed pair, its first row and column the case as it is; red below the
    limit.
    """
    (down, down_given, down_style), (across, across_given, across_style) = sides
    frame.band_row(sheet, row, title, LAST, "heading", section)
    down_values = settings.take(f"sensitivity_{key}_down", down_given)
    across_values = settings.take(f"sensitivity_{key}_across", across_given)
    head, top, bottom, right = row + 2, row + 3, row + 3 + len(down_values), G + len(across_values)
    sheet.put(row + 1, LABEL, f"Across: {_lowered(bounds.label_of(across))}")
    sheet.put(head, LABEL, f"Down: {_lowered(bounds.label_of(down))}")
    shown = {"rate": "nil rate", "share": "level"}
    sheet.put(row + 1, G, "in the case", "right")
    sheet.put(top, CONSTANT, "in the case", "right")
    sheet.put(head, G, f"={own(across)}", f"headline {shown[across_style]}")
    sheet.put(top, TOTAL, f"={own(down)}", f"headline {shown[down_style]}")
    for j, value in enumerate(across_values):
        sheet.put(head, G + 1 + j, value, f"input {across_style}")
    for i, value in enumerate(down_values):
        sheet.put(top + 1 + i, TOTAL, value, f"input {down_style}")
    for side, name, spot in (
        ("down", down, (top + 1, TOTAL, bottom, TOTAL)),
        ("across", across, (head, G + 1, head, right)),
    ):
        keep(book, sheet, f"sensitivity_{key}_{side}", *spot)
        sheet.validations.append(bounds.of_input(spot, name))
    sheet.put(top, HELP, limit, "grey")
    one, other = area(top, TOTAL, bottom, TOTAL, True), area(head, G, head, right, True)
    call = f'=SENS_GRID({deal},"{down}",{one},"{across}",{other},"{measure}")'
    sheet.array(top, G, bottom - top + 1, right - G + 1, call, "multiple")
    sheet.cells[top, G].style = "framed multiple"
    for i in range(len(down_values)):
        sheet.mark_path(f"{key}_{i + 1}", top + 1 + i, TimeColumns(G + 1, len(across_values)))
    cell, least = address(top, G), address(top, HELP, True)
    spot = (top, G, bottom, right)
    sheet.conditionals.append(
        Conditional(spot, "formula", f"=AND(ISNUMBER({cell}),{cell}<{least})", "fail fill")
    )
    return bottom + 1


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
