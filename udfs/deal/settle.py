"""What a deal asks of itself is solved here, outside the chain, and given to it as columns: the largest
debt at which the credit tests are met, and the least rate that pays for the expected loss.

One vectorised solver stands behind functions, frontier and workbook. The chain never loops: it takes
these figures as given, and its rows prove them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from bankable.udfs.deal import chain
from bankable.udfs.deal.chain.inputs import CLEARING
from bankable.udfs.deal.chain.solved import RESTS_ON, SOLVED, TESTED

MOST_GEARING = 0.99  # of total uses, the most that a deal may ask
STEPS = 200  # of gearing, equal, from nothing to the most
FINER = 5  # parts of a bracket in one refinement
ROUNDS = 6  # refinements: 5^6 parts of a step, less than a millionth of the uses
NARROW = 1e-12  # a bracket of gearing that is closed
PASSES = 60  # of the price: each lifts the rate, and a year that turns to default lifts it once
STILL = 1e-10  # of a rate
FIRST_DOWN = 4  # gearings tried at once from the request down; twice as many each time
BLOCK = 512  # columns of the chain in one call: their arrays fit the processor's cache

ALL, ASKED = "all", "asked"  # every test, at any debt; every test, within the request
NAMES = (ALL, ASKED, *TESTED)
FIXED_TESTS = ("contracted", "retained")  # that neither debt nor rate moves
# the given columns that each search fills
GIVES = {
    ALL: ("permitted_debt", "smaller_fails"),
    ASKED: ("sized_gearing",),
    **{key: (f"permits_{key}",) for key in TESTED},
}
PASSING = ["debt", "tests_failed", *(f"pass_{key}" for key in TESTED)]


class Drawn(chain.Results):
    """Rows of some deals, each taken from those of all deals when it is first asked for."""

    def __init__(self, of: chain.Results, deals: np.ndarray) -> None:
        super().__init__()
        self.__dict__["_taken"] = of, deals

    def __missing__(self, key: str) -> Any:
        of, deals = self.__dict__["_taken"]
        self[key] = taken = np.take(of[key], deals, axis=-2)
        return taken


def part_of(x: SimpleNamespace, rows: Any) -> SimpleNamespace:
    """Some of the deals."""
    return SimpleNamespace(**{key: column[rows] for key, column in vars(x).items()})


def planned(x: SimpleNamespace) -> SimpleNamespace:
    """The deals as they are priced and sized: a year in which a scenario takes the contract away is not
    known then.
    """
    return SimpleNamespace(**{**vars(x), "contract_stop_year": np.zeros_like(x.contract_stop_year)})


def rates(x: SimpleNamespace, known: chain.Results | None = None) -> np.ndarray:
    """The least rate that clears the loss, by deal (S,); NaN where none up to the deal's cap does.

    The pass rises from the base rate towards the least clearing rate: no bracket from end to end would
    find it, for the value of the loan jumps where a year turns to default. Where it jumps up, at a
    rate from which on lock-up holds the cash that lacked, no rate is a fixed point: the passes are held
    between the last that does not clear and the first that does, and halved where they leave them.
    The loan is taken as it stands, at the gearing given, without a sizing of its own. `known`: the
    deals' rows that no debt changes.
    """
    count = len(x.gearing)
    found = np.full(count, np.nan)
    asked = SimpleNamespace(**{**vars(x), "pricing": np.full((count, 1), float(CLEARING))})
    known = chain.before_debt(asked) if known is None else known
    going = np.arange(count)
    rate = x.base_rate + x.base_rate_shock * (1 - x.hedge_ratio)
    low, high = np.full((count, 1), -np.inf), np.full((count, 1), np.inf)
    for _ in range(PASSES):
        now = part_of(asked, going)
        now.clearing_rate = rate
        r = chain.run(now, ["price_pass", "bank_loan"], Drawn(known, going))
        moved = np.where(r.bank_loan > 0, r.price_pass, np.nan)
        clears = moved <= rate
        low, high = np.where(clears, low, np.maximum(low, rate)), np.where(clears, rate, high)
        still, narrow = np.abs(moved - rate) <= STILL, high - low <= STILL
        settled = (still | narrow)[:, 0]
        found[going[settled]] = np.where(still, moved, high)[settled, 0]
        over = ~clears & (rate >= now.rate_cap)
        after = np.minimum(moved, now.rate_cap)
        after = np.where((low < after) & (after < high), after, (low + high) / 2)
        goes_on = ~settled & ~(over | np.isnan(moved))[:, 0]
        going, rate, low, high = going[goes_on], after[goes_on], low[goes_on], high[goes_on]
        if not going.size:
            break
    return found


def tried(
    x: SimpleNamespace,
    known: chain.Results,
    deal: np.ndarray,
    gearing: np.ndarray,
    names: Sequence[str],
) -> tuple[np.ndarray, np.ndarray]:
    """(debt, whether each of `names` is met) for the deals in place `deal` (P,) at given gearings (P, n),
    shapes (P, n) and (names, P, n): rate, default, loss and reserve are those of each loan. A test that
    does not apply is no obstacle.
    """
    tries, candidates = gearing.shape
    debts, passes = [], []
    step = max(1, BLOCK // candidates)
    for first in range(0, tries, step):
        rows = slice(first, first + step)
        place = np.repeat(deal[rows], candidates)
        one = part_of(x, place)
        one.gearing, one.size_debt = gearing[rows].reshape(-1, 1), np.zeros((place.size, 1))
        if (one.pricing == CLEARING).any():
            one.clearing_rate = rates(one, Drawn(known, place)).reshape(-1, 1)
        r = chain.run(one, PASSING, Drawn(known, place))
        met = [
            r.tests_failed == 0 if name in (ALL, ASKED) else r[f"pass_{name}"] != 0
            for name in names
        ]
        passes.append(np.stack(met).reshape(len(names), -1, candidates))
        debts.append(r.debt.reshape(-1, candidates))
    return np.concatenate(debts), np.concatenate(passes, axis=1)


def highest(passes: np.ndarray) -> np.ndarray:
    """Place of the last candidate that passes, along the last axis; -1 where none does."""
    place = passes.shape[-1] - 1 - np.argmax(passes[..., ::-1], axis=-1)
    return np.where(passes.any(axis=-1), place, -1)


def sizes(x: SimpleNamespace, names: Sequence[str] = NAMES) -> dict[str, np.ndarray]:
    """What the tests permit, by deal (S,), under the keys of the chain's given columns; `names`: the
    searches wanted, of NAMES.

    Scanned over all gearings, then refined between the last that passes and the failing one above it:
    a bisection alone may land in an island, where a smaller loan fails.
    """
    deals = len(x.gearing)
    steps = np.broadcast_to(np.linspace(0, MOST_GEARING, STEPS + 1), (deals, STEPS + 1))
    scanned = np.sort(np.concatenate([steps, x.gearing], axis=1), axis=1)
    known, deal = chain.before_debt(x), np.arange(deals)
    if list(names) == [ASKED]:
        debt, passes = scanned_down(x, known, scanned)
    else:
        debt, passes = tried(x, known, deal, scanned, names)
    top = np.full((len(names), deals), MOST_GEARING)
    if ASKED in names:
        passes[names.index(ASKED)] &= scanned <= x.gearing
        top[names.index(ASKED)] = x.gearing[:, 0]
    at = highest(passes)  # (names, S)
    low = np.where(at >= 0, scanned[deal, np.maximum(at, 0)], 0.0)
    found = np.where(at >= 0, debt[deal, np.maximum(at, 0)], 0.0)
    high = np.where(at >= 0, np.minimum(scanned[deal, np.minimum(at + 1, STEPS + 1)], top), 0.0)
    low, found = refined(x, known, low, high, found, names)
    out = {}
    for i, name in enumerate(names):
        if name == ASKED:
            out["sized_gearing"] = low[i]
        elif name == ALL:
            smaller = highest(~passes[i] & (scanned < low[i][:, None]))
            out["permitted_debt"] = found[i]
            out["smaller_fails"] = np.where(smaller >= 0, debt[deal, np.maximum(smaller, 0)], 0.0)
        else:
            out[f"permits_{name}"] = found[i]
    return out


def beyond_debt(x: SimpleNamespace, known: chain.Results) -> np.ndarray:
    """Whether a deal fails, at any debt and rate alike, a test that hangs on neither, (S,)."""
    one = part_of(x, slice(None))
    one.gearing = np.full_like(x.gearing, MOST_GEARING / STEPS)
    one.size_debt, one.clearing_rate = np.zeros_like(x.gearing), np.array(x.base_rate)
    wanted = [f"pass_{key}" for key in FIXED_TESTS]
    r = chain.run(one, wanted, Drawn(known, np.arange(len(x.gearing))))
    return np.any([r[row][:, 0] == 0 for row in wanted], axis=0)


def scanned_down(
    x: SimpleNamespace, known: chain.Results, gearing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What `tried` gives of ASKED for gearings (S, n) in rising order, as far as the largest loan within
    the request needs it: from the request down until a loan passes; what is above or below stands as failed.
    """
    debt, passes = np.zeros(gearing.shape), np.zeros((1, *gearing.shape), dtype=bool)
    within, going = gearing <= x.gearing, np.flatnonzero(~beyond_debt(x, known))
    last, at_once = gearing.shape[1], FIRST_DOWN
    while going.size and last > 0:
        some = slice(max(0, last - at_once), last)
        asked = going[within[going, some].any(axis=1)]
        if asked.size:
            debt[asked, some], met = tried(x, known, asked, gearing[asked, some], [ASKED])
            passes[:, asked, some] = met & within[asked, some]
            going = np.setdiff1d(
                going, asked[passes[0, asked, some].any(axis=1)], assume_unique=True
            )
        last, at_once = some.start, 2 * at_once
    return debt, passes


def refined(
    x: SimpleNamespace,
    known: chain.Results,
    low: np.ndarray,
    high: np.ndarray,
    debt: np.ndarray,
    names: Sequence[str],
) -> tuple[np.ndarray, np.ndarray]:
    """(gearing, debt) of the brackets (names, S) narrowed: each open one is cut into parts, and the
    last part that passes is kept.
    """
    low, debt, width = low.copy(), debt.copy(), high - low
    for _ in range(ROUNDS):
        tests, deal = np.nonzero(width > NARROW)
        if not tests.size:
            break
        width = width / FINER
        parts = low[tests, deal, None] + width[tests, deal, None] * np.arange(1, FINER)
        amounts, passes = tried(x, known, deal, parts, names)
        at = highest(passes[tests, np.arange(tests.size)])
        lifted = np.flatnonzero(at >= 0)
        low[tests[lifted], deal[lifted]] = parts[lifted, at[lifted]]
        debt[tests[lifted], deal[lifted]] = amounts[lifted, at[lifted]]
    return low, debt


KEPT = 512  # deals whose answers are kept
FEW = 128  # more deals than these in one call are not kept
_kept: OrderedDict[tuple[str, bytes], dict[str, float]] = OrderedDict()


def kept(
    what: str, x: SimpleNamespace, solve: Callable[[SimpleNamespace], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The answer of `solve` by deal, taken from those that were solved lately where it can be: a
    workbook asks the same of one deal from several cells.
    """
    if len(x.gearing) > FEW:
        return solve(x)
    rows = np.concatenate([vars(x)[key] for key in sorted(vars(x))], axis=1)
    places = [(what, row.tobytes()) for row in np.ascontiguousarray(rows)]
    have = {place: answer for place in places if (answer := _kept.get(place)) is not None}
    missing = [i for i, place in enumerate(places) if place not in have]
    if missing:
        found = solve(part_of(x, missing))
        for n, i in enumerate(missing):
            have[places[i]] = {key: float(values[n]) for key, values in found.items()}
    answers = [have[place] for place in places]
    _kept.update(have)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return {key: np.array([answer[key] for answer in answers]) for key in answers[0]}


def settled(x: SimpleNamespace, wanted: Sequence[str] | None = ()) -> SimpleNamespace:
    """The columns with what is solved for them: what the deals themselves ask (sized debt, clearing
    price), and for all of them what the `wanted` rows rest on (None: everything).
    """
    out = SimpleNamespace(**vars(x))
    for key in SOLVED:
        setattr(out, key, np.full((len(x.gearing), 1), np.nan))

    def fill(rows: np.ndarray, found: dict[str, np.ndarray]) -> None:
        for key, values in found.items():
            getattr(out, key)[rows, 0] = values

    needed = set(SOLVED) if wanted is None else {k for row in wanted for k in RESTS_ON.get(row, ())}
    everyone = np.arange(len(x.gearing))
    searches = [name for name in NAMES if name != ASKED and needed & set(GIVES[name])]
    if searches:
        fill(everyone, kept(" ".join(searches), x, lambda some: sizes(some, searches)))
    sized = everyone[("sized_gearing" in needed) | (x.size_debt > 0)[:, 0]]
    if sized.size:
        plan = planned(part_of(x, sized))
        fill(sized, kept(ASKED, plan, lambda some: sizes(some, [ASKED])))
    priced = everyone[("clearing_rate" in needed) | (x.pricing == CLEARING)[:, 0]]
    if priced.size:
        plan = planned(part_of(out, priced))
        fill(priced, kept("rate", plan, lambda some: {"clearing_rate": rates(some)}))
    return out


def run(x: SimpleNamespace, wanted: Iterable[str] | None = ()) -> chain.Results:
    """The rows of the chain with what the deals ask solved first; and with what the `wanted` rows rest
    on (None: everything that can be solved).
    """
    return chain.run(settled(x, None if wanted is None else list(wanted)))


def blocks(
    x: SimpleNamespace, size: int, wanted: Sequence[str] | None = None
) -> Iterator[chain.Results]:
    """The chain's results for `size` variants at a time, in order: every row, or as far as the wanted
    ones need.
    """
    for start in range(0, len(x.gearing), size):
        part = settled(part_of(x, slice(start, start + size)), wanted or ())
        yield chain.run(part, wanted)


__all__ = ["blocks", "rates", "run", "settled", "sizes"]
