"""The mix of public support that makes a deal pass every credit test, carry a stated share of debt and
keep its sponsor, at the least expected cost to the taxpayer: the worksheet function.

The search is `support_search`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bankable.udfs import cells, registry
from bankable.udfs.deal import chain
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import MEASURES, measure, runs, shown
from bankable.udfs.deal.settle import MOST_GEARING
from bankable.udfs.deal.support_search import (
    RANKS,
    TOOLS,
    Goal,
    Point,
    Search,
    least_cost,
    tools_of,
)
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
REPORTED = (
    "public_cost",
    "incremental_cost",
    "fair_credit_cost",
    "budget_authority",
    "private_per_public",
    "all_in_rate",
    "min_dscr",
    "gearing_used",
    "tenor_used",
    "equity_irr_expected",
    "decision",
)


@function(
    FAMILY,
    "Which mix of support makes the deal bankable at the least cost to the taxpayer?",
    registry.block(
        "under a heading: tool, in the mix, unit, enough alone, expected cost alone; then cost,"
        " authority, the deal's figures and its loan's"
    ),
    deal=deal_param(),
    tools=cells.texts(
        "tools that may be used: offtake, guarantee, loan, floor, grant; left out: all of them"
    ),
    gearing=cells.probability(
        "debt over total uses that the deal is to carry, with the loan cut anew to its contract; left"
        " out: the loan as asked",
        high=MOST_GEARING,
    ),
    hurdle=cells.rate(
        "expected equity IRR a year below which the sponsor stays away; left out: not asked",
        low=-0.99,
    ),
    rank_by=cells.choice("what is least first; the others decide between equals", *RANKS),
)
def LEAST_COST_SUPPORT(deal, tools=None, gearing=None, hurdle=None, rank_by=RANKS[0]):
    """The mix of public offtake, guarantee, government loan, price floor and grant that passes
    every credit test most cheaply, with as much debt and as good a return as are asked.

    Equation
    --------
    least sum of the tools' expected costs, each at least nil: what one tool earns pays for no other
    subject to every credit test being met on lender_view "supported"; the bank's own share
    (1 - coverage)(1 - government_loan_share) is one of the tests
    and, where they are given, debt / total uses = gearing at any tenor that the contract bears, and
    equity_irr_expected >= hurdle

    Conventions
    -----------
    The tools named start from nothing, whatever the deal has of them; the others stay as in the
    deal. Resolution: one year of offtake, one percentage point of coverage and of the loan's share,
    1% of the first year's market price for the floor, 1% of capital cost for the grant (up to 90%).
    A coarse grid of all tools together and every single tool step by step come first; the best are
    then improved by moving one tool or trading one against another until nothing ranks better: a
    very good mix, not a proof of the best. A cost below zero counts as nothing, so that support is
    not enlarged to earn fees. Equal costs are ranked by budget authority, then by grants at face, then
    by effort, the sum of the tools' shares of their ranges; rank_by puts one of these (cost, authority,
    grant, effort) before the others. With a gearing the tenor is one of those that FRONTIER's re-cut
    loan may have, and an offtake subject to appropriation is firm for its years; without one, tenor and
    debt stay as asked. The hurdle is the sponsor's own: a deal's hurdle_irr for one. A price floor needs
    price_basis "market in band" and stops at the cap; in a deal of fixed price it is left out. The
    last two columns say how much of each tool is enough alone, and its cost; "n/a" where no amount
    is. Costs are expected costs in $ million at completion; budget authority is another figure, not
    to be added. Fees, rates, backing and the buyer's value of the goods are those of the deal; an
    offtake whose backing is subject to appropriation adds nothing to the years that the lender
    counts of a loan as asked.

    Errors
    ------
    #N/A where no mix reaches what is asked; the sentence names what the nearest fails. #VALUE! for a
    tool that does not exist.

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
    ['Public cost beyond what would have been spent without the support', 206.132, '$m', None, None]
    ['Fair value of the credit given', 3.209, '$m', None, None]
    ['Budget authority needed', 2627.933, '$m', None, None]
    ['Private capital at risk per $ of expected public cost', 3.488, '$', None, None]
    ['All-in rate of the whole debt', 0.057, '% a year', None, None]
    ["Minimum DSCR, lender's view", 2.345, 'x', None, None]
    ['Gearing of the budgeted uses', 0.5, '%', None, None]
    ['Tenor of the loan', 10.0, 'years', None, None]
    ['Equity IRR on expected cash flow', 0.158, '% a year', None, None]
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
    goal = Goal(gearing, hurdle, rank_by)
    search, mix, singles = least_cost(deal, names, goal)
    result = next(runs(search.variants([mix])))
    if search.ranks[mix][0] != 0:
        raise _no_mix(deal, search, names, result)
    used = dict(zip(names, mix, strict=False))  # a tenor may follow the tools
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


def _no_mix(deal: Deal, search: Search, names: Sequence[str], r: chain.Results) -> cells.CellError:
    """The error that no mix reaches the goal, with what the nearest fails."""
    tried = ", ".join(tool.words.lower() for tool in search.tools)
    failed = [words for key, words, *_ in TESTS if r[f"pass_{key}"][0, 0] == 0]
    if r.debt[0, 0] <= 0:
        nearest = "the deal asks for no debt"
    elif failed:
        nearest = f"the nearest fails {', '.join(failed)}"
    else:
        nearest = (
            f"the nearest gives its sponsor {shown(measure(r, 'equity_irr_expected')[0])!s:.5} a year,"
            f" below the hurdle of {search.goal.hurdle:g}"
        )
    asked = "passes every credit test"
    if search.goal.gearing is not None:
        asked += f" with debt of {search.goal.gearing:.0%} of uses"
    if search.goal.hurdle is not None:
        asked += " and keeps its sponsor"
    hint = ""
    yearly = deal.statutory_backing == "subject to appropriation" and "offtake" in names
    if yearly and search.goal.gearing is None:
        hint = (
            " Its offtake hangs on yearly appropriations (statutory_backing), so the lender counts the"
            " firm years alone."
        )
    return cells.no_answer(f"no mix of {tried} {asked}; {nearest}.{hint}")


def _alone(search: Search, point: Point | None, i: int) -> tuple[Any, Any]:
    """How much of the tool is enough alone and what that costs, or "n/a"."""
    if point is None:
        return "n/a", "n/a"
    result = next(runs(search.variants([point])))
    return float(round(point[i] * search.tools[i].step, 12)), shown(
        measure(result, "public_cost")[0]
    )


__all__ = ["EXAMPLE", "LEAST_COST_SUPPORT"]
