"""Returns: pyxirr 0.10 and polynomial roots as oracles, several rates, dates, payback, equity."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs.numerics import irr
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few


@few
@given(
    st.floats(50, 500),
    st.lists(st.floats(0.0, 100.0), min_size=2, max_size=40).filter(lambda f: sum(f) > 1),
)
def test_irr_agrees_with_pyxirr(cost: float, inflows: list[float]) -> None:
    cashflows = [-cost, *inflows]
    mine = udfs.PROJECT_IRR(cashflows)
    assert abs(pyxirr.npv(mine, cashflows)) < 1e-6 * sum(inflows) * max(
        1.0, (1 + mine) ** -len(inflows)
    )
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
    assert udfs.PROJECT_NPV(0.1, flows) / 1.1 == pytest.approx(
        1188.44, abs=0.005
    )  # Microsoft's documentation of NPV


def test_payback_is_the_last_crossing() -> None:
    assert udfs.PAYBACK([-10, 20, -15, 10]) == pytest.approx(2.5)
    assert "payback" in refused("#N/A", udfs.PAYBACK, [-10, 5])


def build_and_earn(count: int, periods: int, seed: int = 3) -> np.ndarray:
    """Cash flows of three periods of building and then income; every fifth lane lends instead, some
    periods are empty.
    """
    rng = np.random.default_rng(seed)
    batch = np.column_stack(
        [-rng.uniform(10, 60, (count, 3)), rng.uniform(0, 12 * 25 / periods, (count, periods - 3))]
    )
    batch[rng.random(batch.shape) < 0.05] = 0.0
    batch[:, 0], batch[:, -1] = -50.0, 9.0
    batch[::5] *= -1
    return batch


@pytest.mark.parametrize("periods", [4, 25, 90, 360])
def test_every_lane_of_a_batch_agrees_with_pyxirr(periods: int) -> None:
    batch = build_and_earn(300, periods)
    together = irr.irr_batch(batch)
    theirs = np.array([pyxirr.irr(lane) for lane in batch], float)
    known = ~np.isnan(theirs) & (np.abs(theirs) < 0.9)
    assert known.mean() > 0.8
    np.testing.assert_allclose(together[known], theirs[known], rtol=0, atol=1e-9)
    assert not np.isnan(together).any()


@pytest.mark.parametrize("periods", [2, 3, 25, 79, 80, 81, 200])
def test_one_by_one_and_in_a_batch_are_one_figure(periods: int) -> None:
    rng = np.random.default_rng(periods)
    batch = np.column_stack(
        [-rng.uniform(50, 150, 60), rng.uniform(0, 250 / periods, (60, periods - 1))]
    )
    np.testing.assert_allclose(
        irr.irr_batch(batch), [irr.irr(lane) for lane in batch], rtol=0, atol=1e-12
    )


def incomes(rng: np.random.Generator, periods: int) -> list[np.ndarray]:
    """Income after one outlay: even, very uneven, with gaps, with a bullet, falling short of the
    outlay, and late.
    """
    gaps = np.where(rng.random(periods) < 0.2, rng.uniform(0, 300, periods), 0.0)
    return [
        rng.uniform(2, 14, periods) * 40 / periods,
        np.exp(rng.normal(0, 2, periods)) * 50 / periods,
        np.append(gaps[1:], 1.0),
        np.append(np.full(periods - 1, rng.uniform(0, 20)), 100.0),
        rng.uniform(0, 2, periods) * 30 / periods,
        np.linspace(0, 1, periods + 1)[1:] ** rng.uniform(0, 9) * rng.uniform(1, 400),
    ]


def test_thousands_of_single_rates_are_those_of_the_batch_and_of_pyxirr() -> None:
    rng = np.random.default_rng(11)
    checked = 0
    for _ in range(100):
        periods = int(rng.integers(2, 79))
        batch = np.column_stack(
            [np.full(12, -100.0), np.array(incomes(rng, periods) + incomes(rng, periods))]
        )
        ones = np.array([udfs.PROJECT_IRR(lane) for lane in batch])
        np.testing.assert_allclose(ones, irr.irr_batch(batch), rtol=2e-12, atol=2e-12)
        np.testing.assert_allclose(
            [udfs.PROJECT_IRR(-lane) for lane in batch], ones, rtol=2e-12, atol=2e-12
        )
        for lane, one in zip(batch, ones, strict=True):
            if (theirs := pyxirr.irr(lane)) is not None and abs(
                pyxirr.npv(theirs, lane)
            ) < 1e-9:  # where pyxirr itself has settled
                assert one == pytest.approx(theirs, abs=1e-9)
                checked += 1
    assert checked > 900


def test_sizes_units_and_directions_of_money_do_not_move_a_rate() -> None:
    flows = np.array([-70000, 12000, 15000, 18000, 21000, 26000], float)
    rate = udfs.PROJECT_IRR(flows)
    for unit in (1e-9, -1.0, 1e9):
        assert udfs.PROJECT_IRR(flows * unit) == pytest.approx(rate, abs=1e-13)
    assert udfs.PROJECT_IRR([0, 0, *flows, 0, 0]) == pytest.approx(rate, abs=1e-13)


@pytest.mark.parametrize("rate", [-0.99, -0.5, -0.01, 0.0, 1e-9, 0.07, 3.0, 500.0])
@pytest.mark.parametrize("periods", [1, 7, 40, 300])
def test_a_known_rate_is_found_again(rate: float, periods: int) -> None:
    if -12 < periods * math.log10(1 + rate) < 12:  # the last flow is one that a cell takes
        last = 1000 * (1 + rate) ** periods
        assert udfs.PROJECT_IRR([-1000.0, *[0.0] * (periods - 1), last]) == pytest.approx(
            rate, rel=1e-9, abs=1e-12
        )


def test_a_bullet_after_a_tiny_income_settles_on_the_right_rate() -> None:
    flows = [
        -100.0,
        99.9999,
        *[0.0] * 358,
        1e-3,
    ]  # as bent as a curve with one change of sign can be
    rate = udfs.PROJECT_IRR(flows)
    assert abs(udfs.PROJECT_NPV(rate, flows)) < 1e-9


@few
@given(
    st.lists(
        st.floats(-0.5, 1.5).map(lambda rate: round(rate, 2)), min_size=2, max_size=4, unique=True
    )
)
def test_all_rates_of_a_made_up_flow_are_listed(wanted: list[float]) -> None:
    flows = np.array([1.0])
    for rate in wanted:
        flows = np.convolve(flows, [1.0, -(1 + rate)])  # PV(r) is zero at r = each rate
    if (flows < 0).any() and (flows > 0).any():
        np.testing.assert_allclose(udfs.IRR_ROOTS(100 * flows), sorted(wanted), atol=1e-6)
        for guess in wanted:
            assert udfs.PROJECT_IRR(100 * flows, max(guess, -0.99)) == pytest.approx(
                guess, abs=1e-6
            )


def test_rates_closer_than_the_grid_and_a_double_rate_are_found() -> None:
    close = 100 * np.convolve([-1.0, 1.1010], [1.0, -1.1012])
    np.testing.assert_allclose(udfs.IRR_ROOTS(close), [0.1010, 0.1012], atol=1e-9)
    np.testing.assert_allclose(udfs.IRR_ROOTS([-100, 220, -121]), [0.1], atol=1e-9)
    assert udfs.PROJECT_IRR([-100, 220, -121]) == pytest.approx(0.1, abs=1e-9)


def test_rates_agree_with_the_roots_of_the_polynomial() -> None:
    rng = np.random.default_rng(8)
    for _ in range(30):
        flows = rng.normal(0, 100, 9)
        x = np.roots(flows[::-1])
        real = np.sort(1 / x[(np.abs(x.imag) < 1e-9) & (x.real > 0)].real - 1)
        real = real[(real > -0.998) & (real < 900)]
        if real.size:
            np.testing.assert_allclose(udfs.IRR_ROOTS(flows), real, rtol=1e-6, atol=1e-9)


def test_two_changes_of_sign_without_any_rate_are_refused() -> None:
    flows = [-100, 150, -100]  # its value is negative at every rate
    assert "no rate" in refused("#NUM!", udfs.PROJECT_IRR, flows)
    assert "no rate" in refused("#N/A", udfs.IRR_ROOTS, flows)
    assert np.isnan(irr.irr_batch(np.array([flows, [1.0, 2, 3], [0, 0, 0]]))).all()


def test_rates_of_dates_agree_with_pyxirr_in_any_order() -> None:
    days = [dt.date(2024, 1, 15), dt.date(2025, 7, 1), dt.date(2024, 9, 30), dt.date(2029, 2, 28)]
    flows = [-1000.0, 300.0, 250.0, 900.0]
    serials = [(day - dt.date(1899, 12, 30)).days for day in days]
    assert udfs.PROJECT_IRR(flows, 0.1, serials) == pytest.approx(
        pyxirr.xirr(days, flows), abs=1e-9
    )
    assert udfs.PROJECT_NPV(0.08, flows, serials) == pytest.approx(pyxirr.xnpv(0.08, days, flows))
    assert FUNCTIONS["PROJECT_IRR"].from_cells([[flows], 0.1, [days]]) == pytest.approx(
        pyxirr.xirr(days, flows), abs=1e-9
    )
    assert "dates" in refused(
        "#NUM!", udfs.PROJECT_IRR, flows, 0.1, [serials[1], *serials[1:3], serials[0]]
    )
    assert "dates" in refused("#VALUE!", udfs.PROJECT_IRR, flows, 0.1, serials[:3])


def test_dates_out_of_order_hide_no_change_of_sign() -> None:
    flows, serials = (
        [-100.0, -132.0, 230.0],
        [45000, 45730, 45365],
    )  # in order of time -100, 230, -132: two rates
    assert udfs.IRR_ROOTS(flows, serials).tolist() == pytest.approx([0.1, 0.2])
    assert udfs.PROJECT_IRR(flows, 0.3, serials) == pytest.approx(0.2)
    assert udfs.PROJECT_IRR(flows, 0.0, serials) == pytest.approx(0.1)


def test_flows_that_begin_late_have_no_false_rates() -> None:
    late = np.array([0.0] * 200 + [-100, 230, -132] + [0.0] * 157)
    np.testing.assert_allclose(udfs.IRR_ROOTS(late), [0.1, 0.2], atol=1e-9)
    batch = np.vstack([late, np.roll(late, -200), np.roll(late, 150)])
    lanes, rates = irr.all_roots(batch, np.arange(360.0))
    assert sorted(lanes.tolist()) == [0, 0, 1, 1, 2, 2]
    np.testing.assert_allclose(np.sort(rates), [0.1] * 3 + [0.2] * 3, atol=1e-9)
    np.testing.assert_allclose(irr.irr_batch(batch, 0.3), 0.2, atol=1e-9)


def test_nothing_to_solve_gives_no_rate() -> None:
    for flows in ([], [0.0], [5.0], [0.0, 0.0], [0.0, -5.0]):
        assert math.isnan(irr.irr(flows))
        assert np.isnan(irr.irr_batch(np.array([flows, flows]))).all()


def test_the_value_at_the_rate_found_is_zero() -> None:
    flows = [-100, -50, 20, 35, 40, 45, 45, 40, 30]
    assert udfs.PROJECT_NPV(udfs.PROJECT_IRR(flows), flows) == pytest.approx(0, abs=1e-11)
    assert udfs.PROJECT_NPV(0, flows) == pytest.approx(sum(flows))


def test_equity_over_a_build_is_the_project_less_its_debt() -> None:
    cfads, service = [26.0] * 12, [17.0] * 10
    by_hand = [-30, -20, 0, *[9.0] * 10, 26.0, 26.0]
    assert udfs.EQUITY_IRR([100, 90], [70, 70], cfads, service, 2) == pytest.approx(
        pyxirr.irr(by_hand), abs=1e-9
    )
    assert udfs.EQUITY_IRR(190, 140, cfads, service) == pytest.approx(
        pyxirr.irr([-50, *by_hand[3:]]), abs=1e-9
    )
    assert udfs.EQUITY_IRR(190, 0, cfads, [0]) == udfs.PROJECT_IRR([-190, *cfads])


def test_equity_is_refused_where_it_makes_no_sense() -> None:
    assert "outlast" in refused("#VALUE!", udfs.EQUITY_IRR, 100, 60, [20, 20], [10, 10, 10])
    assert "build_periods" in refused("#NUM!", udfs.EQUITY_IRR, [50, 50], [30, 30], [20], [10], 0)
    assert "debt_service" in refused("#NUM!", udfs.EQUITY_IRR, 100, 60, [10, 10], [20, 20])
    assert "equity" in refused("#N/A", udfs.EQUITY_IRR, 100, 120, [20], [10])


@few
@given(st.floats(10, 200), st.lists(st.floats(1, 50), min_size=1, max_size=20), st.floats(0, 0.2))
def test_payback_splits_the_sum_where_it_is_zero(
    cost: float, inflows: list[float], rate: float
) -> None:
    present = np.array([-cost, *inflows]) * (1 + rate) ** -np.arange(len(inflows) + 1.0)
    if present.sum() < 0:
        refused("#N/A", udfs.PAYBACK, [-cost, *inflows], rate)
        return
    time = udfs.PAYBACK([-cost, *inflows], rate)
    assert np.interp(time, np.arange(len(present)), present.cumsum()) == pytest.approx(0, abs=1e-9)


def test_a_payback_that_was_never_needed_has_no_answer() -> None:
    assert "below zero" in refused("#N/A", udfs.PAYBACK, [10, 20])
    assert udfs.PAYBACK([-10, 10]) == 1
