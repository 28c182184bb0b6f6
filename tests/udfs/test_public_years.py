"""PUBLIC_YEARS: the years add up to the values that the chain gives, and are reckoned again in plain loops."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal import public_years as py
from bankable.udfs.deal.chain.axes import YEARS
from bankable.udfs.deal.deal import Deal
from tests.random_deals import varied
from tests.udfs.test_one_entry import block_of

FACTORY = deal_file.load_shipped()[1].deal
PROMISED = replace(
    FACTORY,
    public_offtake_years=10,
    coverage=0.6,
    guarantee_fee=0.0075,
    government_loan_share=0.1,
    lender_view="supported",
)
BOUND = replace(PROMISED, statutory_backing="full faith and credit")
SUBJECT = replace(
    PROMISED, statutory_backing="subject to appropriation", cancellation_ceiling=500.0
)


def table(deal: Deal, *more: float) -> dict[str, list[float]]:
    rows = udfs.PUBLIC_YEARS(block_of(deal), *more)
    return {row[0]: row[1:] for row in rows}


def tied(deal: Deal) -> None:
    """Value at the Treasury rate less the goods' worth is the public cost; authority and liability begin
    as the chain has them.
    """
    r = deals.evaluate([deal])
    rows = table(deal)
    parts = np.array([rows[name] for name in py.ROWS[:6]])
    assert np.allclose(parts.sum(axis=0), rows[py.NET], rtol=1e-12, atol=1e-9)
    later = np.array(rows[py.NET][1:]) + (
        deal.public_equity * r.equity_flow_expected[0]
    )  # equity counts at a rate of its own
    worth = r.offtake_worth[0]
    value = rows[py.NET][0] + np.sum((later - worth) * r.treasury_discount[0])
    cost = float(r.public_cost[0, 0]) + float(r.equity_bought[0, 0]) - float(r.equity_cost[0, 0])
    assert value == pytest.approx(cost, rel=1e-9, abs=1e-6)
    assert rows[py.AUTHORITY][0] == pytest.approx(float(r.budget_authority[0, 0]), rel=1e-12)


@pytest.mark.parametrize("deal", [FACTORY, BOUND, SUBJECT, replace(BOUND, grant=100.0)])
def test_the_years_add_up_to_the_public_cost(deal: Deal) -> None:
    tied(deal)


def test_the_years_of_deals_drawn_at_random_add_up() -> None:
    rng = random.Random(15)
    for _ in range(60):
        tied(varied(rng, FACTORY))


def test_a_promise_with_full_faith_is_owed_for_the_years_left() -> None:
    rows = table(BOUND)
    r = deals.evaluate([BOUND])
    price, volume = r.contract_price[0], r.billed_volume[0]
    owed = [
        sum(price[s] * volume[s] for s in range(t, 10)) if t < 10 else 0.0 for t in range(YEARS)
    ]
    assert rows[py.LIABILITY][0] == 0
    assert rows[py.LIABILITY][1:] == pytest.approx(owed)
    assert not any(rows[py.AUTHORITY][1:])
    assert rows[py.AUTHORITY][0] > owed[0]  # the whole promise, and the credit's own cost


def test_a_promise_subject_to_appropriation_is_asked_for_year_by_year() -> None:
    rows = table(SUBJECT)
    r = deals.evaluate([SUBJECT])
    asked = (r.contract_price * r.billed_volume)[0]
    assert rows[py.AUTHORITY][1:11] == pytest.approx(asked[:10].tolist())
    assert rows[py.AUTHORITY][11:] == [0.0] * (YEARS - 10)
    assert rows[py.LIABILITY][1:11] == pytest.approx([500.0] * 10)
    assert rows[py.LIABILITY][11:] == [0.0] * (YEARS - 10)


def test_a_guarantee_earns_fees_and_a_loan_comes_back() -> None:
    rows = table(BOUND)
    assert all(value < 0 for value in rows[py.FEES][1:10])
    assert rows[py.LOAN][0] > 0 > min(rows[py.LOAN][1:])
    assert -sum(rows[py.LOAN][1:]) > 0.9 * rows[py.LOAN][0]


def test_plants_and_the_first_year() -> None:
    one, three = table(BOUND), table(BOUND, 3, 2030)
    assert one["$m"][:3] == [0.0, 1.0, 2.0]
    assert three["$m"][:3] == [2030.0, 2031.0, 2032.0]
    for name in py.ROWS:
        assert three[name] == pytest.approx([3 * value for value in one[name]])


def test_a_commercial_deal_asks_nothing() -> None:
    rows = table(deal_file.load_shipped()[0].deal)
    assert not any(any(rows[name]) for name in py.ROWS)


def test_bad_input_is_named() -> None:
    with pytest.raises(CellError, match="plants"):
        udfs.PUBLIC_YEARS(block_of(BOUND), -1)
