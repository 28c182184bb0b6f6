"""Credit support: rates, spreads, guarantees, loss, recovery, capital. Oracles: QuantLib 1.34 or
newer, scipy, sums over defaults.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from bankable import udfs
from bankable.udfs import credit
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few

shares = st.floats(0, 1)
risks = st.floats(0.001, 0.3)
methods = st.sampled_from(["bullet", "annuity", "equal"])


# Rates and spreads -------------------------------------------------------------------------------


@few
@given(risks, risks, shares)
def test_at_no_coverage_neither_fee_nor_guaranteed_spread_is_paid_and_at_full_coverage_no_risk(
    pd: float, lgd: float, fee: float
) -> None:
    fee = fee / 10
    assert udfs.GUARANTEE_RATE(0.04, pd, lgd, 0, 0.01, fee, 0.02) == pytest.approx(
        0.04 + pd * lgd + 0.02
    )
    assert udfs.GUARANTEE_RATE(0.04, pd, lgd, 1, 0.01, fee, 0.02) == pytest.approx(0.05 + fee)


def test_more_coverage_raises_the_rate_where_the_guarantee_costs_more_than_it_saves() -> None:
    rates = [udfs.GUARANTEE_RATE(0.045, 0.03, 0.6, c, 0.005, 0.018) for c in (0, 0.5, 1)]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


@few
@given(
    risks,
    risks,
    shares,
    st.integers(1, 30),
    st.sampled_from(["bullet", "annuity", "equal"]),
    st.booleans(),
)
def test_the_closed_form_prices_the_loan_at_what_was_lent(
    pd, lgd, coverage, nper, method, cover_interest
) -> None:
    base = 0.045
    spread = udfs.BREAKEVEN_SPREAD(
        base, pd, lgd, coverage, nper, method, cover_interest=cover_interest
    )
    rows = udfs.LOAN_SCHEDULE(1, base + spread, nper, method)
    recovered = 1 - (1 - coverage) * lgd
    claim = rows[:, 1] * (1 + (base + spread if cover_interest else 0))
    survived = (1 - pd) ** np.arange(nper)
    worth = np.sum(
        (1 + base) ** -np.arange(1.0, nper + 1)
        * survived
        * ((1 - pd) * rows[:, 4] + pd * recovered * claim)
    )
    assert worth == pytest.approx(1, abs=1e-10)


@few
@given(risks, risks, shares)
def test_a_break_even_spread_exceeds_the_naive_product(
    pd: float, lgd: float, coverage: float
) -> None:
    assert udfs.BREAKEVEN_SPREAD(0.04, pd, lgd, coverage) > pd * lgd * (1 - coverage)


def test_a_fee_at_the_start_lowers_the_spread_and_no_risk_needs_none() -> None:
    assert udfs.BREAKEVEN_SPREAD(0.04, 0.02, 0.5, 0, 5, "equal", 0.01) < udfs.BREAKEVEN_SPREAD(
        0.04, 0.02, 0.5, 0, 5, "equal"
    )
    assert udfs.BREAKEVEN_SPREAD(0.04, 0, 0) == 0
    assert "pd" in refused("#NUM!", udfs.BREAKEVEN_SPREAD, 0.04, 1, 0.5)


@few
@given(
    st.floats(20, 300),
    st.floats(20, 300),
    st.floats(-0.02, 0.15),
    st.floats(0.1, 20),
    st.floats(0.02, 0.8),
)
def test_a_guarantee_is_the_put_of_quantlib(
    assets: float, face: float, rate: float, years: float, vol: float
) -> None:
    discount, sd = math.exp(-rate * years), vol * math.sqrt(years)
    put = ql.blackFormula(ql.Option.Put, face, assets / discount, sd, discount)
    mine = udfs.MERTON_GUARANTEE(assets, face, rate, years, vol)
    assert mine.value == pytest.approx(put, abs=1e-9 * face)
    assert mine.debt_value == pytest.approx(face * discount - put, abs=1e-9 * face)


def test_without_volatility_a_guarantee_is_worth_what_is_missing() -> None:
    assert udfs.MERTON_GUARANTEE(80, 100, 0.0, 2, 0).value == pytest.approx(20)
    assert udfs.MERTON_GUARANTEE(120, 100, 0.0, 2, 0, 0.5).value == 0
    assert udfs.MERTON_GUARANTEE(100, 100, 0.0, 2, 0)[:2] == (0, 0)  # what is owed can just be paid


@few
@given(risks, risks, shares, shares)
def test_cover_lowers_the_spread_and_so_does_cover_of_interest(
    pd: float, lgd: float, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    spread = [udfs.BREAKEVEN_SPREAD(0.04, pd, lgd, c) for c in (less, more)]
    assert spread[1] <= spread[0]
    assert udfs.BREAKEVEN_SPREAD(0.04, pd, lgd, less, cover_interest=True) <= spread[0] + 1e-15


def lender_receives(
    base: float, spread: float, pd: float, lost: float, nper: int, method: str, cover_interest: bool
) -> float:
    """Present value of what the lender gets, weighing every year in which default may come with its
    probability.
    """
    rows = udfs.LOAN_SCHEDULE(1, base + spread, nper, method)
    worth, probability = 0.0, 1.0
    for t in range(nper + 1):
        paid = sum(rows[k, 4] / (1 + base) ** (k + 1) for k in range(t))
        if t == nper:
            return worth + probability * paid
        claim = rows[t, 1] + (rows[t, 2] if cover_interest else 0.0)
        worth += probability * pd * (paid + (1 - lost) * claim / (1 + base) ** (t + 1))
        probability *= 1 - pd
    raise AssertionError


@few
@given(risks, risks, shares, st.integers(1, 20), methods, st.floats(0, 0.1), st.booleans())
def test_a_spread_with_a_fee_makes_up_for_every_default(
    pd, lgd, coverage, nper, method, fee, cover_interest
) -> None:
    spread = udfs.BREAKEVEN_SPREAD(0.045, pd, lgd, coverage, nper, method, fee, cover_interest)
    assert lender_receives(
        0.045, spread, pd, (1 - coverage) * lgd, nper, method, cover_interest
    ) + fee == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("method", ["bullet", "annuity", "equal"])
def test_the_spread_has_no_step_where_the_fee_begins_and_no_ceiling(method: str) -> None:
    none, little = (
        udfs.BREAKEVEN_SPREAD(0.04, 0.999, 0.9, 0, 30, method, fee) for fee in (0, 1e-15)
    )
    assert none > 900
    assert little == pytest.approx(none)


def test_certain_default_is_refused_even_where_nothing_is_lost() -> None:
    assert "pd" in refused("#NUM!", udfs.BREAKEVEN_SPREAD, 0.04, 1, 0, cover_interest=True)
    assert "upfront_fee" in refused(
        "#N/A", udfs.BREAKEVEN_SPREAD, 0.04, 0.01, 0.5, 0, 1, "bullet", 1
    )


@few
@given(shares, st.floats(60, 200))
def test_cover_is_pro_rata_and_the_spread_is_that_of_the_whole_debt(
    coverage: float, assets: float
) -> None:
    whole, part = (udfs.MERTON_GUARANTEE(assets, 100, 0.04, 5, 0.3, c) for c in (1, coverage))
    assert part.value == pytest.approx(coverage * whole.value)
    assert part[1:] == whole[1:]
    assert whole.debt_value == pytest.approx(100 * math.exp(-(0.04 + whole.spread) * 5))
    assert whole.default_probability == pytest.approx(
        norm.sf((math.log(assets / 100) + (0.04 - 0.045) * 5) / (0.3 * math.sqrt(5)))
    )


@few
@given(
    st.floats(0.01, 1e6),
    st.floats(0.01, 1e6),
    st.floats(-0.3, 0.5),
    st.floats(1e-6, 100),
    st.floats(0, 2),
)
def test_no_debt_is_safer_than_the_riskless(
    assets: float, face: float, rate: float, years: float, vol: float
) -> None:
    value, _, debt, spread = udfs.MERTON_GUARANTEE(assets, face, rate, years, vol)
    assert value >= 0
    assert math.isnan(spread) if debt == 0 else spread >= 0


def test_a_spread_close_to_zero_keeps_its_digits() -> None:
    """-ln(1 - x) is x for a small x: here the put of QuantLib, over the face and the time."""
    put = ql.blackFormula(ql.Option.Put, 100, 115, 0.5 * math.sqrt(0.001), 1.0)
    assert udfs.MERTON_GUARANTEE(115, 100, 0.0, 0.001, 0.5).spread == pytest.approx(
        put / 100 / 0.001, rel=1e-6, abs=0
    )


def test_the_guarantee_of_worthless_debt_is_worth_the_debt_and_has_no_spread() -> None:
    value, chance, debt, spread = udfs.MERTON_GUARANTEE(0, 100, 0.04, 5, 0.25)
    assert (value, chance, debt) == pytest.approx((100 * math.exp(-0.2), 1, 0))
    assert math.isnan(spread)
    assert FUNCTIONS["MERTON_GUARANTEE"].from_cells([0.0, 100.0, 0.04, 5.0, 0.25])[3] == [None]
    nearly = udfs.MERTON_GUARANTEE(1e-8, 100, 0.04, 5, 0.25)
    assert nearly.debt_value == pytest.approx(1e-8, abs=0)  # no digits lost
    assert nearly.spread == pytest.approx(math.log(100 / 1e-8) / 5 - 0.04)
    assert "debt_face" in refused("#NUM!", udfs.MERTON_GUARANTEE, 100, 0, 0.04, 5, 0.25)


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
    assert udfs.BASEL_CAPITAL(0.01, 0.45, 2.5).risk_weight == pytest.approx(
        0.9232, abs=5e-5
    )  # Basel CRE99


def test_a_fee_is_charged_on_the_guaranteed_part_by_the_whole_loan() -> None:
    fee = udfs.GUARANTEE_FEE(
        2_000_000, 0.75, [150_000, 700_000], [0.02, 0.03, 0.035], 1_000_000, 0.0375
    )
    assert fee == pytest.approx((1_500_000, 1_000_000 * 0.035 + 500_000 * 0.0375))
    below = udfs.GUARANTEE_FEE(
        600_000, 0.75, [150_000, 700_000], [0.02, 0.03, 0.035], 400_000, 0.0375
    )
    assert below.fee == pytest.approx(0.03 * 450_000)  # top_rate is for the last tier alone
    assert "rates" in refused("#VALUE!", udfs.GUARANTEE_FEE, 100, 0.5, [50], [0.01])


def test_an_upfront_fee_is_not_divided_by_the_years() -> None:
    balances = [100, 75, 50, 25]
    assert udfs.FEE_TO_ANNUAL(0.02, balances, 0.05) > 0.02 / 4
    assert udfs.FEE_TO_ANNUAL(0.02, [100], 0) == pytest.approx(0.02)


def test_a_lifetime_by_hand() -> None:
    by_hand = 0.6 * (0.02 * 100 / 1.05 + 0.98 * 0.03 * 50 / 1.05**2)
    assert udfs.EXPECTED_LOSS([0.02, 0.03], 0.6, [100, 50], None, 0.05) == pytest.approx(by_hand)
    assert udfs.EXPECTED_LOSS([0.02, 0.03], 0.6, [100, 50], 1, 0.05) == pytest.approx(
        0.6 * 0.02 * 100 / 1.05
    )
    assert udfs.EXPECTED_LOSS(0, 0.6, [100, 50]) == udfs.EXPECTED_LOSS(0.02, 0, [100, 50]) == 0


def test_rows_and_columns_count_alike_and_ranges_that_do_not_fit_are_named() -> None:
    loss, recovery = FUNCTIONS["EXPECTED_LOSS"], FUNCTIONS["RECOVERY"]
    assert loss.from_cells([0.02, 0.6, [[100.0, 75.0]]]) == loss.from_cells(
        [0.02, 0.6, [[100.0], [75.0]]]
    )
    assert recovery.from_cells([[[60.0, 80.0]], [[0.8], [0.5]], 150.0]) == recovery.from_cells(
        [[[60.0], [80.0]], [[0.8], [0.5]], 150.0]
    )
    sentence = refused("#VALUE!", udfs.EXPECTED_LOSS, [0.02] * 2, 0.6, [100] * 3)
    assert "pd" in sentence
    assert "ead" in sentence
    sentence = refused("#VALUE!", udfs.RECOVERY, [60, 60, 80], [0.8, 0.9], 150)
    assert "values" in sentence
    assert "redeployment" in sentence
    assert "years" in refused("#VALUE!", udfs.EXPECTED_LOSS, 0.02, 0.6, [100, 75], 3)


def test_a_blank_part_is_worth_nothing_but_a_blank_exposure_is_refused() -> None:
    assert FUNCTIONS["RECOVERY"].from_cells([[[60.0], [None]], [[0.5], [0.9]], 100.0]) == [
        [0.3],
        [0.7],
    ]
    assert (
        "ead, cell 2"
        in FUNCTIONS["EXPECTED_LOSS"].from_cells([0.02, 0.6, [[100.0], [None]]]).sentence
    )
    assert "did you mean" in refused("#NUM!", udfs.GUARANTEE_RATE, 7, 0.03, 0.6, 0.8)


def test_selling_costs_money_and_time() -> None:
    assert udfs.RECOVERY([100], [0.5], 100, 0.1).recovery == pytest.approx(0.45)
    assert udfs.RECOVERY([100], [0.5], 100, 0, 6, 0.21).recovery == pytest.approx(
        0.5 / 1.1
    )  # an effective yearly rate


def test_a_tier_is_found_by_the_whole_loan_its_limit_included() -> None:
    limits, rates = [150_000, 700_000], [0.02, 0.03, 0.035]
    assert udfs.GUARANTEE_FEE(150_000, 0.85, limits, rates).fee == pytest.approx(
        0.02 * 0.85 * 150_000
    )
    assert udfs.GUARANTEE_FEE(190_000, 0.75, limits, rates).fee == pytest.approx(
        0.03 * 0.75 * 190_000
    )  # guaranteed: 142,500
    assert "limits" in refused("#NUM!", udfs.GUARANTEE_FEE, 100, 0.5, [70, 50], [0.01, 0.02, 0.03])
    assert "limits" in refused("#NUM!", udfs.GUARANTEE_FEE, 100, 0.5, [50, 50], [0.01, 0.02, 0.03])
    assert "top_rate" in refused("#VALUE!", udfs.GUARANTEE_FEE, 100, 0.5, [50], [0.01, 0.02], 40)


@few
@given(st.lists(st.floats(1, 100), min_size=1, max_size=30), st.floats(0, 0.2))
def test_a_fee_a_year_is_worth_the_fee_at_the_start(balances: list[float], rate: float) -> None:
    yearly = udfs.FEE_TO_ANNUAL(0.02, balances, rate)
    paid = udfs.PROJECT_NPV(rate, [0, *(yearly * balance for balance in balances)])
    assert paid == pytest.approx(0.02 * balances[0])


def test_a_fee_on_nothing_is_refused() -> None:
    assert "balances" in refused("#NUM!", udfs.FEE_TO_ANNUAL, 0.02, [0, 10], 0.05)


@few
@given(st.floats(0.0005, 0.3), shares, st.floats(1, 5))
def test_capital_is_the_loss_of_one_year_in_a_thousand_beyond_the_expected(
    pd: float, lgd: float, maturity: float
) -> None:
    mine = udfs.BASEL_CAPITAL(pd, lgd, maturity)
    root = math.sqrt(mine.correlation)
    worst = norm.cdf((norm.ppf(pd) + root * norm.ppf(0.999)) / math.sqrt(1 - mine.correlation))
    at_one_year = lgd * (worst - pd)  # CRE31: no adjustment at 1 year, where (M - 2.5) b = -1.5 b
    assert udfs.BASEL_CAPITAL(pd, lgd, 1).capital == pytest.approx(at_one_year, rel=1e-9)
    assert mine.capital >= at_one_year * (1 - 1e-12)
    assert 0.12 <= mine.correlation <= 0.24


# Kernels over scenarios --------------------------------------------------------------------------


def test_kernels_over_scenarios_are_the_functions_one_by_one() -> None:
    rng = np.random.default_rng(5)
    pd, opening, lgd, rate = (
        rng.uniform(0, 0.1, (4, 6)),
        rng.uniform(1, 100, (4, 6)),
        rng.uniform(0, 1, 4),
        rng.uniform(0, 0.1, 4),
    )
    one_by_one = [udfs.EXPECTED_LOSS(pd[s], lgd[s], opening[s], None, rate[s]) for s in range(4)]
    np.testing.assert_allclose(credit.expected_loss(pd, lgd, opening, rate), one_by_one, rtol=1e-12)
    values, share, debt = (
        rng.uniform(1, 50, (4, 3)),
        rng.uniform(0, 1, (4, 3)),
        rng.uniform(20, 90, 4),
    )
    one_by_one = [
        udfs.RECOVERY(values[s], share[s], debt[s], 0.05, 12, rate[s]).recovery for s in range(4)
    ]
    np.testing.assert_allclose(
        credit.recovery_rate(values, share, debt, 0.05, 12, rate), one_by_one, rtol=1e-12
    )
    one_by_one = [
        udfs.GUARANTEE_RATE(0.04, pd[s, 0], lgd[s], share[s, 0], 0.01, 0.02, 0.03) for s in range(4)
    ]
    np.testing.assert_allclose(
        credit.all_in_rate(0.04, pd[:, 0], lgd, share[:, 0], 0.01, 0.02, 0.03),
        one_by_one,
        rtol=1e-12,
    )
