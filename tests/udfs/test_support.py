"""Credit support, public cost and incentives: identities, published figures, traps. Oracles: QuantLib 1.34 or newer, scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st

import udfs
from udfs import deal as deals
from udfs import subsidy
from udfs.cells import CellError
from udfs.deal_block import EXAMPLE
from udfs.registry import FUNCTIONS

few = settings(max_examples=50, deadline=None)
shares = st.floats(0, 1)
risks = st.floats(0.001, 0.3)


def refused(code: str, function, *args, **kwargs) -> str:
    with pytest.raises(CellError) as error:
        function(*args, **kwargs)
    assert error.value.code == code
    return error.value.sentence


# Rates and spreads -------------------------------------------------------------------------------


@few
@given(risks, risks, shares)
def test_at_no_coverage_neither_fee_nor_guaranteed_spread_is_paid_and_at_full_coverage_no_risk(pd: float, lgd: float, fee: float) -> None:
    fee = fee / 10
    assert udfs.GUARANTEE_RATE(0.04, pd, lgd, 0, 0.01, fee, 0.02) == pytest.approx(0.04 + pd * lgd + 0.02)
    assert udfs.GUARANTEE_RATE(0.04, pd, lgd, 1, 0.01, fee, 0.02) == pytest.approx(0.05 + fee)


def test_more_coverage_raises_the_rate_where_the_guarantee_costs_more_than_it_saves() -> None:
    rates = [udfs.GUARANTEE_RATE(0.045, 0.03, 0.6, c, 0.005, 0.018) for c in (0, 0.5, 1)]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


@few
@given(risks, risks, shares, st.integers(1, 30), st.sampled_from(["bullet", "annuity", "equal"]), st.booleans())
def test_the_closed_form_prices_the_loan_at_what_was_lent(pd, lgd, coverage, nper, method, cover_interest) -> None:
    base = 0.045
    spread = udfs.BREAKEVEN_SPREAD(base, pd, lgd, coverage, nper, method, cover_interest=cover_interest)
    rows = udfs.LOAN_SCHEDULE(1, base + spread, nper, method)
    recovered = 1 - (1 - coverage) * lgd
    claim = rows[:, 1] * (1 + (base + spread if cover_interest else 0))
    survived = (1 - pd) ** np.arange(nper)
    worth = np.sum((1 + base) ** -np.arange(1.0, nper + 1) * survived * ((1 - pd) * rows[:, 4] + pd * recovered * claim))
    assert worth == pytest.approx(1, abs=1e-10)


@few
@given(risks, risks, shares)
def test_a_break_even_spread_exceeds_the_naive_product(pd: float, lgd: float, coverage: float) -> None:
    assert udfs.BREAKEVEN_SPREAD(0.04, pd, lgd, coverage) > pd * lgd * (1 - coverage)


def test_a_fee_at_the_start_lowers_the_spread_and_no_risk_needs_none() -> None:
    assert udfs.BREAKEVEN_SPREAD(0.04, 0.02, 0.5, 0, 5, "equal", 0.01) < udfs.BREAKEVEN_SPREAD(0.04, 0.02, 0.5, 0, 5, "equal")
    assert udfs.BREAKEVEN_SPREAD(0.04, 0, 0) == 0
    assert "pd" in refused("#NUM!", udfs.BREAKEVEN_SPREAD, 0.04, 1, 0.5)


@few
@given(st.floats(20, 300), st.floats(20, 300), st.floats(-0.02, 0.15), st.floats(0.1, 20), st.floats(0.02, 0.8))
def test_a_guarantee_is_the_put_of_quantlib(assets: float, face: float, rate: float, years: float, vol: float) -> None:
    discount, sd = math.exp(-rate * years), vol * math.sqrt(years)
    put = ql.blackFormula(ql.Option.Put, face, assets / discount, sd, discount)
    try:
        mine = udfs.MERTON_GUARANTEE(assets, face, rate, years, vol)
    except CellError:  # the debt is worth nothing to the last bit
        assert put == pytest.approx(face * discount)
        return
    assert mine.value == pytest.approx(put, abs=1e-9 * face)
    assert mine.debt_value == pytest.approx(face * discount - put, abs=1e-9 * face)


def test_without_volatility_a_guarantee_is_worth_what_is_missing() -> None:
    assert udfs.MERTON_GUARANTEE(80, 100, 0.0, 2, 0).value == pytest.approx(20)
    assert udfs.MERTON_GUARANTEE(120, 100, 0.0, 2, 0, 0.5).value == 0


# Loss, recovery, capital -------------------------------------------------------------------------


@few
@given(risks, risks, st.floats(1, 1e6))
def test_one_year_undiscounted_is_pd_lgd_ead(pd: float, lgd: float, ead: float) -> None:
    assert udfs.EXPECTED_LOSS(pd, lgd, ead) == pytest.approx(pd * lgd * ead)


@few
@given(risks, st.integers(1, 40))
def test_a_lifetime_loses_no_more_than_one_default(pd: float, years: int) -> None:
    assert udfs.EXPECTED_LOSS(pd, 1, 100, years) == pytest.approx(100 * (1 - (1 - pd) ** years))


def test_what_exceeds_the_debt_is_the_sponsors() -> None:
    assert udfs.RECOVERY([200], [1], 100) == (1.0, 0.0)
    assert udfs.RECOVERY([100, 100], [0.8, 0.0], 160) == pytest.approx((0.5, 0.5))


def test_the_published_risk_weight_of_a_corporate() -> None:
    assert udfs.BASEL_CAPITAL(0.01, 0.45, 2.5).risk_weight == pytest.approx(0.9232, abs=5e-5)  # Basel CRE99


def test_a_fee_is_charged_on_the_guaranteed_part_by_the_whole_loan() -> None:
    fee = udfs.GUARANTEE_FEE(2_000_000, 0.75, [150_000, 700_000], [0.02, 0.03, 0.035], 1_000_000, 0.0375)
    assert fee == pytest.approx((1_500_000, 1_000_000 * 0.035 + 500_000 * 0.0375))
    assert "rates" in refused("#VALUE!", udfs.GUARANTEE_FEE, 100, 0.5, [50], [0.01])


def test_an_upfront_fee_is_not_divided_by_the_years() -> None:
    balances = [100, 75, 50, 25]
    assert udfs.FEE_TO_ANNUAL(0.02, balances, 0.05) > 0.02 / 4
    assert udfs.FEE_TO_ANNUAL(0.02, [100], 0) == pytest.approx(0.02)


# Public cost -------------------------------------------------------------------------------------

BALANCES = [1000, 750, 500, 250, 0]


def test_the_rate_is_over_the_whole_loan_and_a_high_fee_saves_money() -> None:
    cost = udfs.CREDIT_SUBSIDY(0.0425, BALANCES, 0.03, 0.6, 0.5)
    assert cost.rate == pytest.approx(cost.subsidy / 1000)
    assert udfs.CREDIT_SUBSIDY(0.0425, BALANCES, 0.01, 0.2, 0.5, 0.03).subsidy < 0


@few
@given(shares, risks, risks)
def test_a_guarantee_costs_in_proportion_to_its_coverage(coverage: float, pd: float, lgd: float) -> None:
    whole, part = (udfs.CREDIT_SUBSIDY(0.04, BALANCES, pd, lgd, c).subsidy for c in (1.0, coverage))
    assert part == pytest.approx(coverage * whole, abs=1e-9)


def test_a_path_of_one_probability_is_that_probability() -> None:
    assert udfs.CREDIT_SUBSIDY(0.04, BALANCES, [0.03] * 4, 0.6, 0.8) == pytest.approx(udfs.CREDIT_SUBSIDY(0.04, BALANCES, 0.03, 0.6, 0.8))
    assert "pd" in refused("#VALUE!", udfs.CREDIT_SUBSIDY, 0.04, BALANCES, [0.03] * 5, 0.6, 0.8)


@few
@given(st.floats(0.0, 0.15), st.integers(1, 30), st.sampled_from(["annuity", "equal", "bullet"]))
def test_a_loan_at_the_treasury_rate_without_default_costs_nothing(rate: float, nper: int, method: str) -> None:
    assert udfs.LOAN_SUBSIDY(1000, rate, nper, rate, method=method).cost == pytest.approx(0, abs=1e-8)


def test_without_a_market_rate_the_benefit_is_blank() -> None:
    assert FUNCTIONS["LOAN_SUBSIDY"].from_cells([1000.0, 0.02, 7.0, 0.0425])[2:] == [[None], [None]]


def test_a_loan_at_the_discount_rate_is_no_grant() -> None:
    assert udfs.GRANT_EQUIVALENT(10, 1, 1, 0.1, 0.1) == pytest.approx(0)
    assert "grace" in refused("#NUM!", udfs.GRANT_EQUIVALENT, 5, 6, 2, 0.02, 0.1)


def test_the_kernels_agree_with_the_public_cost_of_a_whole_deal() -> None:
    deal = deals.read({**dict(EXAMPLE), "coverage": 0.6, "guarantee_fee": 0.01, "government_loan_share": 0.2, "sale_months": 18})
    r = deals.evaluate(deal)
    bank = 0.8 * r.opening
    *_, cost = subsidy.guarantee_subsidy(deal.treasury_rate, bank, r.pd, r.lgd[:, 0], deal.coverage, deal.guarantee_fee, 0.0, 1.5)
    np.testing.assert_allclose(cost, r.guarantee_cost[:, 0], rtol=1e-9)
    lent = 0.2 * r.opening
    rows = lent, lent * deal.government_loan_rate, 0.2 * (r.principal + r.balloon_paid)
    lag = (1 + deal.treasury_rate) ** -1.5
    mine = subsidy.loan_cost(deal.treasury_rate, *rows, r.pd, 1 - (1 - r.lgd[:, 0]) * lag)
    np.testing.assert_allclose(mine, r.loan_cost[:, 0], rtol=1e-9)


# Incentives --------------------------------------------------------------------------------------

CASES = {"capex": 100, "debt": 60, "success_value": 160, "failure_value": 30, "probability": 0.5}


@few
@given(st.floats(0, 60), st.floats(0, 40), shares, st.floats(0, 0.1), shares, shares, st.floats(0, 200), st.floats(0, 100), shares)
def test_what_the_sides_gain_and_lose_is_the_projects(debt, grant, coverage, fee, loan_share, rate, works, fails, probability) -> None:
    rows = udfs.SUPPORT_SPLIT(100, debt, works, fails, probability, grant, coverage, fee, loan_share, rate / 2, rate)
    for column in (2, 3, 4):
        assert sum(row[column] for row in rows[1:4]) == pytest.approx(rows[4][column], abs=1e-9)


@pytest.mark.parametrize(
    ("change", "belief"),
    [({}, 0.40), ({"grant": 10}, 0.30), ({"debt": 90, "coverage": 1.0}, 1 / 7)],
)
def test_the_beliefs_of_the_worked_example(change: dict[str, float], belief: float) -> None:
    found = udfs.BREAKEVEN_BELIEF(**{**CASES, **change})
    assert found.belief == pytest.approx(belief)
    assert found.efficient == pytest.approx(70 / 130)


def test_at_the_break_even_belief_the_sponsor_expects_nothing() -> None:
    belief = udfs.BREAKEVEN_BELIEF(**CASES, coverage=0.5, fee=0.02, rate=0.1).belief
    rows = udfs.SUPPORT_SPLIT(**{**CASES, "probability": belief}, coverage=0.5, fee=0.02, rate=0.1)
    assert rows[1][4] == pytest.approx(0, abs=1e-9)


def test_too_much_support_and_a_hopeless_project_are_refused() -> None:
    assert "capex" in refused("#NUM!", udfs.SUPPORT_SPLIT, 100, 80, 160, 30, 0.5, 30)
    assert "success_value" in refused("#N/A", udfs.BREAKEVEN_BELIEF, 100, 60, 90, 30, 0.5)
