"""Schedules and debt capacity: identities, numpy-financial 1.0 as oracle, grace, balloons,
sculpting, refusals.
"""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs.debt import (
    annuity_factor,
    annuity_payment,
    level_capacity,
    schedule,
    sculpted_capacity,
)
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few, flows, rates


@few
@given(rates, st.integers(1, 40), st.floats(0, 0.9), st.sampled_from([1, 2, 4, 12]))
def test_annuities_are_those_of_numpy_financial_and_end_at_zero(
    rate: float, nper: int, balloon: float, freq: int
) -> None:
    rows = udfs.LOAN_SCHEDULE(1000, rate, nper, balloon=balloon, freq=freq)
    assert rows[0, 4] == pytest.approx(
        -npf.pmt(rate / freq, nper, 1000, -1000 * balloon) + (1000 * balloon if nper == 1 else 0),
        rel=1e-9,
        abs=1e-9,
    )
    assert rows[-1, 5] == pytest.approx(0, abs=1e-7)
    np.testing.assert_allclose(rows[:, 3].sum(), 1000, rtol=1e-9)


@pytest.mark.parametrize("method", ["annuity", "equal", "bullet"])
@pytest.mark.parametrize("capitalise", [False, True])
def test_every_profile_with_grace_is_repaid_and_returns_its_rate(
    method: str, capitalise: bool
) -> None:
    rows = udfs.LOAN_SCHEDULE(1000, 0.08, 10, method, 3, capitalise=capitalise)
    assert rows[-1, 5] == pytest.approx(0, abs=1e-9)
    assert udfs.PROJECT_IRR([-1000, *rows[:, 4]]) == pytest.approx(0.08, abs=1e-12)
    assert rows[2, 5] == pytest.approx(1000 * 1.08**3 if capitalise else 1000)


def test_a_rate_close_to_zero_meets_the_rate_of_zero() -> None:
    assert udfs.LOAN_SCHEDULE(1000, 1e-12, 10)[0, 4] == pytest.approx(
        udfs.LOAN_SCHEDULE(1000, 0, 10)[0, 4], rel=1e-9
    )


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
def test_more_cash_or_a_lower_target_never_carries_less(
    rate: float, cfads: list[float], target: float, more: float
) -> None:
    base = udfs.DEBT_CAPACITY(rate, cfads, target)
    assert udfs.DEBT_CAPACITY(rate, [flow + more for flow in cfads], target) >= base
    assert udfs.DEBT_CAPACITY(rate, cfads, target + more) <= base


def test_level_debt_is_zero_where_a_year_has_no_cash() -> None:
    assert udfs.DEBT_CAPACITY(0.06, [30, 0, 30], 1.3, shape="level") == 0


def test_refusals_of_schedule_and_capacity_name_the_argument() -> None:
    assert "grace" in refused("#NUM!", udfs.LOAN_SCHEDULE, 100, 0.05, 3, grace=3)
    assert "cfads" in refused("#VALUE!", udfs.LOAN_SCHEDULE, 100, 0.05, 3, "sculpted")
    assert "tenor" in refused("#NUM!", udfs.DEBT_CAPACITY, 0.05, [10, 10], 1.3, 3)
    assert "max_gearing" in refused(
        "#VALUE!", udfs.DEBT_CAPACITY, 0.05, [10, 10], 1.3, max_gearing=0.5
    )
    assert "7%" in refused("#NUM!", udfs.LOAN_SCHEDULE, 100, 7, 3)


def test_labels_head_the_columns_of_a_schedule() -> None:
    rows = FUNCTIONS["LOAN_SCHEDULE"].from_cells(
        [100.0, 0.05, 2.0, None, None, None, None, None, None, None, True]
    )
    assert rows[0] == ["period", "opening", "interest", "principal", "payment", "closing"]
    assert len(rows) == 3


def test_loan_rates_are_nominal() -> None:
    monthly = udfs.LOAN_SCHEDULE(1000, 0.12, 12, freq=12)
    assert monthly[0, 2] == pytest.approx(10)  # 12% a year is 1% a month, not 1.12^(1/12) - 1
    assert monthly[0, 4] == pytest.approx(-npf.pmt(0.01, 12, 1000))


@few
@given(
    rates,
    st.integers(2, 30),
    st.integers(0, 10),
    st.sampled_from(["annuity", "equal", "bullet"]),
    st.booleans(),
    st.floats(0, 0.5),
)
def test_every_row_follows_from_the_one_above(
    rate: float, nper: int, grace: int, method: str, capitalise: bool, share: float
) -> None:
    rows = udfs.LOAN_SCHEDULE(1000, rate, nper, method, min(grace, nper - 1), share, 2, capitalise)
    _, opening, interest, principal, payment, closing = rows.T
    np.testing.assert_allclose(opening[1:], closing[:-1])
    np.testing.assert_allclose(interest, opening * rate / 2, atol=1e-9)
    np.testing.assert_allclose(payment, interest + principal, atol=1e-9)
    np.testing.assert_allclose(closing, opening - principal, atol=1e-9)
    assert closing[-1] == pytest.approx(0, abs=1e-7)
    discount = (1 + rate / 2) ** -np.arange(1.0, nper + 1)
    assert payment @ discount == pytest.approx(1000, rel=1e-9)


def test_a_balloon_is_paid_beside_the_last_instalment() -> None:
    rows = udfs.LOAN_SCHEDULE(1000, 0.065, 10, balloon=0.3)
    assert rows[-1, 4] - rows[-2, 4] == pytest.approx(300)
    equal = udfs.LOAN_SCHEDULE(1000, 0.065, 10, "equal", balloon=0.3)
    assert equal[:, 3].tolist() == pytest.approx([70] * 9 + [370])


def test_a_balloon_that_may_be_an_amount_of_money_is_refused() -> None:
    """In version 0.1 the argument was the amount: no saved formula changes its meaning unseen."""
    said = refused("#NUM!", udfs.LOAN_SCHEDULE, 1000, 0.065, 10, balloon=300)
    assert "from 0 to 1. For an amount of 300 type 0.3." in said
    assert "a share" in refused("#NUM!", udfs.LOAN_SCHEDULE, 100, 0.065, 10, balloon=300)
    said = refused("#NUM!", udfs.LOAN_SCHEDULE, 2.4, 0.065, 10, balloon=0.9)
    assert "smaller unit" in said
    assert udfs.LOAN_SCHEDULE(1, 0, 2, balloon=0.5)[:, 4].tolist() == [0.25, 0.75]  # either way
    assert udfs.LOAN_SCHEDULE(2.4, 0, 2)[:, 4].tolist() == [1.2, 1.2]


def test_a_sculpted_loan_in_a_weak_year_adds_to_its_balance() -> None:
    cfads = [100, 2, 100]
    rows = udfs.LOAN_SCHEDULE(
        udfs.DEBT_CAPACITY(0.08, cfads, 1.3), 0.08, 3, "sculpted", cfads=cfads, target_dscr=1.3
    )
    assert rows[1, 3] < 0
    assert rows[-1, 5] == pytest.approx(0, abs=1e-9)


def test_a_sculpted_request_takes_grace_and_balloon() -> None:
    for capitalise in (False, True):
        rows = udfs.LOAN_SCHEDULE(
            400, 0.065, 6, "sculpted", 2, 0.125, 1, capitalise, [90, 90, 150, 160, 170, 180]
        )
        assert rows[-1, 5] == pytest.approx(0, abs=1e-9)
        cover = np.array([150, 160, 170]) / rows[2:5, 4]
        assert np.ptp(cover) < 1e-12
        assert (rows[:2, 4] == 0).all() == capitalise


@few
@given(
    rates,
    flows,
    st.floats(1.05, 2.5),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from(["sculpted", "level"]),
)
def test_a_sculpted_schedule_repays_the_capacity(
    rate, cfads, target, grace, capitalise, shape
) -> None:
    terms = (rate, cfads, target, None, shape, min(grace, len(cfads) - 1), capitalise)
    debt, rows = udfs.DEBT_CAPACITY(*terms), udfs.DEBT_SCULPT(*terms)
    assert rows[-1, 4] == pytest.approx(0, abs=1e-7 * max(1.0, debt))
    assert rows[terms[5] :, 1] @ (1 + rate) ** -np.arange(
        terms[5] + 1.0, len(cfads) + 1
    ) <= debt * (1 + 1e-9)
    covered = rows[terms[5] :, 5]
    assert np.nanmin(covered) == pytest.approx(target, rel=1e-9)


def test_capitalised_grace_lends_less_than_paid_grace() -> None:
    cfads = [30] * 8
    paid, added = (
        udfs.DEBT_CAPACITY(0.06, cfads, 1.4, grace=2, capitalise=switch) for switch in (False, True)
    )
    assert added == pytest.approx(paid * 1.06**-2)
    rows = udfs.LOAN_SCHEDULE(paid, 0.06, 8, "annuity", 2)
    assert rows[2, 4] == pytest.approx(30 / 1.4)


def test_a_cap_on_gearing_scales_the_profile_and_lifts_the_dscr() -> None:
    cfads = [30, 34, 38, 38, 36, 20, 38, 40]
    free, capped = (
        udfs.DEBT_SCULPT(0.06, cfads, 1.4),
        udfs.DEBT_SCULPT(0.06, cfads, 1.4, max_gearing=0.6, cost=150),
    )
    assert np.ptp(capped[:, 1] / free[:, 1]) < 1e-12
    assert capped[0, 5] == pytest.approx(1.4 * udfs.DEBT_CAPACITY(0.06, cfads, 1.4) / 90)
    assert udfs.DEBT_BINDING(0.06, cfads, 1.4, max_gearing=0.6, cost=150) == "gearing"
    assert udfs.DEBT_BINDING(0.06, cfads, 1.4, max_gearing=0.9, cost=200) == "dscr"
    assert udfs.DEBT_BINDING(0.06, cfads, 1.4) == "dscr"
    assert "cfads" in refused("#N/A", udfs.DEBT_BINDING, 0.06, [0, -3], 1.4)


def test_negative_and_blank_years_carry_nothing() -> None:
    assert udfs.DEBT_CAPACITY(0.06, [30, -20, 30], 1.4) == udfs.DEBT_CAPACITY(
        0.06, [30, 0, 30], 1.4
    )
    assert FUNCTIONS["DEBT_CAPACITY"].from_cells(
        [0.06, [[30.0, None, 30.0]], 1.4]
    ) == udfs.DEBT_CAPACITY(0.06, [30, 0, 30], 1.4)
    assert udfs.DEBT_SCULPT(0.06, [30, 0, 30], 1.4)[1, 1] == 0
    assert np.isnan(udfs.DEBT_SCULPT(0.06, [30, 0, 30], 1.4)[1, 5])


def test_a_row_and_a_column_carry_the_same_debt() -> None:
    cell = FUNCTIONS["DEBT_CAPACITY"].from_cells
    assert cell([0.06, [[30.0, 34.0]], 1.4]) == cell([0.06, [[30.0], [34.0]], 1.4])
    assert cell([0.06, [[30.0, 34.0]], [[1.4], [1.4], [1.4]]]).code == "#VALUE!"


def test_the_annuity_formula_goes_to_its_limit() -> None:
    small = 10.0 ** -np.arange(4, 17)
    np.testing.assert_allclose(annuity_factor(small, 30), 30 - 465 * small, rtol=1e-5)
    np.testing.assert_allclose(annuity_factor(small[8:], 30), 30, rtol=1e-9)
    np.testing.assert_allclose(annuity_payment(1000, np.array([0, 1e-16]), 10), 100)
    assert annuity_payment(100, 0.05, 1) == pytest.approx(105)


def test_kernels_take_scenarios() -> None:
    rng = np.random.default_rng(2)
    cfads, rate, debt = rng.uniform(10, 50, (6, 9)), rng.uniform(0, 0.1, 6), rng.uniform(50, 200, 6)
    for lane in range(6):
        one = (rate[lane], cfads[lane], 1.3)
        assert sculpted_capacity(cfads, 1.3, rate, 2)[lane] == pytest.approx(
            udfs.DEBT_CAPACITY(*one, grace=2)
        )
        assert level_capacity(cfads, 1.3, rate, 2)[lane] == pytest.approx(
            udfs.DEBT_CAPACITY(*one, shape="level", grace=2)
        )
    for method in ("annuity", "equal", "bullet", "sculpted"):
        rows = schedule(
            debt, rate, method, 9, 2, 5.0 if method != "bullet" else 0.0, True, cfads / 2
        )
        assert rows.shape == (6, 9, 5)
        for lane in range(6):
            terms = {"cfads": cfads[lane], "target_dscr": 2.0} if method == "sculpted" else {}
            np.testing.assert_allclose(
                rows[lane],
                udfs.LOAN_SCHEDULE(
                    debt[lane], rate[lane], 9, method, 2, 5 / debt[lane], 1, True, **terms
                )[:, 1:],
            )
