"""The debt that passes every test: the sized loan passes, a larger one fails, and asking for more never
gives less.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.settle import MOST_GEARING, STEPS
from tests.random_deals import varied

TODAY, SUPPORTED, DATA_CENTRE = (
    deal_file.load(deal_file.shipped_path(name)).deal
    for name in ("defence_factory", "factory_supported", "data_centre")
)
# a bank that lends to the plants drawn here more often than not
LENIENT: dict[str, Any] = {
    "limit_min_dscr": 1.15,
    "limit_avg_dscr": 1.2,
    "limit_llcr": 1.15,
    "limit_plcr": 1.2,
    "limit_contracted": 0.3,
    "limit_shortfall": 0.6,
    "limit_loss_rate": 0.08,
    "limit_loss_life": 0.08,
    "limit_tail": 0.6,
    "limit_retained": 0.1,
}


@cache
def sized(count: int, seed: int) -> tuple[Deal, ...]:
    """Deals that ask for a sized loan, some at the quoted price and some at the clearing one."""
    rng = random.Random(seed)
    return tuple(
        replace(
            varied(rng, rng.choice((TODAY, SUPPORTED, DATA_CENTRE))),
            **LENIENT,
            size_debt=True,
            pricing=rng.choice(("quoted", "quoted", "clearing")),
            public_offtake_years=10,
        )
        for _ in range(count)
    )


def at_gearing(sample: Sequence[Deal], gearing: np.ndarray) -> Any:
    """The deals as they would be at a debt that is asked and not sized."""
    return deals.evaluate(
        [
            replace(deal, size_debt=False, gearing=float(each))
            for deal, each in zip(sample, gearing, strict=True)
        ]
    )


def a_sized_loan_is_the_largest(count: int, seed: int) -> None:
    """It passes every test at its own rate, loss, reserve and default; the same loan asked outright is the
    same loan; one a little larger fails, unless it is all that was asked.
    """
    sample = sized(count, seed)
    r = deals.evaluate(sample)
    lent = r.debt[:, 0] > 0
    assert lent.sum() > count / 5
    assert (r.tests_failed[lent] == 0).all()
    assert (r.debt <= r.requested_debt + 1e-9).all()
    asked = np.array([deal.gearing for deal in sample])
    used = r.gearing_used[:, 0]
    bound = lent & (used < asked - 1e-9)
    assert bound.sum() > count / 10
    outright = at_gearing(sample, used)
    for key in ("debt", "bank_rate", "life_default", "expected_loss"):
        assert outright[key][lent] == pytest.approx(r[key][lent], rel=1e-9, abs=1e-9), key
    larger = at_gearing(sample, np.minimum(asked, used + 2 * MOST_GEARING / STEPS / 24**3))
    assert (larger.tests_failed[bound] > 0).all()
    nothing = ~lent
    smallest = at_gearing(sample, np.full(count, MOST_GEARING / STEPS))
    assert (smallest.tests_failed[nothing] > 0).all() or not nothing.any()


def test_a_sized_loan_is_the_largest_that_passes() -> None:
    a_sized_loan_is_the_largest(30, 91)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [92, 93])
def test_many_sized_loans_are_the_largest_that_pass(seed: int) -> None:
    a_sized_loan_is_the_largest(200, seed)


def test_no_loan_of_a_plain_scan_is_larger() -> None:
    """Every gearing up to the one asked, in whole percents, each a deal of its own."""
    sample = sized(30, 91)[:8]
    r = deals.evaluate(sample)
    for i, deal in enumerate(sample):
        gearings = np.arange(0.01, deal.gearing, 0.01)
        tried = at_gearing([deal] * len(gearings), gearings)
        passing = tried.debt[:, 0][tried.tests_failed[:, 0] == 0]
        assert r.debt[i, 0] >= passing.max(initial=0.0) - 1e-9, deal


@pytest.mark.parametrize("pricing", ["quoted", "clearing"])
def test_asking_for_more_never_gives_less(pricing: str) -> None:
    """From a little to nearly everything, and closely around the size; within a millionth of the uses, to
    which the size is found.
    """
    loose = LENIENT | {
        "limit_shortfall": 0.8,
        "limit_loss_rate": 0.15,
        "limit_loss_life": 0.15,
        "limit_tail": 1.0,
    }
    for deal in (
        SUPPORTED,
        replace(DATA_CENTRE, lock_up_dscr=1.3),
        replace(TODAY, **loose, price=1.1, lock_up_dscr=1.3, lender_view="promised"),
    ):
        asks = replace(deal, size_debt=True, pricing=pricing, gearing=0.9)
        size = deals.evaluate(asks).gearing_used[0, 0]
        near = size + np.linspace(-0.002, 0.006, 9)
        gearings = np.sort(np.concatenate([np.linspace(0.05, 0.9, 9), near]))
        r = deals.evaluate([replace(asks, gearing=float(each)) for each in gearings])
        assert (np.diff(r.debt[:, 0]) >= -1e-6 * r.total_uses[0, 0]).all(), deal.case_name
        assert r.debt[-1, 0] > 0
        assert r.debt[-1, 0] < r.requested_debt[-1, 0]


def test_debt_permitted_is_what_a_request_without_end_would_give() -> None:
    """`permitted_debt` asks nothing of the gearing requested; each test alone permits at least as much."""
    for deal in (SUPPORTED, DATA_CENTRE):
        r = deals.evaluate(deal, None)
        most = deals.evaluate(replace(deal, gearing=MOST_GEARING, size_debt=True))
        assert r.permitted_debt[0, 0] == pytest.approx(most.debt[0, 0], rel=1e-6)
        alone = [r[key][0, 0] for key in r if key.startswith("permits_")]
        assert min(alone) >= r.permitted_debt[0, 0] - 1e-6


def test_no_debt_passes_where_a_test_is_failed_by_any() -> None:
    """The guarantee leaves the bank less than its norm, whatever the debt."""
    r = deals.evaluate(replace(SUPPORTED, coverage=0.95, size_debt=True))
    assert (r.debt[0, 0], r.sized_gearing[0, 0]) == (0, 0)


def test_an_island_is_not_given_to_who_asks_for_less() -> None:
    """No reserve carries the plant through the year after its contract is lost; cash that a lock-up holds
    back does, and only a large loan is locked up. Who asks for less gets nothing, and a row says that the
    smaller loan fails.
    """
    deal = replace(
        DATA_CENTRE,
        **{
            key: 0.0
            for key in LENIENT
            if key not in ("limit_loss_rate", "limit_loss_life", "limit_tail")
        },
        limit_loss_rate=1.0,
        limit_loss_life=1.0,
        limit_tail=1.0,
        ramp_months=6,
        price=1.69,
        market_price=1.382,
        merchant_share=1.0,
        contract_years=10,
        firm_years=1,
        tenor=12,
        lock_up_dscr=1.3,
        dsra_months=0,
        lender_view="promised",
        size_debt=True,
    )
    deal = replace(deal, limit_shortfall=0.5, gearing=0.9)
    r = deals.evaluate(deal, ["smaller_fails"])
    within = r.smaller_fails[0, 0] / r.debt[0, 0] * r.gearing_used[0, 0]
    assert 0 < within < r.gearing_used[0, 0]
    assert r.tests_failed[0, 0] == 0
    assert at_gearing([deal], np.array([within])).tests_failed[0, 0] > 0
    assert deals.evaluate(replace(deal, gearing=float(within))).debt[0, 0] == 0


@pytest.mark.parametrize("pricing", ["quoted", "clearing"])
@pytest.mark.parametrize("seed", range(6))
def test_a_loan_cut_to_the_request_is_the_largest_that_a_scan_of_every_gearing_finds(
    seed: int, pricing: str
) -> None:
    """The search goes down from the request, and stops at deals that no debt helps."""
    rng = random.Random(f"cut {seed}")
    d = replace(
        varied(rng, rng.choice(deal_file.load_shipped()).deal), size_debt=True, pricing=pricing
    )
    x = deals.stack([d])
    found = settle.sizes(x, [settle.ASKED])["sized_gearing"][0]
    gearings = np.append(np.linspace(0, MOST_GEARING, STEPS + 1), d.gearing)
    within = gearings[gearings <= d.gearing]
    of, known = np.zeros(1, dtype=int), chain.before_debt(x)
    _, passes = settle.tried(x, known, of, np.sort(within)[None], [settle.ASKED])
    met = np.sort(within)[passes[0, 0]]
    largest = met[-1] if met.size else 0.0
    assert largest - 1e-9 <= found <= largest + MOST_GEARING / STEPS
