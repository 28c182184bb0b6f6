"""Public cost: subsidy of guarantees and loans against cash flows default by default, the grant in
a soft loan, traps.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs import subsidy
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few

shares = st.floats(0, 1)
risks = st.floats(0.001, 0.3)
repayments = st.sampled_from(["annuity", "equal", "bullet"])


# Guarantees ---------------------------------------------------------------------------------------

BALANCES = [1000, 750, 500, 250, 0]


def test_the_rate_is_over_the_whole_loan_and_a_high_fee_saves_money() -> None:
    cost = udfs.CREDIT_SUBSIDY(0.0425, BALANCES, 0.03, 0.6, 0.5)
    assert cost.rate == pytest.approx(cost.subsidy / 1000)
    assert udfs.CREDIT_SUBSIDY(0.0425, BALANCES, 0.01, 0.2, 0.5, 0.03).subsidy < 0


@few
@given(shares, risks, risks)
def test_a_guarantee_costs_in_proportion_to_its_coverage(
    coverage: float, pd: float, lgd: float
) -> None:
    whole, part = (udfs.CREDIT_SUBSIDY(0.04, BALANCES, pd, lgd, c).subsidy for c in (1.0, coverage))
    assert part == pytest.approx(coverage * whole, abs=1e-9)


def test_a_path_of_one_probability_is_that_probability() -> None:
    assert udfs.CREDIT_SUBSIDY(0.04, BALANCES, [0.03] * 4, 0.6, 0.8) == pytest.approx(
        udfs.CREDIT_SUBSIDY(0.04, BALANCES, 0.03, 0.6, 0.8)
    )
    assert "pd" in refused("#VALUE!", udfs.CREDIT_SUBSIDY, 0.04, BALANCES, [0.03] * 5, 0.6, 0.8)


def claims_recoveries_fees(rate, balances, pds, lgd, coverage, fee, upfront, lag):
    """The guarantor's cash in present value, weighing every year in which default may come with its
    probability.
    """
    claims, recoveries, fees, probability = 0.0, 0.0, upfront * coverage * balances[0], 1.0
    for t, pd in enumerate(pds):
        at_year_end = (1 + rate) ** -(t + 1)
        fees += (
            probability * fee * coverage * balances[t] * at_year_end
        )  # the balance performing at the year's start
        claims += probability * pd * coverage * balances[t] * at_year_end
        recoveries += (
            probability * pd * coverage * balances[t] * (1 - lgd) * (1 + rate) ** -(t + 1 + lag)
        )
        probability *= 1 - pd
    return claims, recoveries, fees


@few
@given(
    st.floats(0, 0.1),
    st.lists(risks, min_size=1, max_size=12),
    shares,
    shares,
    st.floats(0, 0.05),
    st.floats(0, 0.05),
    st.floats(0, 5),
)
def test_a_guarantee_costs_what_each_default_costs(
    rate, pds, lgd, coverage, fee, upfront, lag
) -> None:
    balances = np.linspace(1000, 0, len(pds) + 1)
    mine = udfs.CREDIT_SUBSIDY(rate, balances, pds, lgd, coverage, fee, upfront, lag)
    theirs = claims_recoveries_fees(rate, balances, pds, lgd, coverage, fee, upfront, lag)
    assert mine[:3] == pytest.approx(theirs, abs=1e-9)
    assert mine.subsidy == pytest.approx(theirs[0] - theirs[1] - theirs[2], abs=1e-9)


def test_without_default_only_the_fees_remain() -> None:
    for risk in ((0, 0.6), (0.03, 0)):
        cost = udfs.CREDIT_SUBSIDY(0.04, BALANCES, *risk, 0.8, 0.01)
        assert cost.subsidy == pytest.approx(-cost.pv_fees)
        assert cost.subsidy < 0


def test_a_row_counts_as_a_column_and_a_blank_closing_balance_as_nothing() -> None:
    call = FUNCTIONS["CREDIT_SUBSIDY"].from_cells
    column = call([0.04, [[float(balance)] for balance in BALANCES], 0.03, 0.6, 0.8])
    assert call([0.04, [[*map(float, BALANCES[:-1]), None]], 0.03, 0.6, 0.8]) == column
    assert call([0.04, [[100.0], ["n/a"]], 0.03, 0.6, 0.8]).code == "#VALUE!"


def test_a_guarantee_without_a_loan_is_refused() -> None:
    assert "balances" in refused("#VALUE!", udfs.CREDIT_SUBSIDY, 0.04, [1000], 0.03, 0.6, 0.8)
    assert "balances" in refused("#NUM!", udfs.CREDIT_SUBSIDY, 0.04, [0, 0], 0.03, 0.6, 0.8)
    assert "coverage" in refused("#NUM!", udfs.CREDIT_SUBSIDY, 0.04, BALANCES, 0.03, 0.6, 80)


# Loans -------------------------------------------------------------------------------------------


@few
@given(st.floats(0.0, 0.15), st.integers(1, 30), repayments)
def test_a_loan_at_the_treasury_rate_without_default_costs_nothing(
    rate: float, nper: int, method: str
) -> None:
    assert udfs.LOAN_SUBSIDY(1000, rate, nper, rate, method=method).cost == pytest.approx(
        0, abs=1e-8
    )


def test_without_a_market_rate_the_benefit_is_blank() -> None:
    assert FUNCTIONS["LOAN_SUBSIDY"].from_cells([1000.0, 0.02, 7.0, 0.0425])[2:] == [[None], [None]]


@few
@given(st.floats(0, 0.1), st.integers(1, 15), risks, shares, repayments)
def test_a_loan_costs_what_each_default_costs(loan_rate, nper, pd, lgd, method) -> None:
    treasury = 0.0425
    rows = udfs.LOAN_SCHEDULE(1000, loan_rate, nper, method)
    received, probability = 0.0, 1.0
    for t in range(nper):
        received += (
            probability
            * ((1 - pd) * rows[t, 4] + pd * (1 - lgd) * rows[t, 1])
            / (1 + treasury) ** (t + 1)
        )
        probability *= 1 - pd
    cost = udfs.LOAN_SUBSIDY(1000, loan_rate, nper, treasury, None, pd, lgd, method)
    assert cost.cost == pytest.approx(1000 - received, abs=1e-9)
    assert cost.cost_rate == pytest.approx(cost.cost / 1000)


def test_the_market_rate_counts_for_the_borrower_and_never_for_the_budget() -> None:
    cheap, dear = (
        udfs.LOAN_SUBSIDY(1000, 0.02, 7, 0.0425, market, 0.01, 0.5) for market in (0.05, 0.12)
    )
    assert cheap.cost == dear.cost
    assert cheap.benefit < dear.benefit
    same = udfs.LOAN_SUBSIDY(1000, 0.02, 7, 0.0425, 0.0425)
    assert same.benefit == pytest.approx(same.cost)


def test_kernels_over_scenarios_are_the_functions_one_by_one() -> None:
    rng = np.random.default_rng(6)
    rate, lgd, coverage = (rng.uniform(0, high, 4) for high in (0.1, 1, 1))
    opening, pd = np.sort(rng.uniform(1, 100, (4, 6)))[:, ::-1], rng.uniform(0, 0.1, (4, 6))
    one_by_one = [
        udfs.CREDIT_SUBSIDY(rate[s], [*opening[s], 0], pd[s], lgd[s], coverage[s], 0.01, 0.02, 1.5)[
            :4
        ]
        for s in range(4)
    ]
    all_at_once = np.stack(
        subsidy.guarantee_subsidy(rate, opening, pd, lgd, coverage, 0.01, 0.02, 1.5), axis=-1
    )
    np.testing.assert_allclose(all_at_once, one_by_one, rtol=1e-11)


# Grants ------------------------------------------------------------------------------------------


def dac_grant_element(
    maturity: float, grace: float, per_year: int, loan_rate: float, discount_rate: float
) -> float:
    """The OECD Development Assistance Committee's closed form for equal repayments of principal."""
    d = (1 + discount_rate) ** (1 / per_year) - 1
    interval, repaid = grace - 1 / per_year, per_year * (maturity - grace + 1 / per_year)
    first, span = (1 + d) ** (per_year * interval), (1 + d) ** repaid
    zg = loan_rate * (1 - 1 / first) / (per_year * d)
    zm = (1 - 1 / span) / (repaid * first * d)
    zx = loan_rate / (per_year * repaid) / first * (1 / span - 1 + d * repaid) / d**2
    return 1 - zg - zm - zx


@few
@given(
    st.integers(1, 30),
    st.integers(1, 10),
    st.sampled_from([1, 2, 4]),
    st.floats(0, 0.1),
    st.floats(0.01, 0.15),
)
def test_the_grant_element_is_that_of_the_dac(
    years, grace, per_year, loan_rate, discount_rate
) -> None:
    maturity, grace = years, min(grace, years)
    mine = udfs.GRANT_EQUIVALENT(maturity, grace, per_year, loan_rate, discount_rate)
    assert mine == pytest.approx(
        dac_grant_element(maturity, grace, per_year, loan_rate, discount_rate), abs=1e-9
    )


def test_payment_periods_are_whole_and_no_grace_is_one_period() -> None:
    assert "grace" in refused("#NUM!", udfs.GRANT_EQUIVALENT, 10, 1.3, 2, 0.02, 0.1)
    assert udfs.GRANT_EQUIVALENT(10, 0, 2, 0.02, 0.1) == udfs.GRANT_EQUIVALENT(
        10, 0.5, 2, 0.02, 0.1
    )


def test_a_loan_at_the_discount_rate_is_no_grant() -> None:
    assert udfs.GRANT_EQUIVALENT(10, 1, 1, 0.1, 0.1) == pytest.approx(0)
    assert "grace" in refused("#NUM!", udfs.GRANT_EQUIVALENT, 5, 6, 2, 0.02, 0.1)


def test_the_kernels_agree_with_the_public_cost_of_a_whole_deal() -> None:
    deal = deals.read(
        {
            **dict(EXAMPLE),
            "coverage": 0.6,
            "guarantee_fee": 0.01,
            "government_loan_share": 0.2,
            "sale_months": 18,
        }
    )
    r = deals.evaluate(deal)
    bank = 0.8 * r.opening
    *_, cost = subsidy.guarantee_subsidy(
        deal.treasury_rate, bank, r.pd_counted, r.lgd_by_year, deal.coverage, deal.guarantee_fee
    )
    np.testing.assert_allclose(cost, r.guarantee_cost[:, 0], rtol=1e-9)
    lent = 0.2 * r.opening
    rows = lent, lent * deal.government_loan_rate, 0.2 * (r.principal + r.balloon_paid)
    mine = subsidy.loan_cost(deal.treasury_rate, *rows, r.pd_counted, r.lgd_by_year)
    np.testing.assert_allclose(mine, r.loan_cost[:, 0], rtol=1e-9)
