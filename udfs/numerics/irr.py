"""Internal rates of return of one cash flow or of many: the arithmetic behind PROJECT_IRR,
EQUITY_IRR and IRR_ROOTS.

All rates are sought as g = ln(1 + rate). Flows that change sign once have one rate, found by
Halley's method on ln(money in) - ln(money out), which is nearly a straight line in g; others are
searched for all their rates.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from math import expm1, log

import numpy as np

from bankable.udfs.numerics import roots

SETTLED = 3e-4  # of a step times the number of periods, and
BENT = (
    1e-15  # of a step times the square of its correction: what is left after it is then below 1e-12
)
CELL = 0.25  # log rates stand that far apart in a table, times the number of periods; near one of them,
REACH = 0.5  # which is up to that far away, times the number of periods, a power series
POWERS = 12  # of so many terms leaves out less than 1e-12
CLOSE = 1e-12  # of a step squared times the number of periods: what Newton's step leaves is half of it at most
FEW_STEPS = 3
MOST_STEPS = 40
LARGEST = 6.9  # log rates from -99.9% to 99,000%
SHORT = 80  # flows up to this length are quicker in plain Python than in numpy
BLOCK = 2048  # lanes worked on together, so that they stay in the processor's cache
ROUNDING = 1e-13  # of the money in and out: a value that small may be zero
GRID = np.concatenate(
    [np.linspace(-LARGEST, -1.0, 60), np.linspace(-0.99, 1.5, 500), np.linspace(1.51, LARGEST, 60)]
)


def irr(flows: Sequence[float] | np.ndarray, guess: float = 0.1) -> float:
    """IRR of one equal-period cash flow; NaN where none exists, the one nearest the guess where
    several do.
    """
    flows = np.asarray(flows, float)
    if 1 < flows.size <= SHORT:
        rate = _of_outlay(flows)
        if rate is not None or (rate := _of_short(flows)) is not None:
            return rate
    return dated_irr(flows, np.arange(float(flows.size)), guess)


def dated_irr(flows: np.ndarray, times: np.ndarray, guess: float = 0.1) -> float:
    """IRR of one cash flow at any times; NaN where none exists, the one nearest the guess where
    several do.
    """
    with np.errstate(all="ignore"):
        if (np.diff(times) < 0).any():
            order = np.argsort(times, kind="stable")
            flows, times = flows[order], times[order]
        if sign_changes(flows) == 1 and (rate := _of_dated(flows, times)) is not None:
            return rate
        found = irr_roots(flows, times)
        return float(found[np.argmin(np.abs(found - guess))]) if found.size else math.nan


def irr_batch(flows: np.ndarray, guess: float = 0.1) -> np.ndarray:
    """IRR of many equal-period cash flows (S, T), each as `irr` gives it."""
    flows = np.asarray(flows, float)
    answer = np.full(len(flows), np.nan)
    for start in range(0, len(flows) if flows.shape[1] > 1 else 0, BLOCK):
        block = flows[start : start + BLOCK]
        comes, goes = block > 0, block < 0
        last = block.shape[1] - 1
        invests = last - goes[:, ::-1].argmax(axis=1) < comes.argmax(axis=1)
        borrows = last - comes[:, ::-1].argmax(axis=1) < goes.argmax(axis=1)
        both = comes.any(axis=1) & goes.any(axis=1)
        once = np.flatnonzero(both & (invests | borrows))
        rates = np.full(len(block), np.nan)
        if once.size:
            time_first = block[once].T if once.size < len(block) else block.T
            sign = np.where(borrows[once], -1.0, 1.0)
            rates[once] = np.expm1(_of_lanes(np.multiply(time_first, sign, order="C")))
        others = np.flatnonzero(both & np.isnan(rates))
        if others.size:
            lanes, found = all_roots(block[others], np.arange(last + 1.0))
            order = np.lexsort((np.abs(found - guess), lanes))
            nearest, first = np.unique(lanes[order], return_index=True)
            rates[others[nearest]] = found[order][first]
        answer[start : start + BLOCK] = rates
    return answer


def sign_changes(flows: np.ndarray) -> int:
    """How often a cash flow changes sign, periods without cash flow passed over."""
    comes = flows[flows != 0] > 0
    return int(np.count_nonzero(comes[1:] != comes[:-1]))


# Flows that change sign once: Halley's method
# ------------------------------------------------------
#
# With f(g) = ln(in) - ln(out), f' is the mean time of the money out less that of the money in, each
# flow weighted by its present value, and f'' the variance of those times for the money in less that
# for the money out.


def _of_short(money: np.ndarray) -> float | None:
    """The rate of flows that change sign once, in plain Python; None where they do not, or where it
    does not settle.
    """
    flows = money.tolist()
    turn = 1
    first = flows[0] or next((flow for flow in flows if flow), 0.0)
    if flows[1] * first >= 0:
        turn = next((t for t, flow in enumerate(flows) if flow * first < 0), 0)
    early, late = flows[:turn], flows[turn:]
    if not turn or (min(late) < 0 if first < 0 else max(late) > 0):
        return None
    back = -sum(late) / sum(early)
    if not 0 < back < math.inf:
        return None
    multiple = math.log(back)
    g = (
        2 * multiple / len(flows) / (1 - min(max(multiple / 6, -0.5), 0.5))
    )  # were all flows spread evenly
    early.reverse()
    late.reverse()
    settled = SETTLED / len(flows)
    for _ in range(MOST_STEPS):
        x = math.exp(-g)
        worth, mean, spread = _moments(late, x)
        paid, mean_paid, spread_paid = _moments(early, x) if turn > 1 else (early[0], 0.0, 0.0)
        ratio = -worth / paid if paid else 0.0
        if not 0 < ratio < math.inf:
            return None
        apart = turn + mean - mean_paid
        step = (math.log(ratio) - turn * g) / apart
        bent = 0.5 * step * (spread - spread_paid) / apart
        step /= 1 - bent if -0.5 < bent < 0.5 else 1 - math.copysign(0.5, bent)
        g += step
        if -settled < step < settled and abs(step) * bent * bent < BENT:
            return math.expm1(g)
        if not -LARGEST < g < LARGEST:
            return None
    return None


def _of_outlay(flows: np.ndarray) -> float | None:
    """The rate of one outlay and the income after it: the commonest flow, in fewer operations.

    Near a tabled log rate the income's value is a power series in the way from there. One of
    Halley's steps on its first terms and, as a rule, one of Newton's on all of them are enough.
    """
    outlay, *income = flows.tolist()
    if outlay >= 0 or min(income) < 0:
        return None
    back = -sum(income) / outlay
    if not 0 < back < math.inf:
        return None
    periods = len(income)
    multiple = log(back)
    near = (
        2 * multiple / (1 - (multiple if multiple < 3 else 3) / 6)
    )  # times the number of periods, were all flows spread evenly
    for _ in range(FEW_STEPS):
        start, weights = _tabled(periods, round(near / CELL))
        series = weights.dot(flows).tolist()
        squared, timed, worth = series[-3:]
        ratio = -worth / outlay
        if not 0 < ratio < math.inf:
            return None
        mean = -timed / worth
        step = log(ratio) / mean
        bent = step * (-squared / timed - mean / 2)
        way = step / (1 - bent if -0.5 < bent < 0.5 else 1 - math.copysign(0.5, bent))
        near = (start + way) * periods
        if -REACH < way * periods < REACH:
            break
    else:
        return None
    for _ in range(FEW_STEPS):
        value = slope = 0.0
        for term in series:
            slope = slope * way + value
            value = value * way + term
        step = (value + outlay) / slope
        way -= step
        if step * step * periods < CLOSE:
            return expm1(start + way) if -LARGEST < start + way < LARGEST else None
    return None


@functools.lru_cache(maxsize=512)
def _tabled(periods: int, cell: int) -> tuple[float, np.ndarray]:
    """A log rate, and the weights of the flows after the first in the power series of their value
    near it, highest power first.
    """
    g = min(max(cell * CELL / periods, -LARGEST), LARGEST)
    times = np.arange(periods + 1.0)
    terms = [np.where(times > 0, np.exp(-g * times), 0.0)]
    for power in range(1, POWERS):
        terms.append(terms[-1] * -times / power)
    return g, np.stack(terms[::-1])


def _moments(backwards: list[float], x: float) -> tuple[float, float, float]:
    """Present value of flows, last first, and the mean and variance of their times weighted by it;
    x = e^-g.
    """
    value = slope = curve = 0.0
    for flow in backwards:
        curve = curve * x + slope
        slope = slope * x + value
        value = value * x + flow
    if not value:
        return 0.0, 0.0, 0.0
    x /= value
    mean = x * slope
    return value, mean, 2 * x * x * curve * value + mean - mean * mean


def _of_dated(flows: np.ndarray, times: np.ndarray) -> float | None:
    """The rate of flows that change sign once, at any times; None where it does not settle."""
    money_in, money_out = np.maximum(flows, 0), np.maximum(-flows, 0)
    sums = np.stack(
        [
            part * power
            for part in (money_in, money_out)
            for power in (np.ones_like(times), times, times * times)
        ]
    )
    settled = SETTLED / max(1.0, float(times[-1]))
    g = 0.0
    for _ in range(MOST_STEPS):
        worth, timed, squared, paid, timed_paid, squared_paid = (sums @ np.exp(-g * times)).tolist()
        if not (0 < worth < math.inf and 0 < paid < math.inf):
            return None
        mean, mean_paid = timed / worth, timed_paid / paid
        apart = mean - mean_paid
        if not apart:
            return None
        back = worth / paid
        if not 0 < back < math.inf:
            return None
        step = math.log(back) / apart
        bent = (
            0.5
            * step
            * (squared / worth - mean * mean - squared_paid / paid + mean_paid * mean_paid)
            / apart
        )
        step /= 1 - min(max(bent, -0.5), 0.5)
        g += step
        if abs(step) < settled and abs(step) * bent * bent < BENT:
            return math.expm1(g)
        if not abs(g) < LARGEST:
            return None
    return None


def _of_lanes(flows: np.ndarray) -> np.ndarray:
    """Log rates of the lanes of (T, S) flows, each changing sign once; NaN where it does not
    settle.
    """
    answer = np.full(flows.shape[1], np.nan)
    lanes = np.arange(flows.shape[1])
    money_in, money_out = np.maximum(flows, 0), np.maximum(-flows, 0)
    last_in, last_out = (
        int(np.flatnonzero(part.any(axis=1))[-1]) for part in (money_in, money_out)
    )
    periods = len(flows)
    multiple = np.log(money_in.sum(axis=0) / money_out.sum(axis=0))
    g = 2 * multiple / periods / (1 - np.clip(multiple / 6, -0.5, 0.5))
    for _ in range(MOST_STEPS):
        x = np.exp(-g)
        worth, mean, spread = _lane_moments(money_in, x, last_in)
        paid, mean_paid, spread_paid = _lane_moments(money_out, x, last_out)
        apart = mean - mean_paid
        step = np.log(worth / paid) / apart
        bent = 0.5 * step * (spread - spread_paid) / apart
        step /= 1 - np.clip(bent, -0.5, 0.5)
        g = g + step
        settled = (np.abs(step) < SETTLED / periods) & (np.abs(step) * bent * bent < BENT)
        failed = ~(np.abs(g) < LARGEST)
        if settled.all():
            answer[lanes] = g
            break
        if failed.any() or np.count_nonzero(settled) > lanes.size // 4:
            good = settled & ~failed
            answer[lanes[good]] = g[good]
            keep = ~(settled | failed)
            lanes, g, money_in, money_out = (
                lanes[keep],
                g[keep],
                money_in[:, keep],
                money_out[:, keep],
            )
            if not lanes.size:
                break
    return answer


def _lane_moments(
    flows: np.ndarray, x: np.ndarray, last: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`_moments` of the lanes of (T, S) flows, `last` being the last period in use."""
    value, slope, curve = flows[last].copy(), np.zeros_like(x), np.zeros_like(x)
    for t in range(last - 1, -1, -1):
        curve *= x
        curve += slope
        slope *= x
        slope += value
        value *= x
        value += flows[t]
    mean = x * slope / value
    return value, mean, 2 * x * x * curve / value + mean - mean * mean


# All rates
# -----------------------------------------------------------------------------------------


def irr_roots(flows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """All IRRs between -99.9% and 99,000% a period of one cash flow, in rising order."""
    some = flows != 0
    if sign_changes(flows) == 0:
        return np.empty(0)
    found = np.sort(all_roots(flows[None, some], times[some] - times[some].min())[1])
    return found[np.diff(found, prepend=-1.0) > ROUNDING]


def all_roots(flows: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(lane, rate) of every IRR of the cash flows (S, T), unsorted.

    Present value is taken on a fine grid of log rates. Each change of its sign is refined by
    bracketing; so is each turning point between two grid points of one sign, which hides two rates,
    or one where the value only touches zero.
    """
    discount = _scaled_discount(GRID, times)
    positive, falling = flows @ discount.T > 0, (flows * times) @ discount.T > 0
    crosses = positive[:, 1:] != positive[:, :-1]
    turns = ~crosses & (falling[:, :-1] == positive[:, :-1]) & (falling[:, 1:] != positive[:, 1:])
    lanes, log_rates = np.empty(0, int), np.empty(0)
    for wanted, search in ((crosses, _between), (turns, _beside_turning_points)):
        at, cells = np.nonzero(wanted)
        if at.size:
            at, found = search(flows, times, at, GRID[cells], GRID[cells + 1])
            lanes, log_rates = np.append(lanes, at), np.append(log_rates, found)
    worth = (np.abs(flows[lanes]) * _scaled_discount(log_rates, times)).sum(
        axis=1
    ) > 0  # not a value lost to rounding
    return lanes[worth], np.expm1(log_rates[worth])


def _scaled_discount(log_rate: np.ndarray, times: np.ndarray) -> np.ndarray:
    """e^(-g t) for each log rate and time, scaled by its largest so that it stays finite: signs and
    roots are the same.
    """
    exponents = -np.multiply.outer(log_rate, times)
    with np.errstate(under="ignore"):
        return np.exp(exponents - exponents.max(axis=-1, keepdims=True))


def _between(
    flows: np.ndarray, times: np.ndarray, lanes: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(lane, log rate) of the zeros of the lanes' values between `low` and `high`, one a
    bracket.
    """
    found = roots.bracketed(
        lambda g, at: (flows[lanes[at]] * _scaled_discount(g, times)).sum(axis=1), low, high
    )
    return lanes[found.converged], found.root[found.converged]


def _beside_turning_points(flows, times, lanes, low, high) -> tuple[np.ndarray, np.ndarray]:
    """The zeros in brackets whose ends have one sign and whose value turns towards zero in between:
    none, one or two.
    """
    turned = roots.bracketed(
        lambda g, at: (flows[lanes[at]] * times * _scaled_discount(g, times)).sum(axis=1), low, high
    )
    lanes, turning, low, high = (part[turned.converged] for part in (lanes, turned.root, low, high))
    discount = _scaled_discount(turning, times)
    value, size = (
        (flows[lanes] * discount).sum(axis=1),
        (np.abs(flows[lanes]) * discount).sum(axis=1),
    )
    start = (flows[lanes] * _scaled_discount(low, times)).sum(axis=1)
    touches = np.abs(value) <= ROUNDING * size
    through = ~touches & (value * start < 0)
    left = _between(flows, times, lanes[through], low[through], turning[through])
    right = _between(flows, times, lanes[through], turning[through], high[through])
    return np.concatenate([lanes[touches], left[0], right[0]]), np.concatenate(
        [turning[touches], left[1], right[1]]
    )
