"""The loan cut anew to what its contract bears, against a search of every tenor by the solver of one loan."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs import FRONTIER
from bankable.udfs.deal import recut, settle
from bankable.udfs.deal.chain import VIEWS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import variants

YEARS = [3, 5, 6, 7, 8, 10, 12, 15, 20]


def factory(**changes: object) -> Deal:
    """Factory with support, without its guarantee."""
    shipped = next(one.deal for one in deal_file.load_shipped() if one.deal.coverage > 0)
    return replace(shipped, coverage=0.0, **changes)  # type: ignore[arg-type]


def varied(rng: random.Random) -> Deal:
    """A factory of another price, cost, ramp, loan and policy."""
    own = factory()
    return replace(
        own,
        price=own.price * rng.uniform(0.9, 1.2),
        market_price=own.market_price * rng.uniform(0.7, 1.1),
        ramp_months=rng.randint(0, 14),
        grace_years=rng.randint(0, 2),
        repayment=rng.choice(["annuity", "equal principal", "sculpted"]),
        dsra_months=rng.choice([0, 6, 12]),
        retool_months=rng.choice([0, 6]),
        coverage=rng.choice([0.0, 0.5]),
        tail_years=rng.randint(0, 2),
        limit_loss_rate=rng.uniform(0.002, 0.02),
        limit_tail=rng.uniform(0.0, 0.3),
        balloon=rng.choice([0.0, 0.0, 0.2]),
    )


def shares(deal: Deal, coverage: float) -> list[float]:
    return [row[0] for row in FRONTIER(deal, YEARS, [coverage], "gearing_used", "re-cut")]


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (0.0, [8, 22.5, 29.5, 33.5, 33.5, 33.5, 33.5, 33.5, 33.5]),
        (0.6, [8, 23, 30, 37, 43, 54, 58.5, 58.5, 58.5]),
        (0.7, [8, 23, 30, 37, 43.5, 55, 60.5, 60.5, 60.5]),
    ],
)
def test_a_longer_promise_bears_more_until_another_test_stops_it(
    coverage: float, expected: list[float]
) -> None:
    """In per cent of uses: the factory's first years as an independent reckoning by hand has them."""
    assert 100 * np.array(shares(factory(), coverage)) == pytest.approx(expected, abs=0.6)


def test_years_under_yearly_appropriation_are_firm_years() -> None:
    """Otherwise the frontier of today's law would be flat: a lender counts the firm years alone."""
    today = factory(statutory_backing="subject to appropriation", firm_lapse=0.0)
    assert shares(today, 0.6) == pytest.approx(shares(factory(), 0.6), abs=1e-9)
    asked = FRONTIER(today, [5, 12], [0.6], "min_dscr")
    assert asked[0] == asked[1]


@pytest.mark.parametrize("seed", range(4))
def test_the_loan_is_the_largest_of_all_tenors_and_meets_every_test(seed: int) -> None:
    """Against `settle`, which knows one tenor: no tenor bears more than a thousandth of the uses above it."""
    deal = varied(random.Random(900 + seed))
    x = variants(deal, {"public_offtake_years": np.arange(6.0, 15.0, 2.0)}, refuse=False)
    tenors, gearings = recut.recut(x)
    r = settle.run(recut.cut(x))
    assert gearings.max() > 0
    assert (r.tests_failed[gearings > 0, 0] == 0).all()
    longest = recut.longest_tenors(x, settle.chain.before_debt(x))
    for i, most in enumerate(longest):
        candidates = np.arange(deal.grace_years + 1, most + 1)
        if not candidates.size:
            assert gearings[i] == 0
            continue
        one = settle.part_of(x, np.full(candidates.size, i))
        one.tenor = candidates[:, None].astype(float)
        one.gearing = np.full_like(one.tenor, settle.MOST_GEARING)
        bears = settle.sizes(one, [settle.ASKED])["sized_gearing"]
        assert gearings[i] == pytest.approx(bears.max(), abs=1e-3)
        if bears.max() > 0:
            assert bears[candidates == tenors[i]][0] == pytest.approx(bears.max(), abs=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_more_years_never_take_debt_away(seed: int) -> None:
    deal = varied(random.Random(950 + seed))
    x = variants(deal, {"public_offtake_years": np.arange(1.0, 19.0)}, refuse=False)
    x.lender_view[:] = VIEWS.index("supported")
    _, gearings = recut.recut(x)
    assert gearings.max() > 0
    assert (np.diff(gearings) >= -2 * recut.FINEST).all(), gearings


def test_a_promise_that_bears_nothing_says_so() -> None:
    assert FRONTIER(factory(), [1], [0.0], "gearing_used", "re-cut") == [["none passes"]]
    assert FRONTIER(factory(), [1], [0.0], "public_cost", "re-cut") == [["none passes"]]
