"""LEAST_COST_SUPPORT: what it answers is held against the chain, the frontier's grid and every step tried."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bankable.templates import deal_file
from bankable.udfs import FRONTIER
from bankable.udfs.cells import CellError
from bankable.udfs.deal import block, support_search
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import measures as figures
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import MEASURES, runs
from bankable.udfs.deal.support_mix import LEAST_COST_SUPPORT
from bankable.udfs.deal.support_search import RANKS, Goal
from bankable.udfs.registry import FUNCTIONS
from tests.udfs.test_recut import varied

KEYS = {
    "Public offtake": "public_offtake_years",
    "Guarantee coverage": "coverage",
    "Government loan": "government_loan_share",
    "Price floor": "price_floor",
    "Grant": "grant",
}


@cache
def example() -> Deal:
    return deals.read(block.entries("deal", EXAMPLE))


@cache
def shipped() -> tuple[Deal, ...]:
    """The three deals of the comparison, and the factory with its price in a band."""
    return (
        *(entry.deal for entry in deal_file.load_shipped()),
        deal_file.load(deal_file.shipped_path("factory_band")).deal,
    )


def value(deal: Deal, name: str) -> Any:
    return figures.shown(figures.measure(deals.evaluate(deal, [MEASURES[name].key]), name)[0])


def block_of(deal: Deal) -> list[list[Any]]:
    return [[key, getattr(deal, key)] for key in deals.KEYS]


def answer(name: str, *args: Any) -> Any:
    return FUNCTIONS[name].from_cells(args)


def with_mix(deal: Deal, rows: list[list[Any]], gearing: float | None = None) -> Deal:
    """The deal with the support, and the loan, that the function's block names."""
    told = {row[0]: row[1] for row in rows}
    given: dict[str, Any] = {
        key: told[words] for words, key in KEYS.items() if told[words] != "n/a"
    }
    given["public_offtake_years"] = int(given["public_offtake_years"])
    if gearing is not None:
        given |= {"gearing": gearing, "tenor": int(told[MEASURES["tenor_used"].words])}
        if deal.statutory_backing == "subject to appropriation":
            given["firm_years"] = given["public_offtake_years"]
    return replace(deal, **given, lender_view="supported")


@pytest.mark.parametrize("deal", [*shipped(), example()], ids=lambda deal: deal.case_name)
def test_the_mix_passes_and_is_not_dearer_than_one_tool_alone(deal: Deal) -> None:
    deal = replace(deal, statutory_backing="full faith and credit")
    heading, *rows = LEAST_COST_SUPPORT(deal)
    assert heading == ["tool", "in the mix", "unit", "enough alone", "cost alone"]
    tools = support_search.tools_of(deal)
    mix = {
        tool.key: row[1] for tool, row in zip(tools.values(), rows, strict=False) if row[1] != "n/a"
    }
    mix["public_offtake_years"] = int(mix["public_offtake_years"])
    supported = replace(deal, **mix, lender_view="supported")
    shown = {row[0]: row[1] for row in rows[len(tools) :]}
    assert value(supported, "tests_failed") == 0
    assert shown["Decision"] == value(supported, "decision")
    cost = shown["Expected public cost"]
    assert cost == pytest.approx(value(supported, "public_cost"), rel=1e-9, abs=1e-9)
    assert (1 - supported.coverage) * (
        1 - supported.government_loan_share
    ) >= deal.limit_retained - 1e-9
    alone = [row[4] for row in rows[: len(tools)] if row[4] != "n/a"]
    assert all(cost <= max(0, one) + 1e-6 for one in alone)


@pytest.mark.parametrize("which", [1, 2])
def test_two_tools_found_as_by_trying_every_step(which: int) -> None:
    deal = replace(shipped()[which], limit_loss_rate=0.006)
    names = ["offtake", "guarantee"]
    tools = [support_search.tools_of(deal)[name] for name in names]
    every = support_search.Search(deal, tools)
    every.try_all(itertools.product(*(range(tool.most + 1) for tool in tools)))
    search, found, _ = support_search.least_cost(deal, names)
    assert search.ranks[found] == every.ranks[every.best(every.ranks)]
    assert len(search.ranks) < len(every.ranks) / 2


def test_nothing_is_asked_of_the_taxpayer_where_the_deal_passes() -> None:
    rows = LEAST_COST_SUPPORT(shipped()[0])
    assert [row[1] for row in rows[1:6]] == [0, 0, 0, "n/a", 0]
    assert [row[4] for row in rows[1:6]] == [0, 0, 0, "n/a", 0]


def test_a_deal_that_no_support_saves_says_which_test_binds() -> None:
    hopeless = answer(
        "LEAST_COST_SUPPORT",
        block_of(replace(example(), limit_equity=0.9)),
        [["offtake"], ["guarantee"]],
    )
    assert hopeless.code == "#N/A"
    assert (
        "no mix of public offtake, guarantee coverage passes every credit test" in hopeless.sentence
    )
    assert "tariff is not a tool" in answer("LEAST_COST_SUPPORT", EXAMPLE, "tariff").sentence
    assert "market in band" in answer("LEAST_COST_SUPPORT", EXAMPLE, "floor").sentence


# A share of debt, and a sponsor who goes ahead
# --------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [1, 2])
def test_the_mix_carries_the_debt_and_keeps_the_sponsor(which: int) -> None:
    """The deal typed with the mix and its loan says the same figures; without a hurdle it is no dearer."""
    deal, gearing, hurdle = shipped()[which], 0.6, 0.10
    names = ["offtake", "guarantee"]
    rows = LEAST_COST_SUPPORT(deal, names, gearing, hurdle)
    typed = with_mix(deal, rows, gearing)
    assert value(typed, "tests_failed") == 0
    told = {row[0]: row[1] for row in rows}
    for name in ("public_cost", "budget_authority", "gearing_used", "equity_irr_expected"):
        assert told[MEASURES[name].words] == pytest.approx(value(typed, name), rel=1e-9, abs=1e-9)
    assert value(typed, "gearing_used") == pytest.approx(gearing, abs=1e-9)
    assert value(typed, "equity_irr_expected") >= hurdle
    least = {row[0]: row[1] for row in LEAST_COST_SUPPORT(deal, names, gearing)}
    cost = MEASURES["public_cost"].words
    assert least[cost] <= told[cost] + 1e-6


def test_as_much_debt_as_the_data_centre_takes_a_grant() -> None:
    """No offtake and guarantee carry the mark's 70% of uses; with a grant they do."""
    deal = shipped()[1]
    refused = answer("LEAST_COST_SUPPORT", block_of(deal), [["offtake"], ["guarantee"]], 0.7)
    assert refused.code == "#N/A"
    assert "with debt of 70% of uses; the nearest fails Minimum DSCR" in refused.sentence
    rows = LEAST_COST_SUPPORT(deal, ["offtake", "guarantee", "grant"], 0.7, 0.1)
    assert {row[0]: row[1] for row in rows}["Grant"] > 0


@pytest.mark.parametrize("seed", range(6))
def test_no_pair_of_the_frontier_is_cheaper(seed: int) -> None:
    """Neither with the loan as asked nor with one cut anew to the same debt."""
    deal = varied(random.Random(60 + seed))
    years, coverages = [*range(0, 21)], [0.0, 0.2, 0.4, 0.6, 0.7, 0.8]
    search, mix, _ = support_search.least_cost(deal, ["offtake", "guarantee"])
    grid = itertools.product(years, (round(100 * cover) for cover in coverages))
    every = support_search.Search(deal, search.tools)
    every.try_all(grid)
    assert search.ranks[mix] <= min(every.ranks.values())

    carried = FRONTIER(deal, years, coverages, "gearing_used", "re-cut")
    tenors = FRONTIER(deal, years, coverages, "tenor_used", "re-cut")
    most = max((cell for row in carried for cell in row if cell != "none passes"), default=0.0)
    if most == 0.0:
        return
    goal = Goal(gearing=0.8 * most)
    search, mix, _ = support_search.least_cost(deal, ["offtake", "guarantee"], goal)
    assert search.ranks[mix][0] == 0
    every = support_search.Search(deal, search.tools, goal)
    every.try_all(
        (years[i], round(100 * coverages[j]), int(tenor))
        for i, row in enumerate(tenors)
        for j, tenor in enumerate(row)
        if tenor != "none passes"
    )
    assert search.ranks[mix] <= min(every.ranks.values())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("goal", [Goal(), Goal(gearing=0.3)])
def test_no_grant_where_a_mix_without_one_is_as_cheap(seed: int, goal: Goal) -> None:
    deal = varied(random.Random(80 + seed))
    with_grant, mix, _ = support_search.least_cost(deal, ["offtake", "guarantee", "grant"], goal)
    without, plain, _ = support_search.least_cost(deal, ["offtake", "guarantee"], goal)
    if without.ranks[plain][0] == 0:
        assert with_grant.ranks[mix] <= without.ranks[plain]
        if mix[2] > 0:
            assert with_grant.ranks[mix][1] < without.ranks[plain][1]


def test_what_one_tool_earns_pays_for_no_other() -> None:
    """An offtake below the goods' worth earns; a grant beside it is not free for that."""
    deal = replace(shipped()[2], buyer_value=1.3, coverage=0.0, public_offtake_years=0)
    search, _, _ = support_search.least_cost(deal, ["offtake", "grant"])
    (r,) = runs(search.variants([(15, 10)]))
    assert r.offtake_cost[0, 0] < 0 < r.grant_cost[0, 0]
    assert r.ranked_cost[0, 0] == pytest.approx(r.grant_cost[0, 0])
    assert r.public_cost[0, 0] < 0


def test_the_rank_that_is_asked_is_least() -> None:
    deal, names = shipped()[2], ["offtake", "guarantee", "grant"]
    found = {}
    for first in RANKS:
        search, mix, _ = support_search.least_cost(deal, names, Goal(0.4, None, first))
        (r,) = runs(search.variants([mix]))
        found[first] = {
            "cost": r.ranked_cost[0, 0],
            "authority": r.budget_authority[0, 0],
            "grant": mix[2],
            "effort": search.ranks[mix][1 if first == "effort" else 4],
        }
    for rank_by in RANKS:
        least = min(figures[rank_by] for figures in found.values())
        assert found[rank_by][rank_by] == pytest.approx(least, rel=1e-9, abs=1e-9)


def test_who_stays_away_is_told_with_the_hurdle() -> None:
    refused = answer("LEAST_COST_SUPPORT", EXAMPLE, [["offtake"], ["guarantee"]], 0.5, 0.9)
    assert isinstance(refused, CellError)
    assert "keeps its sponsor" in refused.sentence
    assert "below the hurdle of 0.9" in refused.sentence
    unborne = answer("LEAST_COST_SUPPORT", EXAMPLE, "guarantee", 0.5)
    assert "no tenor is borne by the contract" in unborne.sentence


def test_words_for_the_arguments_are_refused_by_name() -> None:
    assert "rank_by" in answer("LEAST_COST_SUPPORT", EXAMPLE, "offtake", "", "", "price").sentence
    assert "gearing" in answer("LEAST_COST_SUPPORT", EXAMPLE, "offtake", 70).sentence
