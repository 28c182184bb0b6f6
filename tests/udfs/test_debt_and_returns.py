"""Ratios, schedules, capacity, returns, break-evens and the root finder: identities, oracles, traps of the trade.

Oracles: pyxirr 0.10, numpy-financial 1.0, scipy 1.12 or newer.
"""

from __future__ import annotations

import math

import numpy as np
import numpy_financial as npf
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import udfs
from udfs import irr, roots
from udfs.cells import CellError
from udfs.registry import FUNCTIONS

few = settings(max_examples=50, deadline=None)
rates = st.just(0.0) | st.floats(1e-6, 0.25)
flows = st.lists(st.floats(1.0, 500.0), min_size=2, max_size=30)


def refused(code: str, function, *args, **kwargs) -> str:
    with pytest.raises(CellError) as error:
        function(*args, **kwargs)
    assert error.value.code == code
    return error.value.sentence


# The root finder -------------------------------------------------------------------------------


def test_roots_agree_with_scipy_on_many_lanes_at_once() -> None:
    shifts = np.linspace(0.1, 50, 40)
    found = roots.bracketed(lambda x, lanes: x**3 - shifts[lanes], np.zeros(40), np.full(40, 10.0))
    expected = [optimize.brentq(lambda x, s=s: x**3 - s, 0, 10, xtol=1e-14) for s in shifts]
    assert found.converged.all()
    np.testing.assert_allclose(found.root, expected, atol=1e-12)


def test_a_lane_without_change_of_sign_is_reported_not_guessed() -> None:
    found = roots.bracketed(lambda x, lanes: np.where(lanes == 0, x - 1, x**2 + 1), 0.0 * np.ones(2), 2.0 * np.ones(2))
    assert found.status.tolist() == [roots.CONVERGED, roots.NO_SIGN_CHANGE]
    assert math.isnan(found.root[1])


def test_a_function_that_is_not_finite_is_reported() -> None:
    assert roots.bracketed(lambda x, _: np.full_like(x, np.nan), 0.0, 1.0).status.tolist() == [roots.NOT_FINITE]


def test_a_root_at_an_end_is_found() -> None:
    assert roots.bracketed(lambda x, _: x, 0.0, 1.0).root[0] == 0.0


# Ratios ----------------------------------------------------------------------------------------


def test_years_without_debt_service_pull_neither_minimum_nor_average() -> None:
    assert udfs.DSCR_MIN([100, 26, 100], [0, 20, 0]) == pytest.approx(1.3)
    assert udfs.DSCR_AVG([100, 26, 100], [0, 20, 0]) == pytest.approx(1.3)


def test_negative_cash_flow_gives_a_negative_ratio() -> None:
    assert udfs.DSCR_PATH([-10], [20])[0] == -0.5


def test_a_blank_cash_flow_is_no_period_and_a_zero_is_one() -> None:
    cell = FUNCTIONS["DSCR_PATH"].from_cells
    assert cell([[[24.0], [None], [0.0]], [[20.0], [20.0], [20.0]]]) == [[1.2], [None], [0.0]]


def test_a_row_gives_a_row() -> None:
    assert FUNCTIONS["DSCR_PATH"].from_cells([[[24.0, 26.0]], [[20.0, 20.0]]]) == [[1.2, 1.3]]


def test_no_debt_service_at_all_has_no_answer() -> None:
    assert "debt_service" in refused("#N/A", udfs.DSCR_MIN, [10, 20], [0, 0])


def test_unequal_ranges_are_refused_by_name() -> None:
    said = refused("#VALUE!", udfs.DSCR_PATH, [1, 2], [1])
    assert "cfads" in said
    assert "debt_service" in said


@few
@given(rates, flows, st.floats(1.05, 3.0))
def test_debt_sculpted_to_a_constant_dscr_has_that_llcr(rate: float, cfads: list[float], target: float) -> None:
    debt = udfs.DEBT_CAPACITY(rate, cfads, target)
    assert udfs.LLCR(rate, cfads, debt) == pytest.approx(target, rel=1e-9)
    assert udfs.PLCR(rate, cfads, debt) == pytest.approx(target, rel=1e-9)


@few
@given(rates, flows, st.floats(0.001, 1000))
def test_ratios_do_not_change_with_the_unit_of_money(rate: float, cfads: list[float], unit: float) -> None:
    scaled = [flow * unit for flow in cfads]
    assert udfs.LLCR(rate, scaled, 100 * unit) == pytest.approx(udfs.LLCR(rate, cfads, 100), rel=1e-9)


# Schedules and capacity --------------------------------------------------------------------------


@few
@given(rates, st.integers(1, 40), st.floats(0, 0.9), st.sampled_from([1, 2, 4, 12]))
def test_annuities_are_those_of_numpy_financial_and_end_at_zero(rate: float, nper: int, balloon: float, freq: int) -> None:
    rows = udfs.LOAN_SCHEDULE(1000, rate, nper, balloon=1000 * balloon, freq=freq)
    assert rows[0, 4] == pytest.approx(
        -npf.pmt(rate / freq, nper, 1000, -1000 * balloon) + (1000 * balloon if nper == 1 else 0), rel=1e-9, abs=1e-9
    )
    assert rows[-1, 5] == pytest.approx(0, abs=1e-7)
    np.testing.assert_allclose(rows[:, 3].sum(), 1000, rtol=1e-9)


@pytest.mark.parametrize("method", ["annuity", "equal", "bullet"])
@pytest.mark.parametrize("capitalise", [False, True])
def test_every_profile_with_grace_is_repaid_and_returns_its_rate(method: str, capitalise: bool) -> None:
    rows = udfs.LOAN_SCHEDULE(1000, 0.08, 10, method, 3, capitalise=capitalise)
    assert rows[-1, 5] == pytest.approx(0, abs=1e-9)
    assert udfs.PROJECT_IRR([-1000, *rows[:, 4]]) == pytest.approx(0.08, abs=1e-12)
    assert rows[2, 5] == pytest.approx(1000 * 1.08**3 if capitalise else 1000)


def test_a_rate_close_to_zero_meets_the_rate_of_zero() -> None:
    assert udfs.LOAN_SCHEDULE(1000, 1e-12, 10)[0, 4] == pytest.approx(udfs.LOAN_SCHEDULE(1000, 0, 10)[0, 4], rel=1e-9)


def test_a_sculpted_request_is_repaid_at_one_constant_dscr() -> None:
    cfads = [150, 160, 170, 180, 190]
    rows = udfs.LOAN_SCHEDULE(400, 0.065, 5, "sculpted", cfads=cfads)
    assert rows[-1, 5] == pytest.approx(0, abs=1e-9)
    assert np.ptp(np.array(cfads) / rows[:, 4]) < 1e-12


def test_capacity_services_exactly_its_debt() -> None:
    cfads = [30, 34, 38, 38, 36, 20, 38, 40]
    debt = udfs.DEBT_CAPACITY(0.06, cfads, 1.4, grace=2)
    rows = udfs.LOAN_SCHEDULE(debt, 0.06, 8, "sculpted", 2, cfads=cfads, target_dscr=1.4)
    assert rows[-1, 5] == pytest.approx(0, abs=1e-9)


@few
@given(rates, flows, st.floats(1.05, 2.5), st.floats(0.01, 1))
def test_more_cash_or_a_lower_target_never_carries_less(rate: float, cfads: list[float], target: float, more: float) -> None:
    base = udfs.DEBT_CAPACITY(rate, cfads, target)
    assert udfs.DEBT_CAPACITY(rate, [flow + more for flow in cfads], target) >= base
    assert udfs.DEBT_CAPACITY(rate, cfads, target + more) <= base


def test_level_debt_is_zero_where_a_year_has_no_cash() -> None:
    assert udfs.DEBT_CAPACITY(0.06, [30, 0, 30], 1.3, shape="level") == 0


def test_refusals_of_schedule_and_capacity_name_the_argument() -> None:
    assert "grace" in refused("#NUM!", udfs.LOAN_SCHEDULE, 100, 0.05, 3, grace=3)
    assert "cfads" in refused("#VALUE!", udfs.LOAN_SCHEDULE, 100, 0.05, 3, "sculpted")
    assert "tenor" in refused("#NUM!", udfs.DEBT_CAPACITY, 0.05, [10, 10], 1.3, 3)
    assert "max_gearing" in refused("#VALUE!", udfs.DEBT_CAPACITY, 0.05, [10, 10], 1.3, max_gearing=0.5)
    assert "7%" in refused("#NUM!", udfs.LOAN_SCHEDULE, 100, 7, 3)


def test_labels_head_the_columns_of_a_schedule() -> None:
    rows = FUNCTIONS["LOAN_SCHEDULE"].from_cells([100.0, 0.05, 2.0, None, None, None, None, None, None, None, True])
    assert rows[0] == ["period", "opening", "interest", "principal", "payment", "closing"]
    assert len(rows) == 3


# Returns ---------------------------------------------------------------------------------------


@few
@given(st.floats(50, 500), st.lists(st.floats(0.0, 100.0), min_size=2, max_size=40).filter(lambda f: sum(f) > 1))
def test_irr_agrees_with_pyxirr(cost: float, inflows: list[float]) -> None:
    cashflows = [-cost, *inflows]
    mine = udfs.PROJECT_IRR(cashflows)
    assert abs(pyxirr.npv(mine, cashflows)) < 1e-6 * sum(inflows) * max(1.0, (1 + mine) ** -len(inflows))
    if (theirs := pyxirr.irr(cashflows)) is not None and theirs > -0.9:
        assert mine == pytest.approx(theirs, abs=1e-9)


def test_a_batch_is_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(5)
    batch = np.column_stack([-rng.uniform(50, 150, 200), rng.uniform(-5, 25, (200, 20))])
    batch[3] = 1.0  # no change of sign
    batch[4, :3] = [-100, 230, -132]
    batch[4, 3:] = 0.0
    together = irr.irr_batch(batch)
    assert math.isnan(together[3])
    for lane in [lane for lane in range(200) if lane != 3]:
        assert together[lane] == pytest.approx(udfs.PROJECT_IRR(batch[lane]), abs=1e-11)


def test_of_two_rates_the_one_nearest_the_guess() -> None:
    assert udfs.PROJECT_IRR([-100, 230, -132], 0.05) == pytest.approx(0.10)
    assert udfs.PROJECT_IRR([-100, 230, -132], 0.30) == pytest.approx(0.20)


def test_a_negative_rate_is_a_rate() -> None:
    assert udfs.PROJECT_IRR([-100, 40, 40]) == pytest.approx(pyxirr.irr([-100, 40, 40]), abs=1e-12)


def test_a_blank_does_not_shift_time() -> None:
    assert FUNCTIONS["PROJECT_IRR"].from_cells([[[-100.0], [None], [121.0]]]) == pytest.approx(0.10)


def test_flows_of_one_sign_and_all_debt_have_no_return() -> None:
    assert "sign" in refused("#NUM!", udfs.PROJECT_IRR, [1, 2, 3])
    assert "equity" in refused("#N/A", udfs.EQUITY_IRR, 100, 100, [20, 20], [10, 10])


def test_npv_does_not_discount_today_and_excel_does() -> None:
    flows = [-10000, 3000, 4200, 6800]
    assert udfs.PROJECT_NPV(0.1, flows) / 1.1 == pytest.approx(1188.44, abs=0.005)  # Microsoft's documentation of NPV


def test_payback_is_the_last_crossing() -> None:
    assert udfs.PAYBACK([-10, 20, -15, 10]) == pytest.approx(2.5)
    assert "payback" in refused("#N/A", udfs.PAYBACK, [-10, 5])


# Break-even ------------------------------------------------------------------------------------


@few
@given(st.floats(50, 500), rates, st.floats(10, 100), st.floats(1.0, 2.0))
def test_a_term_meets_its_target_and_a_year_less_does_not(debt: float, rate: float, cfads: float, target: float) -> None:
    if cfads / target <= debt * rate * 1.01:
        return
    years = int(udfs.MIN_OFFTAKE_TERM(debt, rate, cfads, target).years)
    assert udfs.DEBT_CAPACITY(rate, [cfads] * years, target) >= debt * (1 - 1e-7)
    assert years == 1 or udfs.DEBT_CAPACITY(rate, [cfads] * (years - 1), target) < debt * (1 + 1e-7)
    assert udfs.MIN_OFFTAKE_TERM(debt, rate, [cfads] * (years + 2), target).years == years


def test_a_renewal_found_gives_its_share_back() -> None:
    renewal = udfs.BREAKEVEN_RENEWAL(0.07, 12, 0.8, 2)
    share = udfs.OFFTAKE_NPV(0.07, 12, 1, 1, renewal=renewal, firm_years=2) / udfs.OFFTAKE_NPV(0.07, 12, 1, 1)
    assert share == pytest.approx(0.8, abs=1e-11)


def test_break_evens_out_of_reach_say_so() -> None:
    assert "firm years" in refused("#N/A", udfs.BREAKEVEN_RENEWAL, 0.07, 10, 0.05, 5)
    assert "target_rate" in refused("#N/A", udfs.BREAKEVEN_COVERAGE, 0.059, 0.045, 0.03, 0.6, 0.005, 0.01)
    assert "interest" in refused("#N/A", udfs.MIN_OFFTAKE_TERM, 200, 0.065, 17.3745, 1.35)


def test_a_tariff_passes_through_in_part_and_never_falls_below_zero() -> None:
    assert udfs.BREAKEVEN_TARIFF(6, 5, 0.5) == pytest.approx(0.4)
    assert udfs.BREAKEVEN_TARIFF(4, 5) == 0


def test_a_price_for_a_path_is_a_path() -> None:
    np.testing.assert_allclose(udfs.BREAKEVEN_PRICE(1.4, [18, 20], 10, [40, 41]), [6.52, 6.9])
