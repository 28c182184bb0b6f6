"""The grid of Sensitivity over two inputs of the reader's choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_columns import COLUMNS, HELP, G
from bankable.templates.comparison.sheets.sensitivity_lists import (
    CHOSEN_FROM,
    LISTS,
    chosen_input,
    column,
    of_input,
)
from bankable.templates.workbook.book import Book, Sheet, Validation, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, lay, scalar
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.deal.deal import param_of

PAIR = (
    ("utilisation", (0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 1.00)),
    ("base_rate", (0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09)),
)


def kept_values(settings: Settings, side: str, default: str, given: Sequence[float]) -> list[Any]:
    """The values kept for one side of the grid: numbers, or words where the input chosen is a
    choice.
    """
    name = chosen_input(settings, f"sensitivity_{side}_key", default)
    key = next(key for key in CHOSEN_FROM if bounds.label_of(key) == name)
    words = param_of(key).choices or ("yes", "no")
    delivered = (
        [words[i % len(words)] for i in range(len(given))]
        if bounds.kind_of_input(key) == "text"
        else list(given)
    )
    return settings.take(f"sensitivity_{side}_values", delivered)


def pair(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The two-way grid over a pair of inputs of the reader's choice; its first row and column are
    the case's own values.
    """
    size = len(PAIR[0][1])
    frame.band_row(
        sheet,
        row,
        '={measure}&", by "&{down}&" (down) and "&{across}&"'
        ' (across)"&IF(ISNUMBER({limit}),"; red: misses the limit of'
        f' "&{bounds.said("{limit}", "{measure_kind}")},"")',
        COLUMNS.last,
        "heading",
        "3",
    )
    sides = ("down", "across")
    rows = [
        scalar(
            side, label, "", chosen_input(settings, f"sensitivity_{side}_key", key), "input choice"
        )
        for side, label, (key, _) in zip(
            sides, ("Input down the rows", "Input across the columns"), PAIR, strict=True
        )
    ]
    row = lay(sheet, rows, row + 1, COLUMNS)
    for side in sides:
        spot = bounds.kept_cell(book, sheet, side, f"sensitivity_{side}_key")
        sheet.validations.append(
            bounds.listed(spot, "Input", formula="=" + column(LISTS, 0, len(CHOSEN_FROM)))
        )
        at = sheet.placed[side].row
        sheet.merges.append((at, CONSTANT, at, TOTAL + 1))
        for j, what in enumerate(("key", "kind", "own", "least", "most")):
            sheet.put(at, HELP + j, f"={of_input(f'{{{side}}}', 1 + j)}", "grey")
            sheet.mark(f"{side}_{what}", at, HELP + j)
    sheet.put(
        row,
        LABEL,
        "Framed: the case as it is. The blue values are yours; type new ones after choosing another"
        " input (red: not a value of it).",
        "note",
    )
    sheet.put(row, G, "in the case", "right")
    row += 1
    values = [
        kept_values(settings, side, key, given)
        for side, (key, given) in zip(sides, PAIR, strict=True)
    ]
    sheet.put(row, G, "={across_own}", "headline number2")
    sheet.put(row + 1, CONSTANT, "in the case", "right")
    sheet.put(row + 1, TOTAL, "={down_own}", "headline number2")
    for i in range(size):
        sheet.put(row, G + 1 + i, values[1][i], "input general")
        sheet.put(row + 2 + i, TOTAL, values[0][i], "input general")
    spots = {"across": (row, G + 1, row, G + size), "down": (row + 2, TOTAL, row + 1 + size, TOTAL)}
    for side, whole in (
        ("across", (row, G, row, G + size)),
        ("down", (row + 1, TOTAL, row + 1 + size, TOTAL)),
    ):
        keep(book, sheet, f"sensitivity_{side}_values", *spots[side])
        sheet.validations.append(_of_chosen(spots[side], side))
        cell, given, kind = address(*whole[:2]), area(*spots[side], True), f"{{{side}_kind}}"
        beyond = f"OR(NOT(ISNUMBER({cell})),{cell}<{{{side}_least}},{cell}>{{{side}_most}})"
        bounds.show_as(sheet, whole, kind, f'IF({kind}="text",ISNUMBER({cell}),{beyond})')
        first_row, first_col, last_row, last_col = spots[side]
        each = [
            address(at, col, True)
            for at in range(first_row, last_row + 1)
            for col in range(first_col, last_col + 1)
        ]
        ends = f"{{{side}_least}}", f"{{{side}_most}}"
        beyond_ends = bounds.outside(each, *ends, f'{kind}="count"')
        at = sheet.placed[side].row
        amiss = f'=IFERROR(IF({kind}="text",COUNT({given}),{beyond_ends}),1)'
        sheet.put(at, HELP + 5, amiss, "grey")
        sheet.mark(f"{side}_amiss", at, HELP + 5)
    one, other = (
        area(row + 1, TOTAL, row + 1 + size, TOTAL, True),
        area(row, G, row, G + size, True),
    )
    grid = f"SENS_GRID({deal},{{down_key}},{one},{{across_key}},{other},{{measure_key}})"
    amiss = "{down_amiss}+{across_amiss}>0"
    sheet.array(
        row + 1,
        G,
        size + 1,
        size + 1,
        f'=IF({{down_key}}={{across_key}},"two inputs?",IF({amiss},"values?",{grid}))',
        "number2",
    )
    sheet.cells[row + 1, G].style = "framed number2"
    corner = address(row + 1, G)
    fails = f"AND(ISNUMBER({corner}),ISNUMBER({{limit}}),IF({{better}}<0,{corner}>{{limit}},{corner}<{{limit}}))"
    bounds.show_as(sheet, (row + 1, G, row + 1 + size, G + size), "{measure_kind}", fails)
    return row + size + 2


def _of_chosen(spot: tuple[int, int, int, int], side: str) -> Validation:
    """A value of whatever input is chosen, within its bounds."""
    cell = address(*spot[:2])
    within = f'=IF({{{side}_kind}}="text",TRUE,AND(ISNUMBER({cell}),{cell}>={{{side}_least}},{cell}<={{{side}_most}}))'
    message = "A value of the chosen input, within its bounds on Inputs."
    return Validation(
        spot,
        "custom",
        formula=within,
        title="Value",
        message=message,
        error=message,
        blank_allowed=False,
    )
