"""The availability payment: a price for capacity made ready, used or not, beside the price a unit."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.swap import CONTRACT_SWAP
from tests.random_deals import drawn

SEEDS = range(12)
FIXED = {"price_basis": "fixed", "max_volume": 1.0, "take_or_pay": 1.0, "buyer_demand": 1.0}


def random_fixed(seed: int, **more: object) -> Deal:
    return dataclasses.replace(drawn(random.Random(f"capacity {seed}"), "capacity"), **FIXED | more)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_volume_called_in_full_it_is_a_part_of_the_price(seed: int) -> None:
    d = random_fixed(seed, price=3.0, capacity_price=0.0)
    split = dataclasses.replace(d, price=1.75, capacity_price=1.25)
    whole, parts = deals.evaluate(d), deals.evaluate(split)
    for key, row in whole.items():
        if key in PRICE_ALONE or "capacity_" in key or np.ndim(row) != 2:
            continue
        np.testing.assert_allclose(parts[key], row, rtol=1e-8, atol=1e-8, err_msg=key)


# the price a unit by itself
PRICE_ALONE = {"price", "contract_price", "secured_price"}


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_paid_whatever_is_called(seed: int) -> None:
    d = random_fixed(seed, capacity_price=0.4, take_or_pay=0.0, buyer_demand=0.0)
    r = deals.evaluate(d)
    index = (1 + d.escalator) ** np.arange(deals.YEARS)
    assert r.billed_volume.max() == 0
    assert r.contracted_revenue_promised.max() > 0
    asked = r.in_contract * d.contract_share * r.capacity_available * 0.4 * index
    np.testing.assert_allclose(r.contracted_revenue_promised, asked, rtol=1e-12)
    np.testing.assert_allclose(r.contracted_revenue_expected, r.alive * asked, rtol=1e-12)


def test_it_carries_debt_that_a_price_for_what_is_called_does_not() -> None:
    """A buyer who may call nothing: his price a unit secures nothing, the same money for capacity all of it."""
    called = dataclasses.replace(
        deal_file.load_shipped()[0].deal, take_or_pay=0.0, capacity_price=0.0
    )
    ready = dataclasses.replace(called, price=0.0, capacity_price=called.price)
    r = deals.evaluate([called, ready])
    assert r.contracted_revenue_firm[0].max() == 0
    assert r.capacity_firm[1, 0] > r.capacity_firm[0, 0]
    assert r.revenue_promised[0] == pytest.approx(r.revenue_promised[1])


def split(deal: Deal) -> Deal:
    """The same deal with a third of its price paid for capacity."""
    return dataclasses.replace(deal, price=deal.price * 2 / 3, capacity_price=deal.price / 3)


def test_swapped_markets_stand_over_the_whole_price() -> None:
    """A market put into another plant is scaled by what a unit costs there, however that is paid."""
    centre, factory = (entry.deal for entry in deal_file.load_shipped()[:2])
    whole, parts = (CONTRACT_SWAP(centre, deal) for deal in (factory, split(factory)))
    assert [row[0] for row in parts] == [row[0] for row in whole]
    assert levels(parts) == pytest.approx(levels(whole), rel=1e-9)


def levels(rows: list[list[Any]]) -> list[float]:
    """The four cells and the bridge: up to where the price a unit is asked for."""
    return [float(cell) for row in rows[1:13] for cell in row[1:] if isinstance(cell, float)]
