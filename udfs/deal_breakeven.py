"""The break-even of a whole deal: at which value of an input a figure just meets its target.

The range is scanned with the whole chain in one call; the bracket found is narrowed by the one root finder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from udfs import cells, registry, roots
from udfs import deal as deals
from udfs.cells import CellError
from udfs.deal import Deal
from udfs.deal_block import EXAMPLE, deal_param
from udfs.measures import MEASURES, column_of, contradictions, evaluate, variants
from udfs.registry import function
from udfs.sensitivity import known_key, numeric

FAMILY = "Sensitivity"
LOOKS = 129  # points of the scan for a bracket
TOLERANCE = 1e-13


def _range(deal: Deal, key: str, low: float | None, high: float | None) -> tuple[float, float]:
    """Where the break-even is looked for: what is asked, otherwise the input's bounds, or 0 to four times its value in the deal."""
    param = deals.param_of(key)
    bounded = param.kind in ("probability", "rate", "count") or param.high - param.low <= 10
    own = float(getattr(deal, key))
    if low is None:
        low = param.low
    if high is None:
        if not bounded and own <= 0:
            raise cells.wrong_value(f"{key} is {own:g} in the deal, which gives no range to look in: give high.")
        high = param.high if bounded else min(param.high, 4 * own)
    for name, bound in (("low", low), ("high", high)):
        column_of(key, [bound], name)
    if low >= high:
        raise cells.impossible(f"low {low:g} is not below high {high:g}.")
    return low, high


def _scan(deal: Deal, key: str, points: np.ndarray, name: str) -> np.ndarray:
    """The measure at each value of the key; NaN where it does not apply or the deal contradicts itself."""
    values = evaluate(variants(deal, {key: points}, refuse=False), [name])[name]
    impossible = np.array([error is not None for error in contradictions(deal, {key: points})])
    return np.where(impossible, np.nan, values)


def _crossing(points: np.ndarray, gap: np.ndarray, met: np.ndarray, near: float) -> int | None:
    """The place i, nearest to `near`, where the target is met at one of points i and i + 1 and missed at the other."""
    known = ~np.isnan(gap)
    places = np.flatnonzero(known[:-1] & known[1:] & (met[:-1] != met[1:]))
    if not places.size:
        return None
    away = np.maximum(0, np.maximum(points[places] - near, near - points[places + 1]))
    return int(places[np.argmin(away)])


@function(
    FAMILY,
    "At what value of an input does the deal just meet a target?",
    registry.block("value of the input, in the unit of the Inputs sheet; one a row where several questions are asked"),
    deal=deal_param(),
    key=cells.texts("input that is sought, by its key on the Inputs sheet: a number or a whole number; or a range of keys"),
    measure=cells.texts("measure that is to meet the target, a number such as min_dscr or headroom; DEAL_METRICS lists them"),
    target=cells.series("value that the measure is to meet"),
    low=cells.series("lowest value tried; left out: the input's lower bound"),
    high=cells.series("highest value tried; left out: the input's upper bound, for money and quantities four times the deal's own value"),
)
def BREAKEVEN(deal, key, measure, target, low=None, high=None):
    """The value of one input at which a figure of the deal just meets a target, everything else unchanged.

    Equation
    --------
    measure(deal with key = x) = target, solved for x by scanning the range and narrowing the bracket

    Conventions
    -----------
    Where the target is met more than once, the crossing nearest to the deal's own value is given. Whole
    numbers (years, months) are rounded to the safe side: the answer is the first that meets the target,
    at least it for measures of which more is better (DSCR, capacity, IRR), at most it for the others
    (rate, loss, cost). Where a measure jumps over the target, such as a probability that steps, the answer
    lies on the safe side of the jump. The whole deal moves with the input: a price changes tax, rate and
    default probability as well. Target 0 of measure headroom is where the deal begins to pass every test.
    Ranges ask several questions in one call, each on its own: one key, measure, target, low and high a cell,
    or one for all.

    Errors
    ------
    #N/A where the target is met nowhere, or everywhere, in the range, in a range of questions in that row
    only; the sentence gives the reachable range. #VALUE! for an unknown key, a choice or switch, a measure
    that is a text, or ranges of unequal length.

    Source
    ------
    Break-even analysis of debt capacity and tariff: Yescombe, Principles of Project Finance (2nd ed. 2014).

    See also
    --------
    SENS_GRID, TORNADO, LEAST_COST_SUPPORT

    Examples
    --------
    The price that gives a minimum DSCR of 1.5 if every renewal comes, and the years of public offtake for a
    minimum DSCR of 1.3 on what the lender counts:

    >>> round(BREAKEVEN(EXAMPLE, "price", "min_dscr_promised", 1.5), 4)
    1.9757
    >>> BREAKEVEN(EXAMPLE, "public_offtake_years", "min_dscr_supported", 1.3)
    10.0

    Both in one call:

    >>> [[round(cell, 4) for cell in row] for row in BREAKEVEN(
    ...     EXAMPLE, ["price", "public_offtake_years"], ["min_dscr_promised", "min_dscr_supported"], [1.5, 1.3])]
    [[1.9757], [10.0]]
    """
    asked = {"key": key, "measure": measure, "target": target, "low": low, "high": high}
    asked = {name: given[0] if isinstance(given, tuple) and len(given) == 1 else given for name, given in asked.items()}
    for name in ("key", "measure"):
        if not asked[name]:
            raise cells.wrong_value(f"{name} holds no text: name an input and a measure, such as price and min_dscr.")
    several = {name: given for name, given in asked.items() if isinstance(given, (tuple, np.ndarray))}
    if not several:
        return _breakeven(deal, **asked)
    cells.same_length(**{name: np.asarray(given) for name, given in several.items()})
    questions = [dict(zip(several, row, strict=True)) for row in zip(*several.values(), strict=True)]
    return [[_answer(deal, **asked | question)] for question in questions]


def _answer(deal: Deal, **question: Any) -> float | CellError:
    """One of several questions; where it has no answer, the error stands in its own cell."""
    try:
        return _breakeven(deal, **question)
    except CellError as error:
        if error.code != "#N/A":
            raise
        return error


def _breakeven(deal: Deal, key: str, measure: str, target: float, low: float | None, high: float | None) -> float:
    key = known_key("key", key)
    kind = deals.param_of(key).kind
    if kind in ("choice", "switch", "text"):
        raise cells.wrong_value(f"{key} is no number: SENS_GRID shows the deal with each of its values.")
    name = numeric(measure, "break-even")
    low, high = _range(deal, key, low, high)
    whole = kind == "count"
    slack = (1e-9 if whole else TOLERANCE) * max(1.0, abs(target))

    def above(points: np.ndarray) -> np.ndarray:
        """How far the measure lies on the safe side of the target."""
        return MEASURES[name].better * (_scan(deal, key, points, name) - target)

    points = np.arange(low, high + 1) if whole else np.linspace(low, high, LOOKS)
    gap = above(points)
    met = gap >= -slack
    place = _crossing(points, gap, met, float(getattr(deal, key)))
    if place is None:
        raise _unreachable(key, name, target, points, target + MEASURES[name].better * gap, met)
    safe, other = (points[place], points[place + 1]) if met[place] else (points[place + 1], points[place])
    return float(safe if whole else _narrowed(above, safe, other, slack))


def _narrowed(above: Callable[[np.ndarray], np.ndarray], safe: float, other: float, slack: float) -> float:
    """The point between `safe`, where the target is met, and `other`, where it is missed, up to which it is met."""
    found = roots.bracketed(lambda x, _: above(x), safe, other, TOLERANCE)
    if not found.converged[0]:
        raise cells.no_answer(f"between {min(safe, other):g} and {max(safe, other):g} the measure does not apply: give low and high.")
    root = float(found.root[0])
    back = np.sign(safe - other) * TOLERANCE * max(1.0, abs(root))
    tried = np.array([root, root + back, root + 3 * back])
    return float(tried[np.argmax(above(tried) >= -slack)])


def _unreachable(key: str, name: str, target: float, points: np.ndarray, values: np.ndarray, met: np.ndarray) -> CellError:
    known = ~np.isnan(values)
    tried = f"with {key} from {points[0]:g} to {points[-1]:g}"
    if not known.any():
        return cells.no_answer(f'{name} is "n/a" {tried}: nothing can meet {target:g}.')
    ran = f"{name} runs from {np.nanmin(values):.6g} to {np.nanmax(values):.6g} {tried}"
    return cells.no_answer(f"{ran}: {target:g} is {'met throughout' if met[known].all() else 'never met'}, so there is no break-even.")


__all__ = ["BREAKEVEN", "EXAMPLE"]
