"""What moves a deal: grids over two inputs, the tornado, and the frontier of offtake and guarantee.

Each is a loop over the whole chain, all variants in one call (`bankable.udfs.deal.measures`); none
has a model of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import recut
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain import VIEWS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import (
    BLOCK,
    MEASURES,
    column_of,
    contradictions,
    evaluate,
    measure_name,
    shown,
    variants,
)
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
MOST_CELLS = 100_000

_MEASURE = "measure shown, such as min_dscr or decision; DEAL_METRICS lists them"
_KEY = "input that is changed, by its key on the Inputs sheet"


def outcomes(
    deal: Deal,
    changes: Mapping[str, Any],
    name: str,
    block: int = BLOCK,
    loan: str = recut.AS_ASKED,
) -> list[Any]:
    """The measure of each variant as a cell shows it; a variant whose inputs contradict each other
    is its error. A loan that is re-cut is where it is not nil.
    """
    errors = contradictions(deal, changes)
    x = variants(deal, changes, refuse=False)
    if loan == recut.RECUT:
        x = recut.cut(x)
    values = evaluate(x, [name], block)[name]
    if loan == recut.RECUT:
        none = x.gearing[:, 0] <= 0
        values = np.where(none, "none passes", values.astype(object))
    return [error or shown(value) for error, value in zip(errors, values, strict=True)]


def grid(
    deal: Deal,
    down: Mapping[str, Any],
    across: Mapping[str, Any],
    name: str,
    block: int = BLOCK,
    loan: str = recut.AS_ASKED,
) -> list[list[Any]]:
    """The measure over the product of two sets of changes, one row for each of `down`."""
    rows, columns = (len(next(iter(changes.values()))) for changes in (down, across))
    if rows * columns > MOST_CELLS:
        raise cells.impossible(
            f"the grid has {rows * columns:,} cells; at most {MOST_CELLS:,} are calculated."
        )
    changes = {key: np.repeat(values, columns) for key, values in down.items()}
    changes |= {key: np.tile(values, rows) for key, values in across.items()}
    flat = outcomes(deal, changes, name, block, loan)
    return [flat[i * columns : (i + 1) * columns] for i in range(rows)]


def line(name: str, block: Sequence[Sequence[Any]]) -> list[Any]:
    """The cells of a block that is one row or one column."""
    if len(block) > 1 and any(len(row) > 1 for row in block):
        raise cells.wrong_value(
            f"{name} is a block of {len(block)} x {len(block[0])} cells: give one row or one"
            " column."
        )
    return [cell for row in block for cell in row]


def known_key(argument: str, text: str) -> str:
    """The input that a cell names."""
    key = text.strip().lower()
    try:
        deals.param_of(key)
    except CellError as error:
        raise cells.wrong_value(f"{argument}: {error.sentence}") from None
    return key


def numeric(text: str, why: str) -> str:
    """The measure that a cell names, which must be a number."""
    name = measure_name(text)
    if MEASURES[name].texts:
        raise cells.wrong_value(
            f"measure {name} is a text and has no {why}: take tests_failed or headroom."
        )
    return name


@function(
    FAMILY,
    "How does a figure of the deal move when two inputs change together?",
    registry.block(
        "one row for each of row_values, one column for each of column_values, without headings; in"
        " the measure's unit"
    ),
    deal=deal_param(),
    row_key=cells.text(_KEY + ", down the rows"),
    row_values=cells.block("values of row_key, a row or a column of cells"),
    column_key=cells.text(_KEY + ", across the columns"),
    column_values=cells.block("values of column_key, a row or a column of cells"),
    measure=cells.text(_MEASURE),
)
def SENS_GRID(deal, row_key, row_values, column_key, column_values, measure):
    """A two-way grid: one figure of the deal for every pair of values of two inputs.

    Equation
    --------
    grid_ij = measure of the deal with row_key = row_values_i and column_key = column_values_j

    Conventions
    -----------
    Every cell is the whole deal calculated anew. Values stand as on the Inputs sheet: numbers, a
    choice in its words, TRUE or FALSE. A measure that does not apply reads "n/a". A pair that
    contradicts the deal's other inputs, such as a tenor beyond the plant's life, shows #NUM! in its
    own cell. The grid comes without headings: type it beside the values.

    Errors
    ------
    #VALUE! for a key or measure that does not exist, or the same key twice; #NUM! for a value out
    of its input's range, or more than 100,000 cells.

    Source
    ------
    Two-way data tables: Yescombe, Principles of Project Finance (2nd ed. 2014), chapter on
    financial modelling.

    See also
    --------
    TORNADO, BREAKEVEN, FRONTIER, DEAL_METRICS

    Examples
    --------
    Minimum DSCR if every renewal comes, by contract price and gearing:

    >>> for row in SENS_GRID(EXAMPLE, "price", [2.2, 2.4], "gearing", [0.4, 0.5, 0.6], "min_dscr_promised"):
    ...     print([round(cell, 3) for cell in row])
    [2.276, 1.718, 1.365]
    [2.518, 1.913, 1.52]
    """
    down, across = known_key("row_key", row_key), known_key("column_key", column_key)
    if down == across:
        raise cells.wrong_value(f"row_key and column_key are both {down}: name two inputs.")
    rows = column_of(down, line("row_values", row_values), "row_values")
    columns = column_of(across, line("column_values", column_values), "column_values")
    return grid(deal, {down: rows}, {across: columns}, measure_name(measure))


@function(
    FAMILY,
    "How do years of public offtake and guarantee coverage together move the deal?",
    registry.block(
        "one row for each of offtake_years, one column for each of coverages, without headings; in"
        " the measure's unit"
    ),
    deal=deal_param(),
    offtake_years=cells.path("years of public offtake, down the rows", low=0, high=30),
    coverages=cells.path("shares of the bank loan guaranteed, across the columns", low=0, high=1),
    measure=cells.text(_MEASURE),
    loan=cells.choice("the loan of each cell", *recut.LOANS),
)
def FRONTIER(deal, offtake_years, coverages, measure, loan=recut.AS_ASKED):
    """The frontier of support: a figure of the deal for each pair of offtake years and guarantee
    coverage, with the loan as asked or cut anew to what the contract bears.

    Equation
    --------
    grid_ij = measure of the deal with public_offtake_years = offtake_years_i and coverage = coverages_j
    re-cut: with the tenor, from the end of grace to the end of the secured contract less the tail, and the
    gearing at which the debt that meets every credit test is largest; of equal debts the shortest tenor

    Conventions
    -----------
    The lender counts the government's commitment: lender_view is set to "supported" throughout.
    Fee, spread, price basis and backing of the promise are those of the deal. Backing subject to
    appropriation: years of offtake add nothing to what a lender counts, so with a loan re-cut they are
    firm years as well, with the deal's firm_lapse; its cancellation ceiling stays as typed. As asked,
    tenor and gearing stay, so that the years that pass are those that outlast the tenor; re-cut, a longer
    promise may choose among more tenors. A re-cut gearing is found to a sixtieth of a per cent of the
    uses; a cell in which no debt passes at any tenor says "none passes". With measure "decision" the
    words say where the deal begins to meet the credit tests; with "bankable" where the sponsor goes
    ahead too; with "public_cost" or "budget_authority" what that takes; with "tenor_used" or "gearing_used"
    the loan itself. A measure that does not apply reads "n/a".

    Errors
    ------
    As SENS_GRID.

    Source
    ------
    The support tools are those of federal practice: long offtake with a price floor (Department of
    Defense and MP Materials, July 2025) and partial loan guarantees (2 USC 661a).

    See also
    --------
    LEAST_COST_SUPPORT, SENS_GRID, BREAKEVEN

    Examples
    --------
    Minimum DSCR on the lender's view, with 1, 5 and 10 years of offtake, and coverage of none and
    of half:

    >>> for row in FRONTIER(EXAMPLE, [1, 5, 10], [0, 0.5], "min_dscr"):
    ...     print([round(cell, 3) for cell in row])
    [0.0, 0.0]
    [0.0, 0.0]
    [2.21, 2.319]

    The debt over total uses that the same promises bear, and the tenor of that loan:

    >>> for row in FRONTIER(EXAMPLE, [1, 5, 10], [0, 0.5], "gearing_used", "re-cut"):
    ...     print([cell if isinstance(cell, str) else round(cell, 3) for cell in row])
    ['none passes', 'none passes']
    [0.391, 0.399]
    [0.608, 0.8]
    >>> FRONTIER(EXAMPLE, [5, 10], [0.5], "tenor_used", "re-cut")
    [[4.0], [9.0]]
    """
    years = column_of("public_offtake_years", offtake_years, "offtake_years")
    promised = {"public_offtake_years": years}
    if loan == recut.RECUT:
        promised = recut.years_of_offtake(deal, years)
    down = promised | {"lender_view": np.full(years.size, VIEWS.index("supported"))}
    return grid(
        deal,
        down,
        {"coverage": column_of("coverage", coverages, "coverages")},
        measure_name(measure),
        loan=loan,
    )


@function(
    FAMILY,
    "Which inputs move the figure most?",
    registry.block(
        "one row an input, the widest swing first: key, result at low, result at high, swing (high"
        " less low)"
    ),
    deal=deal_param(),
    keys=cells.texts("inputs that are changed one at a time, by their keys on the Inputs sheet"),
    low=cells.block("low value of each input, in the order of keys"),
    high=cells.block("high value of each input, in the order of keys"),
    measure=cells.text("measure shown, a number such as min_dscr; DEAL_METRICS lists them"),
)
def TORNADO(deal, keys, low, high, measure):
    """A tornado: a figure of the deal with each input at its low and at its high value, the widest
    swing first.

    Equation
    --------
    swing_k = measure with key_k = high_k, less measure with key_k = low_k

    Conventions
    -----------
    One input changes at a time, the others stay as in the deal. Rows stand by the size of the
    swing; equal swings keep the order of keys. Where a result does not apply it reads "n/a", the
    swing as well, and the row stands last. The ranges say how far each input moves: give ranges of
    like probability, or the order says little.

    Errors
    ------
    #VALUE! for ranges of unequal length, an unknown key, or a measure that is a text; #NUM! for a
    value out of its input's range.

    Source
    ------
    Eschenbach, Spiderplots versus Tornado Diagrams for Sensitivity Analysis, Interfaces 22 (1992).

    See also
    --------
    SENS_GRID, BREAKEVEN, DEAL_FAN

    Examples
    --------
    Minimum DSCR if every renewal comes, with capital cost, price and base rate each a tenth down
    and up:

    >>> keys, low, high = ["capex", "price", "base_rate"], [900, 2.16, 0.03825], [1100, 2.64, 0.04675]
    >>> for row in TORNADO(EXAMPLE, keys, low, high, "min_dscr_promised"):
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row])
    ['price', 1.679, 2.136, 0.456]
    ['capex', 2.1, 1.754, -0.346]
    ['base_rate', 1.953, 1.875, -0.078]
    """
    name = numeric(measure, "swing")
    known = [known_key("keys", text) for text in keys]
    lows, highs = line("low", low), line("high", high)
    for argument, values in (("low", lows), ("high", highs)):
        if len(values) != len(known):
            raise cells.wrong_value(
                f"keys names {len(known)} inputs and {argument} has {len(values)} cells: give one a"
                " key."
            )
    if not known:
        raise cells.wrong_value("keys names no input: give at least one key of the Inputs sheet.")
    own = {key: getattr(deal, key) for key in known}
    changes = {key: column_of(key, [value] * (2 * len(known))) for key, value in own.items()}
    for i, key in enumerate(known):
        changes[key][2 * i] = column_of(key, [lows[i]], f"low for {key}")[0]
        changes[key][2 * i + 1] = column_of(key, [highs[i]], f"high for {key}")[0]
    found = outcomes(deal, changes, name)
    rows: list[list[Any]] = []
    for i, key in enumerate(known):
        at_low, at_high = found[2 * i], found[2 * i + 1]
        whole = isinstance(at_low, float) and isinstance(at_high, float)
        rows.append([key, at_low, at_high, at_high - at_low if whole else "n/a"])
    return sorted(rows, key=lambda row: -abs(row[3]) if isinstance(row[3], float) else 1)


__all__ = [
    "EXAMPLE",
    "FRONTIER",
    "SENS_GRID",
    "TORNADO",
    "grid",
    "known_key",
    "numeric",
    "outcomes",
]
