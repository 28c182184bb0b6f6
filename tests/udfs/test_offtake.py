"""Offtake contracts, bands, hazards: identities, traps, bad input and the shape in cells."""

from __future__ import annotations

import math

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from bankable import udfs
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.offtake import contract_pv, termination_pv
from bankable.udfs.registry import lookup

RATES = st.floats(-0.05, 0.3)
SHARES = st.floats(0, 1)
YEARS = st.integers(1, 40)
few = settings(max_examples=40, deadline=None)


def refused(code: str, word: str, call, *args, **kwargs) -> None:
    with pytest.raises(CellError) as error:
        call(*args, **kwargs)
    assert error.value.code == code
    assert word in error.value.sentence


# The worth of a contract -----------------------------------------------------------------------


@few
@given(RATES, YEARS, RATES)
def test_without_risk_it_is_a_growing_annuity(rate, years, growth):
    flows = [0, *(100 * (1 + growth) ** t for t in range(years))]
    assert udfs.OFFTAKE_NPV(rate, years, 50, 2, growth) == pytest.approx(
        npf.npv(rate, flows), rel=1e-11
    )


@few
@given(RATES, YEARS, st.floats(0, 3).filter(lambda h: h <= 1 or h != int(h)))
def test_full_recovery_returns_the_riskless_value(rate, years, hazard):
    assert udfs.OFFTAKE_NPV(rate, years, 1, 1, hazard=hazard, recovery=1) == pytest.approx(
        udfs.OFFTAKE_NPV(rate, years, 1, 1), rel=1e-12
    )


def test_growth_at_the_discount_rate_divides_by_nothing():
    assert udfs.OFFTAKE_NPV(0.07, 15, 100, 1, 0.07) == pytest.approx(15 * 100 / 1.07, rel=1e-14)


def test_no_years_are_worth_nothing():
    assert udfs.OFFTAKE_NPV(0.07, 0, 100, 1) == 0


def test_recovery_is_the_value_of_the_rest_of_the_contract():
    # default in year t pays R x the remaining payments' value at its end, the payment of year t
    # included
    rate, hazard, recovery, years = 0.06, 0.04, 0.35, 12
    year = np.arange(1, years + 1)
    alive = stats.expon.sf(year, scale=1 / hazard)
    remaining = np.array([sum((1 + rate) ** -(s - t) for s in range(t, years + 1)) for t in year])
    default = -np.diff(np.concatenate([[1.0], alive]))
    expected = np.sum((1 + rate) ** -year.astype(float) * (alive + default * recovery * remaining))
    assert udfs.OFFTAKE_NPV(rate, years, 1, 1, hazard=hazard, recovery=recovery) == pytest.approx(
        expected, rel=1e-12
    )


def test_recovery_is_not_paid_when_a_renewal_does_not_come():
    with_recovery = udfs.OFFTAKE_NPV(0.07, 10, 100, 1, renewal=0.8, recovery=1)
    assert with_recovery == udfs.OFFTAKE_NPV(0.07, 10, 100, 1, renewal=0.8)


def test_firm_years_left_out_mean_one_year_under_appropriation_and_all_otherwise():
    assert udfs.OFFTAKE_NPV(0.07, 10, 100, 1, renewal=0.8) == udfs.OFFTAKE_NPV(
        0.07, 10, 100, 1, renewal=0.8, firm_years=1
    )
    assert udfs.OFFTAKE_NPV(0.07, 10, 100, 1, renewal=0.8, firm_years=10) == udfs.OFFTAKE_NPV(
        0.07, 10, 100, 1
    )


@few
@given(SHARES, SHARES, st.floats(0, 0.5), st.floats(0, 0.5))
def test_more_renewal_is_worth_more_and_more_hazard_less(q1, q2, h1, h2):
    (low, high), (safe, risky) = sorted([q1, q2]), sorted([h1, h2])
    worth = [
        udfs.OFFTAKE_NPV(0.07, 12, 1, 1, hazard=h, renewal=q, firm_years=2)
        for q, h in ((low, safe), (high, safe), (high, risky))
    ]
    assert worth[0] <= worth[1] + 1e-12
    assert worth[2] <= worth[1] + 1e-12


def test_a_pd_typed_as_hazard_shows():
    years = np.arange(1.0, 11)
    assert udfs.SURVIVAL(10, udfs.HAZARD_FROM_PD(0.2)) == pytest.approx(0.8**years, rel=1e-12)
    assert abs(udfs.SURVIVAL(10, 0.2)[-1] - 0.8**10) > 0.02


def test_npv_is_survival_times_revenue_discounted():
    alive = udfs.SURVIVAL(9, 0.03, 0.9, 2)
    revenue = udfs.OFFTAKE_REVENUE(9, 40, 3, 0.02, 0.8)
    assert udfs.OFFTAKE_NPV(0.08, 9, 40, 3, 0.02, 0.8, 0.03, 0.9, 2) == pytest.approx(
        npf.npv(0.08, [0, *(alive * revenue)]), rel=1e-12
    )


def test_a_price_path_and_a_scenario_axis():
    prices = [40, 42, 41, 45]
    one_by_one = sum(p * 2 / 1.07 ** (t + 1) for t, p in enumerate(prices))
    assert udfs.OFFTAKE_NPV(0.07, 4, prices, 2) == pytest.approx(one_by_one, rel=1e-13)
    year = np.arange(1.0, 5)
    renewal = np.array([[0.8], [1.0]])
    both = contract_pv(year, np.full((2, 4), 100.0), 0.07, 0.02, renewal, 1, 0.4)
    assert both[0] == pytest.approx(
        udfs.OFFTAKE_NPV(0.07, 4, 100, 1, 0, 1, 0.02, 0.8, 1, 0.4), rel=1e-13
    )
    assert both[1] == pytest.approx(
        udfs.OFFTAKE_NPV(0.07, 4, 100, 1, 0, 1, 0.02, 1, 1, 0.4), rel=1e-13
    )


def test_survival_counts_renewals_from_the_firm_years():
    assert udfs.SURVIVAL(3, 0, 0.5, 0).tolist() == [0.5, 0.25, 0.125]
    assert udfs.SURVIVAL(3, 0, 0.5, 1).tolist() == [1, 0.5, 0.25]
    assert udfs.SURVIVAL(5, 0, 0.5, 1, 2).tolist() == [1, 0.5, 0.5, 0.25, 0.25]
    assert udfs.SURVIVAL(2, 0, 0, 1).tolist() == [1, 0]


def test_offtake_npv_refuses():
    refused("#VALUE!", "price has 3 cells but years is 4", udfs.OFFTAKE_NPV, 0.07, 4, [1, 2, 3], 1)
    refused("#NUM!", "renewal", udfs.OFFTAKE_NPV, 0.07, 4, 1, 1, renewal=1.2)
    refused("#NUM!", "did you mean", udfs.OFFTAKE_NPV, 7, 4, 1, 1)
    refused("#NUM!", "years", udfs.OFFTAKE_NPV, 0.07, 4.5, 1, 1)
    refused("#VALUE!", "price", udfs.OFFTAKE_NPV, 0.07, 4, [1, None, 3, 4], 1)


# Cancellation ----------------------------------------------------------------------------------


def test_cancellation_charge_by_hand():
    # firm one year, ceiling 100 then 50: 0.2 x 100 / 1.1 + 0.8 x 0.2 x 50 / 1.21
    assert udfs.TERMINATION_PV(0.1, 0.8, 1, [100, 50, 30]) == pytest.approx(
        0.2 * 100 / 1.1 + 0.16 * 50 / 1.21, rel=1e-14
    )


def test_the_last_ceiling_is_never_paid_and_blanks_are_nothing():
    assert udfs.TERMINATION_PV(0.07, 0.85, 1, [80, 60, 1e9]) == udfs.TERMINATION_PV(
        0.07, 0.85, 1, [80, 60, None]
    )
    assert udfs.TERMINATION_PV(0.07, 0.85, 3, [80, 60, 40]) == 0
    assert udfs.TERMINATION_PV(0.07, 1, 1, [80, 60, 40]) == 0
    assert udfs.TERMINATION_PV(0.1, 0.8, 0, [100, 50]) == pytest.approx(0.8 * 0.2 * 100 / 1.1)


def test_termination_kernel_takes_scenarios():
    both = termination_pv(np.array([80.0, 60, 40, 20, 0]), 0.07, np.array([[0.85], [0.9]]), 1)
    assert both == pytest.approx(
        [udfs.TERMINATION_PV(0.07, q, 1, [80, 60, 40, 20, 0]) for q in (0.85, 0.9)]
    )


# Revenue ---------------------------------------------------------------------------------------


def test_year_one_is_not_escalated():
    assert udfs.OFFTAKE_REVENUE(3, 100, 2, 0.1).tolist() == pytest.approx([200, 220, 242])


def test_without_demand_only_take_or_pay_counts():
    assert udfs.OFFTAKE_REVENUE(2, 10, 5, 0, 0.8).tolist() == [40, 40]
    assert udfs.OFFTAKE_REVENUE(2, 10, 5, 0, 0.8, [0, 100]).tolist() == [40, 1000]


def test_the_band_takes_paths_and_the_seller_keeps_its_share_above_the_cap():
    revenue = udfs.OFFTAKE_REVENUE(
        3,
        0,
        [1, 2, 1],
        price_floor=[40, 41, 42],
        price_cap=60,
        market_price=[30, 100, 50],
        upside_share=0.25,
    )
    assert revenue.tolist() == [40, 2 * (60 + 0.25 * 40), 50]


@few
@given(st.lists(st.floats(0, 200), min_size=1, max_size=20), SHARES)
def test_revenue_in_a_band_stays_within_it(market, share):
    revenue = udfs.OFFTAKE_REVENUE(
        len(market), 0, 1, price_floor=40, price_cap=60, market_price=market, upside_share=share
    )
    assert np.all(
        (revenue >= 40) & (revenue <= 60 + share * np.maximum(np.array(market) - 60, 0) + 1e-9)
    )


def test_offtake_revenue_refuses():
    revenue = udfs.OFFTAKE_REVENUE
    refused("#NUM!", "price_floor", revenue, 2, 0, 1, price_floor=60, price_cap=40, market_price=50)
    refused("#NUM!", "max_volume", revenue, 2, 1, 10, 0, 0.9, max_volume=8)
    refused("#VALUE!", "market_price", revenue, 2, 1, 1, price_floor=40)
    refused("#VALUE!", "upside_share", revenue, 2, 1, 1, market_price=40, upside_share=0.5)
    refused("#VALUE!", "demand has 3 cells but years is 2", revenue, 2, 1, 1, demand=[1, 2, 3])
    refused("#VALUE!", "price", revenue, 2, "dear", 1)


def test_a_row_of_prices_gives_a_row_of_revenue():
    entry = lookup("OFFTAKE_REVENUE")
    assert entry.from_cells([3, [[1, 2, 3]], 10]) == [[10, 20, 30]]
    assert entry.from_cells([3, [[1], [2], [3]], 10]) == [[10], [20], [30]]
    assert entry.from_cells([2, 5, 10]) == [[50], [50]]
    assert entry.from_cells([2, 5, 10, OMITTED, None]) == [[50], [50]]


def test_availability_pays_for_capacity_and_for_use():
    revenue = udfs.AVAILABILITY_REVENUE(2, 100, 3, [1, 0.9], 0.1, [0.5, 0.4], 2)
    assert revenue.tolist() == pytest.approx([100 * 3 + 50 * 2, 1.1 * (90 * 3 + 40 * 2)])
    refused("#NUM!", "utilisation", udfs.AVAILABILITY_REVENUE, 2, 100, 3, 0.8, 0, 0.9, 1)
    # a capacity contract at full availability is a take-or-pay contract
    assert udfs.AVAILABILITY_REVENUE(5, 7, 3, 1, 0.02) == pytest.approx(
        udfs.OFFTAKE_REVENUE(5, 3, 7, 0.02), rel=1e-14
    )


# The band under uncertainty --------------------------------------------------------------------


@few
@given(
    st.floats(5, 200),
    st.floats(0.05, 0.8),
    st.floats(0.25, 10),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_expected_price_in_a_band_is_the_integral(forward, vol, years, floor, width):
    sd = vol * math.sqrt(years)
    law = stats.lognorm(sd, scale=forward * math.exp(-sd * sd / 2))
    cap = floor + width
    inside = integrate.quad(law.sf, floor, cap, epsabs=1e-11)[
        0
    ]  # E[clamp] = floor + the tail's area within the band
    expected, floor_value, cap_cost = udfs.COLLAR_EXPECTED(forward, floor, cap, vol, years)[0]
    assert expected == pytest.approx(floor + inside, rel=1e-7)
    assert expected == pytest.approx(forward + floor_value - cap_cost, rel=1e-9, abs=1e-9)
    assert min(floor_value, cap_cost) >= 0


def test_expected_volume_in_a_band_is_the_integral():
    law = stats.norm(1.0, 0.25 * math.sqrt(2))
    inside = integrate.quad(law.sf, 0.9, 1.2, epsabs=1e-13)[0]
    assert udfs.COLLAR_EXPECTED(1, 0.9, 1.2, 0.25, 2, "normal")[0][0] == pytest.approx(
        0.9 + inside, rel=1e-12
    )


def test_clamping_the_mean_is_another_figure():
    assert udfs.COLLAR_EXPECTED(50, 40, 60, 0.3, 3)[0][0] < 49
    assert udfs.COLLAR_EXPECTED(50, 40, 60, 0, 3).tolist() == [[50, 0, 0]]
    assert udfs.COLLAR_EXPECTED(30, 40, 60, 0, 3, "normal").tolist() == [[40, 10, 0]]
    assert udfs.COLLAR_EXPECTED(70, 40, 60, 0.3, 0).tolist() == [[60, 0, 10]]


def test_one_row_a_forward():
    table = udfs.COLLAR_EXPECTED([50, 52], 40, 60, 0.3, [1, 2])
    assert table[1].tolist() == udfs.COLLAR_EXPECTED(52, 40, 60, 0.3, 2)[0].tolist()
    assert lookup("COLLAR_EXPECTED").from_cells([50, 40, 60, 0, 1, OMITTED, True])[0] == [
        "expected",
        "floor_value",
        "cap_cost",
    ]


def test_collar_refuses():
    refused("#NUM!", "floor", udfs.COLLAR_EXPECTED, 50, 60, 40, 0.3, 1)
    refused("#NUM!", "vol", udfs.COLLAR_EXPECTED, 50, 40, 60, 30, 1)
    refused("#VALUE!", "distribution", udfs.COLLAR_EXPECTED, 50, 40, 60, 0.3, 1, "uniform")
    refused(
        "#VALUE!",
        "forward has 2 cells and years has 3",
        udfs.COLLAR_EXPECTED,
        [50, 51],
        40,
        60,
        0.3,
        [1, 2, 3],
    )


# Hazards ---------------------------------------------------------------------------------------


def test_hazards():
    assert udfs.HAZARD_FROM_PD(0) == 0
    assert udfs.HAZARD_FROM_SPREAD(0.03, 0.4) == pytest.approx(0.05)
    refused("#NUM!", "pd", udfs.HAZARD_FROM_PD, 1)
    refused("#NUM!", "for 2% type 0.02", udfs.HAZARD_FROM_PD, 2)
    refused("#NUM!", "recovery", udfs.HAZARD_FROM_SPREAD, 0.03, 1)


def test_conditional_default_probabilities_rebuild_the_table():
    cumulative = [0.0376, 0.0856, 0.1266, 0.1587, 0.1832, 0.2032]
    marginal, conditional = udfs.CONDITIONAL_PD(cumulative).T
    assert 1 - np.cumprod(1 - conditional) == pytest.approx(cumulative, rel=1e-12)
    assert np.cumsum(marginal) == pytest.approx(cumulative, rel=1e-12)
    assert np.all(conditional[1:] > marginal[1:])
    refused("#NUM!", "falls at cell 3", udfs.CONDITIONAL_PD, [0.01, 0.03, 0.02])
    refused("#NUM!", "reaches 1", udfs.CONDITIONAL_PD, [0.5, 1, 1])
    refused("#VALUE!", "blank", udfs.CONDITIONAL_PD, [0.5, None])


def test_a_credit_swap_priced_at_its_fair_spread_is_worth_nothing():
    legs = udfs.RISKY_ANNUITY(0.05, 0.02, 0.4, 5)
    # Hull, Options, Futures and Other Derivatives, credit default swap chapter: 4.0728, 0.0506,
    # 0.0422, 123 basis points
    assert legs == pytest.approx((4.0728, 0.0506, 0.0422, 0.0123), abs=1e-4)
    assert legs.fair_spread * (legs.premium_leg + legs.accrual_leg) == pytest.approx(
        legs.protection_leg
    )
    assert legs.fair_spread == pytest.approx(0.02 * 0.6, rel=0.03)  # the credit triangle
    assert udfs.RISKY_ANNUITY(0.05, 0, 0.4, 5).fair_spread == 0
