"""Break-evens: each answer put back into the function it inverts, rounding to the safe side, and
what is out of reach.
"""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few, rates


@few
@given(st.floats(50, 500), rates, st.floats(10, 100), st.floats(1.0, 2.0))
def test_a_term_meets_its_target_and_a_year_less_does_not(
    debt: float, rate: float, cfads: float, target: float
) -> None:
    if cfads / target <= debt * rate * 1.01:
        return
    years = int(udfs.MIN_OFFTAKE_TERM(debt, rate, cfads, target).years)
    assert udfs.DEBT_CAPACITY(rate, [cfads] * years, target) >= debt * (1 - 1e-7)
    assert years == 1 or udfs.DEBT_CAPACITY(rate, [cfads] * (years - 1), target) < debt * (1 + 1e-7)
    assert udfs.MIN_OFFTAKE_TERM(debt, rate, [cfads] * (years + 2), target).years == years


def test_a_renewal_found_gives_its_share_back() -> None:
    renewal = udfs.BREAKEVEN_RENEWAL(0.07, 12, 0.8, 2)
    share = udfs.OFFTAKE_NPV(0.07, 12, 1, 1, renewal=renewal, firm_years=2) / udfs.OFFTAKE_NPV(
        0.07, 12, 1, 1
    )
    assert share == pytest.approx(0.8, abs=1e-11)


def test_break_evens_out_of_reach_say_so() -> None:
    assert "firm years" in refused("#N/A", udfs.BREAKEVEN_RENEWAL, 0.07, 10, 0.05, 5)
    assert "target_rate" in refused(
        "#N/A", udfs.BREAKEVEN_COVERAGE, 0.059, 0.045, 0.03, 0.6, 0.005, 0.01
    )
    assert "interest" in refused("#N/A", udfs.MIN_OFFTAKE_TERM, 200, 0.065, 17.3745, 1.35)


def test_a_tariff_passes_through_in_part_and_never_falls_below_zero() -> None:
    assert udfs.BREAKEVEN_TARIFF(6, 5, 0.5) == pytest.approx(0.4)
    assert udfs.BREAKEVEN_TARIFF(4, 5) == 0


def test_a_price_for_a_path_is_a_path() -> None:
    np.testing.assert_allclose(udfs.BREAKEVEN_PRICE(1.4, [18, 20], 10, [40, 41]), [6.52, 6.9])


def test_the_term_before_rounding_is_that_of_nper() -> None:
    assert udfs.MIN_OFFTAKE_TERM(200, 0.065, 28, 1.35).exact_years == pytest.approx(
        npf.nper(0.065, -28 / 1.35, 200)
    )
    assert udfs.MIN_OFFTAKE_TERM(100, 0, 30, 1.5)[:2] == (
        5,
        5,
    )  # a term that comes out whole is not rounded up


def test_a_term_found_on_a_path_skips_years_without_cash() -> None:
    assert udfs.MIN_OFFTAKE_TERM(50, 0, [30, 0, -5, 30], 1.0).years == 4
    assert "no term" in refused("#N/A", udfs.MIN_OFFTAKE_TERM, 100, 0.05, [30, 30], 1.2)
    assert "interest" in refused("#N/A", udfs.MIN_OFFTAKE_TERM, 100, 0.05, -30, 1.2)
    assert "debt" in refused("#NUM!", udfs.MIN_OFFTAKE_TERM, 0, 0.05, 30, 1.2)


@few
@given(
    st.floats(0, 0.1),
    st.floats(0.001, 0.2),
    st.floats(0.05, 1),
    st.floats(0, 0.02),
    st.floats(0, 0.05),
    st.floats(0.001, 0.999),
)
def test_the_coverage_found_gives_the_target_rate_back(
    base, pd, lgd, cost, margin, coverage
) -> None:
    if pd * lgd + margin - cost < 1e-4:
        return
    target = base + (1 - coverage) * (pd * lgd + margin) + coverage * cost
    found = udfs.BREAKEVEN_COVERAGE(target, base, pd, lgd, cost / 2, cost / 2, margin)
    assert found == pytest.approx(coverage, abs=1e-9)


def test_no_coverage_is_needed_where_the_rate_is_low_enough() -> None:
    assert udfs.BREAKEVEN_COVERAGE(0.10, 0.045, 0.03, 0.6) == 0
    assert "raises the rate" in refused(
        "#N/A", udfs.BREAKEVEN_COVERAGE, 0.062, 0.045, 0.03, 0.6, 0.005, 0.018
    )


@few
@given(st.floats(-0.1, 0.3), st.integers(2, 40), st.integers(1, 5), st.floats(0.01, 0.99))
def test_a_renewal_is_found_again(rate: float, years: int, firm: int, renewal: float) -> None:
    if firm >= years:
        return
    share = udfs.OFFTAKE_NPV(
        rate, years, 1, 1, renewal=renewal, firm_years=firm
    ) / udfs.OFFTAKE_NPV(rate, years, 1, 1)
    assert udfs.BREAKEVEN_RENEWAL(rate, years, share, firm) == pytest.approx(renewal, abs=1e-7)


def test_a_renewal_at_the_ends_of_its_range() -> None:
    assert udfs.BREAKEVEN_RENEWAL(0.07, 10, 1.0, 1) == 1
    assert udfs.BREAKEVEN_RENEWAL(0, 10, 0.3, 3) == 0  # the firm years are the share
    assert udfs.BREAKEVEN_RENEWAL(0.07, 3, 1.0, 5) == 0  # nothing hangs on a renewal
    assert udfs.BREAKEVEN_RENEWAL(0, 2, 0.45, 0) == pytest.approx(
        (-1 + np.sqrt(1 + 4 * 0.9)) / 2
    )  # q + q^2 = 0.9


@few
@given(st.floats(1, 3), st.floats(0, 100), st.floats(1, 100), st.floats(0, 100), st.floats(0, 0.5))
def test_the_price_found_gives_the_target_dscr_back(target, service, volume, opex, tax) -> None:
    price = udfs.BREAKEVEN_PRICE(target, service, volume, opex, tax)[0]
    assert (price * volume - opex) * (1 - tax) == pytest.approx(target * service, abs=1e-9)


def test_a_price_runs_along_a_row_or_down_a_column() -> None:
    cell = FUNCTIONS["BREAKEVEN_PRICE"].from_cells
    assert cell([1.4, [[18.0, 20.0]], 10.0, 40.0]) == [pytest.approx([6.52, 6.8])]
    assert cell([1.4, [[18.0], [20.0]], 10.0, 40.0]) == [
        [pytest.approx(6.52)],
        [pytest.approx(6.8)],
    ]
    assert cell([1.4, [[18.0, 20.0]], [[10.0], [10.0], [10.0]], 40.0]).code == "#VALUE!"
    assert cell([1.4, 18.0, 0.0, 40.0]).code == "#NUM!"


def test_a_tariff_that_lifts_nothing_is_refused() -> None:
    assert "pass_through" in refused("#N/A", udfs.BREAKEVEN_TARIFF, 6, 5, 0)
    assert "world_price" in refused("#NUM!", udfs.BREAKEVEN_TARIFF, 6, 0)
    assert udfs.BREAKEVEN_TARIFF(4, 5, 0) == 0
