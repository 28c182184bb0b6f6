"""The mix of public support that makes a deal pass every credit test at the least expected cost to
the taxpayer.

A search over whole steps of each tool, all candidates of a round in one call of the chain; no model
of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain import VIEWS
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import MEASURES, measure, runs, shown, variants
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
STARTS = 3  # best candidates of the coarse grid that are improved further
COARSE = 5  # levels of each tool in the coarse grid
STRIDES = (1, 2, 4, 8, 16, 32)
REPORTED = (
    "public_cost",
    "budget_authority",
    "private_per_public",
    "all_in_rate",
    "min_dscr",
    "decision",
)

Point = tuple[int, ...]  # steps of each tool


class Tool(NamedTuple):
    """A tool of support: the input that sets it, its name on paper, unit, size of one step, and the
    most steps.
    """

    key: str
    words: str
    unit: str
    step: float
    most: int


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


@dataclass
class Search:
    """The candidates tried so far, each with its rank: the lower, the better."""

    deal: Deal
    tools: Sequence[Tool]
    ranks: dict[Point, tuple[float, ...]] = field(default_factory=dict)

    def inputs(self, points: Sequence[Point]) -> dict[str, Any]:
        """What the candidates change in the deal."""
        changes: dict[str, Any] = {"lender_view": np.full(len(points), VIEWS.index("supported"))}
        for tool, steps in zip(
            self.tools, np.array(points).reshape(len(points), -1).T, strict=True
        ):
            changes[tool.key] = np.round(steps * tool.step, 12)
        return changes

    def within(self, point: Point) -> bool:
        """Whether each tool is within its range and the bank keeps its own share of the loan."""
        if not all(0 <= steps <= tool.most for steps, tool in zip(point, self.tools, strict=True)):
            return False
        given = {tool.key: steps * tool.step for steps, tool in zip(point, self.tools, strict=True)}
        fixed = [
            0.0 if key in given else getattr(self.deal, key)
            for key in ("coverage", "government_loan_share")
        ]
        tried = [
            given.get(key, share)
            for key, share in zip(("coverage", "government_loan_share"), fixed, strict=True)
        ]
        kept, least = ((1 - a) * (1 - b) for a, b in (tried, fixed))
        return kept >= min(self.deal.limit_retained, least) - 1e-9

    def try_all(self, points: Iterable[Point]) -> None:
        """Run the chain for the candidates not yet known; rank those that pass by cost, the others
        by how far they fail.
        """
        fresh = [
            point
            for point in dict.fromkeys(points)
            if point not in self.ranks and self.within(point)
        ]
        if not fresh:
            return
        x = variants(self.deal, self.inputs(fresh), refuse=False)
        start = 0
        for r in runs(x):
            size = len(r.decision)
            far = np.zeros(size)
            for key, _, _, direction in TESTS:
                limit = getattr(x, f"limit_{key}")[start : start + size, 0]
                short = np.maximum(0, direction * (limit - r[f"test_{key}"][:, 0])) / np.maximum(
                    limit, 0.01
                )
                far += np.minimum(10, np.nan_to_num(short))
            far += 100 * (r.debt[:, 0] <= 0)
            cost = r.ranked_cost[..., 0]
            for i, point in enumerate(fresh[start : start + size]):
                effort = sum(
                    steps / max(1, tool.most) for steps, tool in zip(point, self.tools, strict=True)
                )
                passes = r.decision[i, 0] > 0
                self.ranks[point] = (
                    (0.0, round(float(cost[i]), 9), effort)
                    if passes
                    else (1.0, float(far[i]), effort)
                )
            start += size

    def best(self, points: Iterable[Point]) -> Point:
        """The best of the candidates."""
        return min(
            (point for point in points if point in self.ranks), key=lambda point: self.ranks[point]
        )

    def improve(self, starts: Sequence[Point]) -> Point:
        """From each start, move one tool or trade one against another as long as that ranks
        better.
        """
        moving = list(dict.fromkeys(starts))
        reached: list[Point] = []
        while moving:
            around = {point: list(neighbours(point)) for point in moving}
            self.try_all(itertools.chain.from_iterable(around.values()))
            ahead: list[Point] = []
            for point, near in around.items():
                better = self.best([point, *near])
                (reached if better == point else ahead).append(better)
            moving = [point for point in dict.fromkeys(ahead) if point not in reached]
        return self.best(reached)


def neighbours(point: Point) -> Iterable[Point]:
    """One tool up or down by some steps, or one a step up and another some steps down, or the other
    way round.
    """
    for i in range(len(point)):
        for stride in STRIDES:
            for sign in (-1, 1):
                yield moved(point, i, sign * stride)
                for j in range(len(point)):
                    if j != i:
                        yield moved(moved(point, i, sign), j, -sign * stride)


def moved(point: Point, i: int, steps: int) -> Point:
    return (*point[:i], point[i] + steps, *point[i + 1 :])


def least_cost(deal: Deal, names: Sequence[str]) -> tuple[Search, Point, dict[str, Point]]:
    """The search, the best mix found of the named tools, and for each tool the least of it that
    passes alone.
    """
    every = tools_of(deal)
    tools = [every[name] for name in names]
    search = Search(deal, tools)
    nothing = (0,) * len(tools)
    lines = {
        name: [moved(nothing, i, steps) for steps in range(every[name].most + 1)]
        for i, name in enumerate(names)
    }
    levels = [
        sorted({round(tool.most * level / (COARSE - 1)) for level in range(COARSE)})
        for tool in tools
    ]
    coarse = list(itertools.product(*levels))
    search.try_all([*itertools.chain.from_iterable(lines.values()), *coarse])
    singles = {name: search.best(line) for name, line in lines.items()}
    ranked = sorted(
        (point for point in coarse if point in search.ranks), key=lambda point: search.ranks[point]
    )
    best_single = search.best(singles.values())
    mix = search.improve([*ranked[:STARTS], best_single])
    return (
        search,
        mix,
        {name: point for name, point in singles.items() if search.ranks[point][0] == 0},
    )


@function(
    FAMILY,
    "Which mix of support makes the deal bankable at the least cost to the taxpayer?",
    registry.block(
        "under a heading: tool, in the mix, unit, enough alone, expected cost alone; then cost,"
        " authority and the deal's figures"
    ),
    deal=deal_param(),
    tools=cells.texts(
        "tools that may be used: offtake, guarantee, loan, floor, grant; left out: all of them"
    ),
)
def LEAST_COST_SUPPORT(deal, tools=None):
    """The mix of public offtake, guarantee, government loan, price floor and grant that passes
    every credit test most cheaply.

    Equation
    --------
    least sum of the tools' expected costs, each at least nil: what one tool earns pays for no other
    subject to every credit test being met on lender_view "supported"; the bank's own share
    (1 - coverage)(1 - government_loan_share) is one of the tests

    Conventions
    -----------
    The tools named start from nothing, whatever the deal has of them; the others stay as in the
    deal. Resolution: one year of offtake, one percentage point of coverage and of the loan's share,
    1% of the first year's market price for the floor, 1% of capital cost for the grant (up to 90%).
    A coarse grid of all tools together and every single tool step by step come first; the best are
    then improved by moving one tool or trading one against another until nothing ranks better: a
    very good mix, not a proof of the best. A cost below zero counts as nothing, so that support is
    not enlarged to earn fees; at equal cost the smaller support stands. A price floor needs
    price_basis "market in band" and stops at the cap; in a deal of fixed price it is left out. The
    last two columns say how much of each tool is enough alone, and its cost; "n/a" where no amount
    is. Costs are expected costs in $ million at completion; budget authority is another figure, not
    to be added. Fees, rates, backing and the buyer's value of the goods are those of the deal; an
    offtake whose backing is subject to appropriation adds nothing to the years that the lender
    counts.

    Errors
    ------
    #N/A where no mix passes every test; the sentence names the test that binds on the nearest.
    #VALUE! for a tool that does not exist.

    Source
    ------
    Expected cost of guarantee and loan: 2 USC 661a(5); of the offtake: price above the goods' value
    to the buyer, at Treasury rates.

    See also
    --------
    FRONTIER, BREAKEVEN, CREDIT_TESTS

    Examples
    --------
    A plant on yearly renewed orders, with offtake and guarantee to choose from:

    >>> for row in LEAST_COST_SUPPORT(EXAMPLE, ["offtake", "guarantee"]):
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row])
    ['tool', 'in the mix', 'unit', 'enough alone', 'cost alone']
    ['Public offtake', 10.0, 'years', 11.0, 227.605]
    ['Guarantee coverage', 0.61, '%', 'n/a', 'n/a']
    ['Government loan', 0.0, '%', 'n/a', 'n/a']
    ['Price floor', 'n/a', '$m a unit', 'n/a', 'n/a']
    ['Grant', 0.0, '$m', 'n/a', 'n/a']
    ['Expected public cost', 206.132, '$m', None, None]
    ['Budget authority needed', 2627.933, '$m', None, None]
    ['Private capital at risk per $ of expected public cost', 3.488, '$', None, None]
    ['All-in rate of the whole debt', 0.057, '% a year', None, None]
    ["Minimum DSCR, lender's view", 2.345, 'x', None, None]
    ['Decision', 'Meets credit tests with support', 'text', None, None]
    """
    wanted = [text.strip().lower() for text in tools] if tools else list(TOOLS)
    for word in wanted:
        if word not in TOOLS:
            raise cells.wrong_value(f"tools: {word} is not a tool: name any of {', '.join(TOOLS)}.")
    every = tools_of(deal)
    names = [name for name in TOOLS if name in wanted and every[name].most > 0]
    if not names:
        raise cells.no_answer(
            "none of the tools can be used in this deal: a price floor needs price_basis market in"
            " band."
        )
    search, mix, singles = least_cost(deal, names)
    reported = variants(deal, search.inputs([mix]), refuse=False)
    result = next(runs(reported))
    if search.ranks[mix][0] != 0:
        tried = ", ".join(every[name].words.lower() for name in names)
        failed, binding = int(result.tests_failed[0, 0]), measure(result, "binding_test")[0]
        hint = ""
        if deal.statutory_backing == "subject to appropriation" and "offtake" in names:
            hint = (
                " Its offtake hangs on yearly appropriations (statutory_backing), so the lender"
                " counts the firm years alone."
            )
        raise cells.no_answer(
            f"no mix of {tried} passes every credit test; the nearest fails {failed}, and {binding}"
            f" binds.{hint}"
        )
    used = dict(zip(names, mix, strict=True))
    rows: list[list[Any]] = [["tool", "in the mix", "unit", "enough alone", "cost alone"]]
    for name, tool in every.items():
        if name not in used:
            own = getattr(deal, tool.key) if tool.most > 0 else "n/a"
            rows.append([tool.words, float(own) if tool.most > 0 else own, tool.unit, "n/a", "n/a"])
            continue
        alone, cost = _alone(search, singles.get(name), names.index(name))
        rows.append([tool.words, float(round(used[name] * tool.step, 12)), tool.unit, alone, cost])
    for name in REPORTED:
        rows.append(
            [MEASURES[name].words, shown(measure(result, name)[0]), MEASURES[name].unit, None, None]
        )
    return rows


def _alone(search: Search, point: Point | None, i: int) -> tuple[Any, Any]:
    """How much of the tool is enough alone and what that costs, or "n/a"."""
    if point is None:
        return "n/a", "n/a"
    result = next(runs(variants(search.deal, search.inputs([point]), refuse=False)))
    return float(round(point[i] * search.tools[i].step, 12)), shown(
        measure(result, "public_cost")[0]
    )


__all__ = ["EXAMPLE", "LEAST_COST_SUPPORT", "least_cost", "tools_of"]
