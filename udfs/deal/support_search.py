"""The search for the mix of public support that reaches a goal at the least cost: whole steps of each
tool, all candidates of a round in one call of the chain, no model of its own.

The goal is every credit test, and where it is asked a share of debt, with a loan cut anew to its
contract, and a return at which the sponsor goes ahead.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs import cells
from bankable.udfs.deal import chain, recut, settle
from bankable.udfs.deal.chain import VIEWS
from bankable.udfs.deal.chain.axes import TOLERANCE
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import variants

STARTS = 3  # best candidates of the coarse grid that are improved further
COARSE = 5  # levels of each tool in the coarse grid
STRIDES = (1, 2, 4, 8, 16, 32)
TENORS = 5  # tenors of a loan that is cut anew, in the coarse grid
BLOCK = 1024  # candidates of the chain in one call
LOAN_TERMS = ("coverage", "government_loan_share")  # tools that change no row before the debt
RANKS = ("cost", "authority", "grant", "effort")

Point = tuple[
    int, ...
]  # steps of each tool; with a loan cut anew, last the years below its longest


class Tool(NamedTuple):
    """A tool of support: the input that sets it, its name on paper, unit, size of one step, and the
    most steps.
    """

    key: str
    words: str
    unit: str
    step: float
    most: int


class Goal(NamedTuple):
    """What a mix must reach beside the credit tests, and what the mixes that do are ranked by first."""

    gearing: float | None = None  # debt over total uses; None: the loan as asked
    hurdle: float | None = None  # the sponsor's expected equity IRR; None: not asked
    rank_by: str = RANKS[0]


def tools_of(deal: Deal) -> dict[str, Tool]:
    """The tools and how far each goes: a year of offtake, 1% of coverage, loan, price and capital
    cost a step.
    """
    market = deal.market_price
    ceiling = deal.price_cap if deal.price_cap > 0 else 1.5 * market
    steps = (
        int(ceiling / (market / 100) + 1e-9)
        if deal.price_basis == "market in band" and market > 0
        else 0
    )
    shares = int(100 * (1 - deal.limit_retained) + 1e-9)
    return {
        "offtake": Tool(
            "public_offtake_years", "Public offtake", "years", 1, min(30, deal.operating_years)
        ),
        "guarantee": Tool("coverage", "Guarantee coverage", "%", 0.01, shares),
        "loan": Tool("government_loan_share", "Government loan", "%", 0.01, shares),
        "floor": Tool("price_floor", "Price floor", "$m a unit", market / 100, steps),
        "grant": Tool("grant", "Grant", "$m", deal.capex / 100, 90),
    }


TOOLS = ("offtake", "guarantee", "loan", "floor", "grant")
TENOR = Tool("tenor", "Tenor", "years", 1, chain.YEARS)


@dataclass
class Search:
    """The candidates tried so far, each with its rank: the lower, the better."""

    deal: Deal
    tools: Sequence[Tool]
    goal: Goal = field(default_factory=Goal)
    ranks: dict[Point, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.moves = [*self.tools]
        self.longest: dict[int, int] = {}  # tenor that the contract bears, by steps of the offtake
        if self.goal.gearing is None:
            return
        self.moves.append(TENOR)
        self.offtake = next(
            (i for i, tool in enumerate(self.tools) if tool.key == "public_offtake_years"), None
        )
        steps = range(1 if self.offtake is None else self.tools[self.offtake].most + 1)
        if self.offtake is None:
            x = self.variants([(0,) * len(self.moves)])
        else:
            nothing = (0,) * len(self.moves)
            x = self.variants([moved(nothing, self.offtake, n) for n in steps])
        longest = recut.longest_tenors(x, chain.before_debt(x))
        self.longest = dict(zip(steps, longest.tolist(), strict=True))

    @functools.cached_property
    def steps(self) -> np.ndarray:
        """The moves that are tried from a point."""
        return np.array(list(dict.fromkeys(neighbours(self.ways))))

    def variants(self, points: Sequence[Point]) -> SimpleNamespace:
        """The deal with each candidate's support, and its loan."""
        steps = np.array(points, dtype=float).reshape(len(points), -1)
        changes: dict[str, Any] = {"lender_view": np.full(len(points), VIEWS.index("supported"))}
        for tool, column in zip(self.tools, steps.T, strict=False):
            changes[tool.key] = np.round(column * tool.step, 12)
        if self.goal.gearing is not None:
            if "public_offtake_years" in changes:
                changes |= recut.years_of_offtake(self.deal, changes["public_offtake_years"])
            changes["gearing"] = np.full(len(points), self.goal.gearing)
            changes["size_debt"] = np.zeros(len(points))
        x = variants(self.deal, changes, refuse=False)
        if self.goal.gearing is not None:
            x.tenor = steps[:, -1:]
        return x

    def within(self, points: np.ndarray) -> np.ndarray:
        """Which points keep each tool within its range, a tenor that the contract bears and the bank's own
        share.
        """
        most = np.array([move.most for move in self.moves])
        held = ((points >= 0) & (points <= most)).all(axis=1)
        if self.longest:
            longest = np.array(list(self.longest.values()))
            promised = (
                0 if self.offtake is None else np.clip(points[:, self.offtake], 0, len(longest) - 1)
            )
            tenor = points[:, -1]
            held &= (tenor > self.deal.grace_years) & (tenor <= longest[promised])
        kept, least = np.ones(len(points)), 1.0
        for key in LOAN_TERMS:
            i = next((i for i, tool in enumerate(self.tools) if tool.key == key), None)
            if i is None:
                kept = kept * (1 - getattr(self.deal, key))
                least *= 1 - getattr(self.deal, key)
            else:
                kept = kept * (1 - points[:, i] * self.tools[i].step)
        return held & (kept >= min(self.deal.limit_retained, least) - 1e-9)

    @property
    def ways(self) -> list[Point]:
        """Where a candidate may move: each tool and the tenor, and the offtake with a tenor that it bears."""
        nothing = (0,) * len(self.moves)
        each = [moved(nothing, i, 1) for i in range(len(nothing))]
        if self.longest and self.offtake is not None:
            each.append(moved(each[self.offtake], len(nothing) - 1, 1))
        return each

    @property
    def tenors(self) -> list[int]:
        """Tenors of the coarse grid, spread over those that any promise bears; none for a loan as asked."""
        least, most = self.deal.grace_years + 1, max(self.longest.values(), default=0)
        return sorted(
            {round(years) for years in np.linspace(least, most, TENORS)} if most >= least else ()
        )

    def try_all(self, points: Iterable[Point]) -> None:
        """Run the chain for the candidates not yet known. Those that reach the goal are ranked by cost,
        those that meet the tests alone by what lacks of the hurdle, the others by how far they fail.
        """
        fresh = [point for point in dict.fromkeys(points) if point not in self.ranks]
        if fresh:
            held = self.within(np.array(fresh))
            fresh = [fresh[i] for i in np.flatnonzero(held)]
        if not fresh:
            return
        first, same = self.alike(fresh)
        known = chain.before_debt(self.variants([fresh[i] for i in first]))
        for start in range(0, len(fresh), BLOCK):
            here = slice(start, start + BLOCK)
            x = settle.settled(self.variants(fresh[here]))
            r = chain.run(x, ["decision"], settle.Drawn(known, same[here]))
            met = r.decision[:, 0] > 0
            missed = far(x, r)
            effort = self.effort(fresh[here])
            for i in np.flatnonzero(~met):
                self.ranks[fresh[start + i]] = (2.0, float(missed[i]), effort[i])
            passing = np.flatnonzero(met)
            if passing.size:
                whole = chain.beyond_decision(settle.part_of(x, passing), settle.Drawn(r, passing))
                points = [fresh[start + i] for i in passing]
                self.rank(points, whole, x.grant[passing, 0], [effort[i] for i in passing])

    def alike(self, points: Sequence[Point]) -> tuple[np.ndarray, np.ndarray]:
        """(places of candidates that differ before any debt, for each candidate its like among them)."""
        matters = [i for i, tool in enumerate(self.tools) if tool.key not in LOAN_TERMS]
        steps = np.array(points).reshape(len(points), -1)[:, matters]
        _, first, same = np.unique(steps, axis=0, return_index=True, return_inverse=True)
        return first, same.reshape(-1)

    def rank(
        self, points: Sequence[Point], r: chain.Results, grant: np.ndarray, effort: Sequence[float]
    ) -> None:
        """Rank candidates that meet every test."""
        order = sorted(RANKS, key=lambda key: key != self.goal.rank_by)
        returns = np.nan_to_num(r.equity_irr_expected[:, 0], nan=-1.0)
        for i, point in enumerate(points):
            short = 0.0 if self.goal.hurdle is None else self.goal.hurdle - returns[i]
            if short > TOLERANCE:
                self.ranks[point] = (1.0, float(short), effort[i])
                continue
            of = {
                "cost": round(float(r.ranked_cost[i, 0]), 9),
                "authority": round(float(r.budget_authority[i, 0]), 9),
                "grant": round(float(grant[i]), 9),
                "effort": effort[i],
            }
            self.ranks[point] = (0.0, *(of[key] for key in order))

    def around(self, point: Point) -> list[Point]:
        """The points one move away, within the ranges or not."""
        return list(map(tuple, (np.array(point) + self.steps).tolist()))

    def effort(self, points: Sequence[Point]) -> list[float]:
        """The sum of the tools' shares of their ranges, by point."""
        most = [max(1, tool.most) for tool in self.tools]
        steps = np.array(points, dtype=float).reshape(len(points), -1)[:, : len(most)]
        shares: list[float] = (steps / most).sum(axis=1).tolist()
        return shares

    def best(self, points: Iterable[Point]) -> Point:
        """The best of the candidates."""
        return min(
            (point for point in points if point in self.ranks), key=lambda point: self.ranks[point]
        )

    def starts(self, points: Iterable[Point]) -> list[Point]:
        """The best few of the candidates, the best without each tool and, where the loan is cut anew, the
        best at each tenor: a search that starts beside one optimum alone would stay there.
        """
        known = sorted(
            (point for point in points if point in self.ranks), key=lambda point: self.ranks[point]
        )
        without = [
            next((point for point in known if point[i] == 0), None) for i in range(len(self.tools))
        ]
        at_tenors = [
            next((point for point in known if point[-1] == years), None) for years in self.tenors
        ]
        return [*known[:STARTS], *(point for point in [*without, *at_tenors] if point is not None)]

    def improve(self, starts: Sequence[Point]) -> Point:
        """From each start, move one tool or trade one against another as long as that ranks
        better.
        """
        moving = list(dict.fromkeys(starts))
        reached: list[Point] = []
        while moving:
            around = {point: self.around(point) for point in moving}
            self.try_all(itertools.chain.from_iterable(around.values()))
            ahead: list[Point] = []
            for point, near in around.items():
                better = self.best([point, *near])
                (reached if better == point else ahead).append(better)
            moving = [point for point in dict.fromkeys(ahead) if point not in reached]
        return self.best(reached)


def far(x: SimpleNamespace, r: chain.Results) -> np.ndarray:
    """How far each candidate fails the credit tests, each in shares of its limit, at most tenfold."""
    missed = 100.0 * (r.debt[:, 0] <= 0)
    for key, _, _, direction in TESTS:
        limit = getattr(x, f"limit_{key}")[:, 0]
        short = direction * (limit - r[f"test_{key}"][:, 0]) / np.maximum(limit, 0.01)
        missed += np.clip(np.nan_to_num(short), 0, 10)
    return missed


def neighbours(ways: Sequence[Point]) -> Iterable[Point]:
    """One way up or down by some steps, or one a step up and another some steps down, or the other
    way round.
    """
    for way in ways:
        for stride in STRIDES:
            for sign in (-1, 1):
                yield tuple(sign * stride * moves for moves in way)
                for other in ways:
                    if other != way:
                        yield tuple(
                            sign * (moves - stride * others)
                            for moves, others in zip(way, other, strict=True)
                        )


def moved(point: Point, i: int, steps: int) -> Point:
    return (*point[:i], point[i] + steps, *point[i + 1 :])


def least_cost(
    deal: Deal, names: Sequence[str], goal: Goal | None = None
) -> tuple[Search, Point, dict[str, Point]]:
    """The search, the best mix found of the named tools, and for each tool the least of it that
    reaches the goal alone.
    """
    every = tools_of(deal)
    tools = [every[name] for name in names]
    search = Search(deal, tools, goal or Goal())
    nothing = (0,) * len(tools)
    loans = [(years,) for years in range(chain.YEARS + 1)] if search.longest else [()]
    lines = {
        name: [
            (*moved(nothing, i, steps), *loan)
            for steps in range(every[name].most + 1)
            for loan in loans
        ]
        for i, name in enumerate(names)
    }
    levels: list[Sequence[int]] = [
        sorted({round(tool.most * level / (COARSE - 1)) for level in range(COARSE)})
        for tool in tools
    ]
    if search.longest:
        levels.append(search.tenors)
    coarse = list(itertools.product(*levels))
    search.try_all([*itertools.chain.from_iterable(lines.values()), *coarse])
    if not search.ranks:
        raise cells.no_answer(
            "no tenor is borne by the contract: the years secured, less the tail, end within the grace."
        )
    singles = {
        name: search.best(line)
        for name, line in lines.items()
        if any(point in search.ranks for point in line)
    }
    mix = search.improve([*search.starts(coarse), search.best(singles.values())])
    return (
        search,
        mix,
        {name: point for name, point in singles.items() if search.ranks[point][0] == 0},
    )


__all__ = ["RANKS", "TOOLS", "Goal", "Point", "Search", "Tool", "least_cost", "tools_of"]
