"""The break-even of a whole deal: at which value of an input a figure just meets its target.

The ranges of all questions asked are scanned with the whole chain in one call; the brackets found
are narrowed together, by the one root finder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import MEASURES, column_of, contradictions, evaluate, variants
from bankable.udfs.deal.sensitivity import known_key, numeric
from bankable.udfs.numerics import roots
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
LOOKS = 129  # points of the scan for a bracket
TOLERANCE = 1e-13


def _range(deal: Deal, key: str, low: float | None, high: float | None) -> tuple[float, float]:
    """Where the break-even is looked for: what is asked, otherwise the input's bounds, or 0 to four
    times its value in the deal.
    """
    param = deals.param_of(key)
    bounded = param.kind in ("probability", "rate", "count") or param.high - param.low <= 10
    own = float(getattr(deal, key))
    if low is None:
        low = param.low
    if high is None:
        if not bounded and own <= 0:
            raise cells.wrong_value(
                f"{key} is {own:g} in the deal, which gives no range to look in: give high."
            )
        high = param.high if bounded else min(param.high, 4 * own)
    for name, bound in (("low", low), ("high", high)):
        column_of(key, [bound], name)
    if low >= high:
        raise cells.impossible(f"low {low:g} is not below high {high:g}.")
    return low, high


def _crossing(points: np.ndarray, gap: np.ndarray, met: np.ndarray, near: float) -> int | None:
    """The place i, nearest to `near`, where the target is met at one of points i and i + 1 and
    missed at the other.
    """
    known = ~np.isnan(gap)
    places = np.flatnonzero(known[:-1] & known[1:] & (met[:-1] != met[1:]))
    if not places.size:
        return None
    away = np.maximum(0, np.maximum(points[places] - near, near - points[places + 1]))
    return int(places[np.argmin(away)])


@function(
    FAMILY,
    "At what value of an input does the deal just meet a target?",
    registry.block(
        "value of the input, in the unit of the Inputs sheet; one a row where several questions are"
        " asked"
    ),
    deal=deal_param(),
    key=cells.texts(
        "input that is sought, by its key on the Inputs sheet: a number or a whole number; or a"
        " range of keys"
    ),
    measure=cells.texts(
        "measure that is to meet the target, a number such as min_dscr or headroom; DEAL_METRICS"
        " lists them"
    ),
    target=cells.series("value that the measure is to meet"),
    low=cells.series("lowest value tried; left out: the input's lower bound"),
    high=cells.series(
        "highest value tried; left out: the input's upper bound, for money and quantities four"
        " times the deal's own value"
    ),
)
def BREAKEVEN(deal, key, measure, target, low=None, high=None):
    """The value of one input at which a figure of the deal just meets a target, everything else
    unchanged.

    Equation
    --------
    measure(deal with key = x) = target, solved for x by scanning the range and narrowing the bracket

    Conventions
    -----------
    Where the target is met more than once, the crossing nearest to the deal's own value is given.
    Whole numbers (years, months) are rounded to the safe side: the answer is the first that meets
    the target, at least it for measures of which more is better (DSCR, capacity, IRR), at most it
    for the others (rate, loss, cost). Where a measure jumps over the target, such as a probability
    that steps, the answer lies on the safe side of the jump. The whole deal moves with the input: a
    price changes tax, rate and default probability as well. Target 0 of measure headroom is where
    the deal begins to pass every test. Ranges ask several questions in one call, each on its own:
    one key, measure, target, low and high a cell, or one for all.

    Errors
    ------
    #N/A where the target is met nowhere, or everywhere, in the range, in a range of questions in
    that row only; the sentence gives the reachable range. #VALUE! for an unknown key, a choice or
    switch, or a measure that is a text, #NUM! for a bound that the input cannot have: in a range of
    questions again in that row only. #VALUE! for ranges of unequal length.

    Source
    ------
    Break-even analysis of debt capacity and tariff: Yescombe, Principles of Project Finance (2nd
    ed. 2014).

    See also
    --------
    SENS_GRID, TORNADO, LEAST_COST_SUPPORT

    Examples
    --------
    The price that gives a minimum DSCR of 1.5 if every renewal comes, and the years of public
    offtake for a minimum DSCR of 1.3 on what the lender counts:

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
    asked = {
        name: given[0] if isinstance(given, tuple) and len(given) == 1 else given
        for name, given in asked.items()
    }
    for name in ("key", "measure"):
        if not asked[name]:
            raise cells.wrong_value(
                f"{name} holds no text: name an input and a measure, such as price and min_dscr."
            )
    several = {
        name: given for name, given in asked.items() if isinstance(given, (tuple, np.ndarray))
    }
    if not several:
        (answer,) = _answers(deal, [_question(deal, **asked)])
        if isinstance(answer, CellError):
            raise answer
        return answer
    cells.same_length(**{name: np.asarray(given) for name, given in several.items()})
    rows = [dict(zip(several, row, strict=True)) for row in zip(*several.values(), strict=True)]
    asking = [_question_or_error(deal, **asked | row) for row in rows]
    answers = iter(_answers(deal, [row for row in asking if not isinstance(row, CellError)]))
    return [[row if isinstance(row, CellError) else next(answers)] for row in asking]


class _Question(NamedTuple):
    """The key that moves, the values of it that are looked at first, and the measure that is to
    meet the target.
    """

    key: str
    points: np.ndarray
    measure: str
    target: float
    slack: float
    whole: bool


def _question(
    deal: Deal, key: str, measure: str, target: float, low: float | None, high: float | None
) -> _Question:
    key = known_key("key", key)
    kind = deals.param_of(key).kind
    if kind in ("choice", "switch", "text"):
        raise cells.wrong_value(
            f"{key} is no number: SENS_GRID shows the deal with each of its values."
        )
    name = numeric(measure, "break-even")
    low, high = _range(deal, key, low, high)
    whole = kind == "count"
    points = np.arange(low, high + 1) if whole else np.linspace(low, high, LOOKS)
    return _Question(
        key, points, name, target, (1e-9 if whole else TOLERANCE) * max(1.0, abs(target)), whole
    )


def _question_or_error(deal: Deal, **asked: Any) -> _Question | CellError:
    """The question of one row of several, or what is wrong with it: the other rows are answered."""
    try:
        return _question(deal, **asked)
    except CellError as error:
        return error


def _margins(
    deal: Deal, questions: Sequence[_Question], lanes: np.ndarray, x: np.ndarray
) -> np.ndarray:
    """How far on the safe side of its target question `lanes[i]` stands with its key at `x[i]`, the
    whole deals in one call; NaN where the measure does not apply or the deal contradicts itself."""
    asked = [questions[lane] for lane in lanes]
    changes = {
        key: np.where([question.key == key for question in asked], x, float(getattr(deal, key)))
        for key in dict.fromkeys(question.key for question in asked)
    }
    possible = np.array([error is None for error in contradictions(deal, changes)])
    values = evaluate(
        variants(deal, changes, refuse=False),
        list(dict.fromkeys(question.measure for question in asked)),
    )
    margins = [
        MEASURES[q.measure].better * (values[q.measure][i] - q.target) for i, q in enumerate(asked)
    ]
    return np.where(possible, margins, np.nan)


def _answers(deal: Deal, questions: Sequence[_Question]) -> list[float | CellError]:
    """The break-even of each question, or its #N/A."""
    if not questions:
        return []
    sizes = [question.points.size for question in questions]
    lanes = np.repeat(np.arange(len(questions)), sizes)
    scanned = np.split(
        _margins(deal, questions, lanes, np.concatenate([q.points for q in questions])),
        np.cumsum(sizes)[:-1],
    )
    answers: list[float | CellError] = []
    brackets: dict[int, tuple[float, float]] = {}
    for lane, (question, margin) in enumerate(zip(questions, scanned, strict=True)):
        points, met = question.points, margin >= -question.slack
        place = _crossing(points, margin, met, float(getattr(deal, question.key)))
        if place is None:
            answers.append(_unreachable(question, margin, met))
            continue
        safe, other = (
            (points[place], points[place + 1]) if met[place] else (points[place + 1], points[place])
        )
        answers.append(float(safe))
        if not question.whole:
            brackets[lane] = (float(safe), float(other))
    for lane, answer in zip(
        brackets,
        _narrowed(deal, [questions[lane] for lane in brackets], brackets.values()),
        strict=True,
    ):
        answers[lane] = answer
    return answers


def _narrowed(
    deal: Deal, questions: Sequence[_Question], brackets: Iterable[tuple[float, float]]
) -> list[float | CellError]:
    """For each question the point between where its target is met and where it is missed up to
    which it is met, within the range that is looked at.
    """
    if not questions:
        return []
    lowest, highest = (
        np.array([[question.points[end]] for question in questions]) for end in (0, -1)
    )
    safe, other = np.array(list(brackets)).T
    found = roots.bracketed(
        lambda x, lanes: _margins(deal, questions, lanes, x), safe, other, TOLERANCE
    )
    root = np.where(found.converged, found.root, safe)
    back = np.sign(safe - other) * TOLERANCE * np.maximum(1.0, np.abs(root))
    tried = np.clip(np.stack([root, root + back, root + 3 * back], axis=1), lowest, highest)
    margins = _margins(
        deal, questions, np.repeat(np.arange(root.size), 3), tried.reshape(-1)
    ).reshape(tried.shape)
    met = margins >= -np.array([[question.slack] for question in questions])
    within = tried[np.arange(root.size), np.argmax(met, axis=1)]
    return [
        (
            float(value)
            if converged
            else cells.no_answer(
                f"between {min(a, b):g} and {max(a, b):g} the measure does not apply: give low and"
                " high."
            )
        )
        for value, converged, a, b in zip(within, found.converged, safe, other, strict=True)
    ]


def _unreachable(question: _Question, margin: np.ndarray, met: np.ndarray) -> CellError:
    key, points, name, target, *_ = question
    known = ~np.isnan(margin)
    tried = f"with {key} from {points[0]:g} to {points[-1]:g}"
    if not known.any():
        return cells.no_answer(f'{name} is "n/a" {tried}: nothing can meet {target:g}.')
    values = target + MEASURES[name].better * margin
    ran = f"{name} runs from {np.nanmin(values):.6g} to {np.nanmax(values):.6g} {tried}"
    return cells.no_answer(
        f"{ran}: {target:g} is {'met throughout' if met[known].all() else 'never met'}, so there is"
        " no break-even."
    )


__all__ = ["BREAKEVEN", "EXAMPLE"]
