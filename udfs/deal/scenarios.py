"""A deal under several sets of assumptions at once: scenarios side by side, or support tools side
by side.

One call gives a block of figures, a row a measure and a column a scenario; every column is the
whole chain calculated anew.
"""

from __future__ import annotations

from bankable.udfs import cells, registry
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.measures import (
    column_of,
    contradictions,
    evaluate,
    measure_name,
    shown,
    variants,
)
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
MOST_SCENARIOS = 10_000


@function(
    FAMILY,
    "How do the deal's figures compare under several sets of assumptions?",
    registry.block(
        "one row a measure, one column a scenario, without headings; each row in its measure's unit"
    ),
    deal=deal_param(),
    keys=cells.texts("inputs that the scenarios change, by their keys on the Inputs sheet"),
    values=cells.block(
        "one row a key, one column a scenario; a blank leaves the input as it is in the deal"
    ),
    measures=cells.texts("figures shown, such as min_dscr or decision; DEAL_METRICS lists them"),
)
def DEAL_SCENARIOS(deal, keys, values, measures):
    """Figures of the deal side by side under several scenarios, each of which changes any number of
    inputs.

    Equation
    --------
    block_ij = measure_i of the deal with key_k = values_kj for every key k

    Conventions
    -----------
    Every column is the whole deal calculated anew: build, contract, debt, tests, public cost.
    Values stand as on the Inputs sheet: numbers, a choice in its words, TRUE or FALSE. A measure
    that does not apply reads "n/a". A scenario whose inputs contradict each other, such as a tenor
    beyond the plant's life, shows #NUM! in its own column. The block comes without headings: type
    it beside the measures' names.

    Errors
    ------
    #VALUE! for a key or measure that does not exist, a key named twice, or values that have not one
    row a key; #NUM! for a value out of its input's range.

    Source
    ------
    Scenario analysis: Yescombe, Principles of Project Finance (2nd ed. 2014), chapter on financial
    modelling.

    See also
    --------
    DEAL_METRICS, SENS_GRID, TORNADO, BREAKEVEN

    Examples
    --------
    As it stands, six months late, and a tenth dearer:

    >>> for row in DEAL_SCENARIOS(EXAMPLE, ["delay_months", "overrun"], [[0, 6, 0], [0, 0, 0.1]], ["sponsor_extra", "decision"]):
    ...     print([round(cell, 1) if isinstance(cell, float) else cell for cell in row])
    [0.0, 17.5, 100.0]
    ['Does not meet credit tests', 'Does not meet credit tests', 'Does not meet credit tests']
    """
    known = []
    for text in keys:
        key = text.strip().lower()
        try:
            deals.param_of(key)
        except CellError as error:
            raise cells.wrong_value(f"keys: {error.sentence}") from None
        if key in known:
            raise cells.wrong_value(f"keys names {key} twice: keep one of its rows.")
        known.append(key)
    if len(values) != len(known):
        raise cells.wrong_value(
            f"keys names {len(known)} inputs and values has {len(values)} rows: give one row a key."
        )
    scenarios = len(values[0])
    if scenarios > MOST_SCENARIOS:
        raise cells.impossible(
            f"values has {scenarios:,} columns; at most {MOST_SCENARIOS:,} scenarios are"
            " calculated."
        )
    changes = {}
    for key, row in zip(known, values, strict=True):
        own = getattr(deal, key)
        changes[key] = column_of(
            key, [own if cells.is_blank(value) else value for value in row], f"values for {key}"
        )
    names = [measure_name(text) for text in measures]
    errors = contradictions(deal, changes)
    found = evaluate(variants(deal, changes, refuse=False), list(dict.fromkeys(names)))
    return [
        [error or shown(value) for error, value in zip(errors, found[name], strict=True)]
        for name in names
    ]


__all__ = ["DEAL_SCENARIOS", "EXAMPLE"]
