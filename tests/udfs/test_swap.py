"""CONTRACT_SWAP: its cells are the chain's of deals put together by hand, and its finding the shipped one."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.deal.cures import MET
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.swap import CONTRACT, CONTRACT_SWAP, GROUPS, PERMITTED
from tests.udfs.test_recut import varied

DATA_CENTRE, FACTORY, SUPPORTED = 0, 1, 2
LEASE = {  # the data centre's contract, as its file has it
    "contract_share": 1.0,
    "take_or_pay": 1.0,
    "contract_years": 15,
    "firm_years": 15,
    "renewal": 1.0,
    "statutory_backing": "commercial contract",
    "firm_lapse": 0.0,
    "termination": 0.0,
    "termination_settlement": 0.0,
    "offtaker_pd": 0.0007,
    "offtaker_recovery": 0.15,
}


@cache
def shipped(which: int) -> Deal:
    return deal_file.load_shipped()[which].deal


def carried(deal: Deal) -> float:
    """The debt that secured revenue carries, over total uses."""
    r = deals.evaluate(deal, ["capacity_supported", "total_uses"])
    return float((r.capacity_supported / r.total_uses)[0, 0])


def levels(rows: list[list[Any]]) -> dict[str, Any]:
    return {row[0]: row[1] for row in rows}


def test_the_factory_on_the_lease_carries_what_the_data_centre_does() -> None:
    """The four cells of the argument, in per cent: as an independent reckoning of the same deals had them."""
    rows = CONTRACT_SWAP(shipped(DATA_CENTRE), shipped(FACTORY))
    assert [100 * cell for cell in rows[1][1:]] == pytest.approx([72, 32], abs=0.5)
    assert [100 * cell for cell in rows[2][1:]] == pytest.approx([72, 2], abs=0.5)
    on_lease = replace(shipped(FACTORY), **LEASE)
    assert rows[2][1] == pytest.approx(carried(on_lease), rel=1e-12)
    assert rows[1][1] == pytest.approx(carried(shipped(DATA_CENTRE)), rel=1e-12)
    assert rows[2][2] == pytest.approx(carried(shipped(FACTORY)), rel=1e-12)


def test_of_one_difference_at_a_time_the_contract_does_most() -> None:
    told = levels(CONTRACT_SWAP(shipped(DATA_CENTRE), shipped(FACTORY)))
    own_risk = replace(shipped(FACTORY), pd_base=shipped(DATA_CENTRE).pd_base)
    assert told["The borrower's own default risk"] == pytest.approx(carried(own_risk), rel=1e-12)
    expected = {"The collateral": 2.0, "Build and ramp": 2.8, "The loan's terms": 4.8}
    for words, percent in expected.items():
        assert 100 * told[words] == pytest.approx(percent, abs=0.06)
    others = [told[name] for name in GROUPS if name != CONTRACT]
    assert told[CONTRACT] > told["All but the contract"] > max(others)


def test_at_equal_returns_the_contract_still_decides() -> None:
    rows = CONTRACT_SWAP(shipped(DATA_CENTRE), shipped(FACTORY))
    told = levels(rows[13:18])
    price, earned = next(row[1:] for row in rows if row[0].startswith("Its price"))
    r = deals.evaluate(shipped(DATA_CENTRE), ["project_irr"])
    assert earned == pytest.approx(r.project_irr[0, 0], abs=1e-9)
    cut = replace(shipped(FACTORY), price=price)
    assert told["On its own contract"] == pytest.approx(carried(cut), rel=1e-12)
    on_lease = told["On Data centre's contract"]
    assert on_lease == pytest.approx(carried(replace(cut, **LEASE)), rel=1e-12)
    assert (100 * told["On its own contract"], 100 * on_lease) == pytest.approx((2, 58), abs=0.6)


def test_what_the_lease_leaves_a_guarantee_cures() -> None:
    """One test of the factory is left on the lease, the loss; the guarantee told meets it, a point less not."""
    rows = CONTRACT_SWAP(shipped(DATA_CENTRE), shipped(FACTORY))
    assert rows[-2] == ["On Data centre's contract", 1.0, "Expected loss a year borne by the bank"]
    on_lease = replace(shipped(FACTORY), **LEASE)
    for coverage, failed in ((rows[-1][1], 0), (rows[-1][1] - 0.01, 1)):
        r = deals.evaluate(replace(on_lease, coverage=coverage), ["tests_failed"])
        assert r.tests_failed[0, 0] == failed
    assert CONTRACT_SWAP(shipped(DATA_CENTRE), shipped(SUPPORTED))[-1][1] == MET


def test_the_debt_that_passes_every_test_needs_the_contract_too() -> None:
    rows = CONTRACT_SWAP(shipped(DATA_CENTRE), shipped(FACTORY), PERMITTED)
    told = levels(rows)
    on_lease = deals.evaluate(replace(shipped(FACTORY), **LEASE), ["permitted_debt", "total_uses"])
    share = on_lease.permitted_debt[0, 0] / on_lease.total_uses[0, 0]
    assert share > 0.3
    assert told[CONTRACT] == pytest.approx(share, abs=1e-6)
    assert told["All but the contract"] == rows[2][2] == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_deal_against_itself_moves_nothing(seed: int) -> None:
    deal = varied(random.Random(40 + seed))
    rows = CONTRACT_SWAP(deal, deal)
    cells = [*rows[1][1:], *rows[2][1:]]
    assert cells == [cells[0]] * 4
    assert [row[2] for row in rows[4:13]] == [0.0] * 9


def test_every_group_names_inputs_of_a_deal_and_none_twice() -> None:
    named = [key for group in GROUPS.values() for key in group]
    assert len(named) == len(set(named))
    assert set(named) <= {field.name for field in fields(Deal)}


def test_what_contradicts_the_plant_is_not_put_into_it() -> None:
    """A loan of 14 years over a plant of 12: those rows alone are n/a."""
    short = replace(shipped(FACTORY), operating_years=12, contract_years=12, tenor=8)
    rows = CONTRACT_SWAP(shipped(DATA_CENTRE), short)
    told = levels(rows[4:13])
    assert told["The loan's terms"] == told["All but the contract"] == told["All of these"] == "n/a"
    assert isinstance(told[CONTRACT], float)
    assert rows[2][2] == pytest.approx(carried(short), rel=1e-12)


def test_a_wrong_second_deal_is_named() -> None:
    from bankable.udfs.registry import FUNCTIONS

    broken = [row for row in EXAMPLE if row[0] != "tenor"]
    refused = FUNCTIONS["CONTRACT_SWAP"].from_cells([EXAMPLE, broken])
    assert "deal_b" in refused.sentence
    assert "tenor" in refused.sentence
