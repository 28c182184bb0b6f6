"""Delay, learning, lapse and retooling: against sums and integrals written out, identities, bad
input.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from bankable import udfs
from bankable.udfs.cells import CellError
from bankable.udfs.registry import lookup
from bankable.udfs.timing import delay_cost, lot_cost, power_sum

few = settings(max_examples=40, deadline=None)


# Delay -----------------------------------------------------------------------------------------


@few
@given(
    st.floats(0, 0.3),
    st.floats(0, 60),
    st.integers(1, 30),
    st.integers(0, 48),
    st.floats(-1, 1),
    st.floats(0, 1),
)
def test_a_shift_is_the_difference_of_two_values(rate, build, years, delay, holding, damages):
    def worth(start):
        return sum(20 * (1 + rate) ** -((start + 12 * t) / 12) for t in range(1, years + 1))

    paid = sum((holding - damages) * (1 + rate) ** -((build + k) / 12) for k in range(1, delay + 1))
    cost, lost, net = udfs.COST_OF_DELAY(rate, build, 20, years, delay, holding, damages)
    assert lost == pytest.approx(worth(build) - worth(build + delay), rel=1e-9, abs=1e-9)
    assert net == pytest.approx(paid, rel=1e-9, abs=1e-9)
    assert cost == pytest.approx(lost + net)


@few
@given(st.floats(0, 0.3), st.integers(0, 60), st.integers(0, 180))
def test_an_end_date_that_stands_costs_at_least_what_a_shift_costs_per_month(rate, build, delay):
    fixed = udfs.COST_OF_DELAY(rate, build, 20, 15, delay, mode="fixed_end").lost_value
    by_hand = sum(20 / 12 * (1 + rate) ** -((build + k) / 12) for k in range(1, delay + 1))
    assert fixed == pytest.approx(by_hand, rel=1e-10)
    # the months lost come first, and each is worth what it would have earned: never less than
    # merely earning them later
    assert fixed >= udfs.COST_OF_DELAY(rate, build, 20, 15, delay).lost_value * (1 - 1e-9)


def test_without_interest_a_shift_costs_nothing_and_lost_months_their_revenue():
    assert udfs.COST_OF_DELAY(0, 5, 20, 15, 6) == (0, 0, 0)
    # published: 100 MW at $175 per kW and month, twelve months late, $210m (development timelines
    # of data centres)
    assert udfs.COST_OF_DELAY(
        0, 0, 100_000 * 175 * 12, 15, 12, mode="fixed_end"
    ).cost == pytest.approx(210e6)


def test_a_path_of_cash_flow_in_its_ramp():
    ramp = [5, 15, 20]
    assert udfs.COST_OF_DELAY(0, 0, ramp, 3, 18, mode="fixed_end").cost == pytest.approx(5 + 7.5)
    assert udfs.COST_OF_DELAY(0, 0, ramp, 3, 400, mode="fixed_end").cost == pytest.approx(40)
    both = delay_cost(
        np.array([[20.0] * 3, ramp]), np.array([0.08, 0.08]), 5, np.array([6, 12]), False
    )
    assert both == pytest.approx(
        [
            udfs.COST_OF_DELAY(0.08, 5, 20, 3, 6).lost_value,
            udfs.COST_OF_DELAY(0.08, 5, ramp, 3, 12).lost_value,
        ]
    )
    with pytest.raises(CellError, match="annual_cfads has 3 cells but years is 4"):
        udfs.COST_OF_DELAY(0.08, 5, ramp, 4, 6)


# Learning --------------------------------------------------------------------------------------


@few
@given(st.floats(0, 0.99), st.integers(0, 3000), st.integers(1, 3000))
def test_the_unit_theory_is_the_exact_sum(learning, before, quantity):
    b = math.log2(1 - learning)
    exact = math.fsum(n**b for n in range(before + 1, before + quantity + 1)) / quantity
    assert udfs.LEARNING_COST(1, learning, before, quantity) == pytest.approx(exact, rel=1e-11)


def test_the_sum_beyond_the_hundredth_unit_keeps_its_digits():
    exact = math.fsum(
        1 / n for n in range(100, 150)
    )  # a learning rate of 50% makes unit n cost 1/n
    assert power_sum(99, 149, -1.0) == pytest.approx(exact, rel=2e-14)


def test_published_learning_values():
    # cumulative factors for an 80% curve in operations textbooks: unit 4 costs 0.64, four units
    # 3.142, ten units 6.315
    assert udfs.LEARNING_COST(100, 0.2, 3, 1) == pytest.approx(64)
    assert 4 * udfs.LEARNING_COST(1, 0.2, 0, 4) == pytest.approx(3.142, abs=5e-4)
    assert 10 * udfs.LEARNING_COST(1, 0.2, 0, 10) == pytest.approx(6.315, abs=5e-4)


@few
@given(
    st.floats(0, 0.5),
    st.integers(0, 1000),
    st.integers(1, 1000),
    st.integers(1, 1000),
    st.sampled_from(["unit", "cumulative"]),
)
def test_two_lots_cost_what_one_does(learning, before, first, second, theory):
    lots = first * udfs.LEARNING_COST(7, learning, before, first, theory)
    lots += second * udfs.LEARNING_COST(7, learning, before + first, second, theory)
    assert lots == pytest.approx(
        (first + second) * udfs.LEARNING_COST(7, learning, before, first + second, theory), rel=1e-9
    )


def test_wright_averages_all_units_so_far():
    assert udfs.LEARNING_COST(100, 0.2, 0, 2, "cumulative") == pytest.approx(80)
    assert udfs.LEARNING_COST(100, 0.2, 0, 4, "cumulative") == pytest.approx(64)
    assert udfs.LEARNING_COST(100, 0.2, 4, 4, "cumulative") < udfs.LEARNING_COST(100, 0.2, 4, 4)


def test_a_very_large_lot_is_quick_and_bounded():
    assert udfs.LEARNING_COST(1, 0, 10**9, 10**9) == pytest.approx(1, rel=1e-12)
    mine = udfs.LEARNING_COST(1, 0.15, 10**8, 10**8)
    assert 2e8 ** math.log2(0.85) < mine < 1e8 ** math.log2(0.85)
    assert power_sum([0, 5], 10, -1.0) == pytest.approx(
        [2.9289682539682538, 2.9289682539682538 - 137 / 60]
    )
    assert lot_cost(1.0, np.array([0.0, 0.2]), 0, np.array([5, 1]), False) == pytest.approx([1, 1])


def test_learning_refuses():
    assert lookup("LEARNING_COST").from_cells([1, 0.6, 0, 5, "cumulative"]).code == "#NUM!"
    assert lookup("LEARNING_COST").from_cells([1, 85, 0, 5]).code == "#NUM!"
    assert lookup("LEARNING_COST").from_cells([1, 0.15, 0, 0]).code == "#NUM!"
    assert lookup("LEARNING_COST").from_cells([1, 0.15, 0, 2.5]).code == "#NUM!"


# Lapse and retooling ---------------------------------------------------------------------------


@few
@given(st.floats(0, 0.2), st.floats(0, 1), st.floats(0, 30), st.floats(0.1, 30))
def test_lapse_is_the_missing_output_of_each_year(rate, decay, idle, rebuild):
    lost = 0.0
    for t in range(1, math.ceil(rebuild) + 1):
        lost += (
            integrate.quad(lambda s: max(0.0, 1 - s / rebuild), t - 1, min(t, max(rebuild, t - 1)))[
                0
            ]
            * (1 + rate) ** -t
        )
    assert udfs.LAPSE_COST(rate, 100, decay, idle, rebuild) == pytest.approx(
        100 * (1 - (1 - decay) ** idle) * lost, rel=1e-7, abs=1e-9
    )


def test_nothing_lapses_without_idleness_decay_or_time_to_rebuild():
    assert udfs.LAPSE_COST(0.05, 100, 0.1, 0, 10) == 0
    assert udfs.LAPSE_COST(0.05, 100, 0, 10, 10) == 0
    assert udfs.LAPSE_COST(0.05, 100, 0.1, 10, 0) == 0
    assert udfs.LAPSE_COST(0, 100, 1, 1, 10) == pytest.approx(500)  # the triangle under the climb


@few
@given(st.floats(0, 24), st.floats(0, 36), st.floats(0, 1))
def test_months_add_up_to_years(retool, refill, recapture):
    months = udfs.RETOOLED_REVENUE([10] * 60, retool, refill, recapture, 12)
    years = udfs.RETOOLED_REVENUE([120] * 5, retool, refill, recapture)
    assert months.reshape(5, 12).sum(axis=1) == pytest.approx(years, rel=1e-9, abs=1e-9)
    assert np.all(np.diff(years) >= -1e-9)
    assert years.max() <= 120 * recapture * (1 + 1e-12)


def test_retooling_brings_nothing_at_first():
    assert udfs.RETOOLED_REVENUE([100] * 3, 12, 12, 0.5).tolist() == pytest.approx([0, 25, 50])
    assert udfs.RETOOLED_REVENUE([100] * 2, 6, 0, 1).tolist() == pytest.approx([50, 100])
    assert udfs.RETOOLED_REVENUE([100, None, 100], 0, 0, 1).tolist() == [100, 0, 100]


def test_a_row_gives_a_row():
    assert lookup("RETOOLED_REVENUE").from_cells([[[100, 100]], 0, 0, 0.5]) == [[50, 50]]
    assert lookup("RETOOLED_REVENUE").from_cells([[[100], [100]], 0, 0, 0.5]) == [[50], [50]]
    assert lookup("COST_OF_DELAY").from_cells([0, 5, 20, 15, 6, 1, 0, "SHIFT", True]) == [
        ["cost", 6],
        ["lost_value", 0],
        ["net_holding", 6],
    ]
