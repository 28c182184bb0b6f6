"""The DSCR fan: exact percentiles, kept mean, first passage against scipy's multivariate normal,
blocks, seeds, speed.
"""

from __future__ import annotations

import math
import time
import tracemalloc

import numpy as np
import pytest
from scipy import stats

from bankable import udfs
from bankable.udfs.cells import OMITTED
from bankable.udfs.registry import lookup
from bankable.udfs.simulation import any_shortfall, dscr_percentiles, shortfall_noise


def straightforward(dscr, vol, persistence, paths, seed):
    """What one would write first: all paths at once; percentiles, means, yearly and any-year shares
    below 1.
    """
    draws = np.random.default_rng(seed).standard_normal((paths, dscr.size))
    noise = draws.copy()
    for t in range(1, dscr.size):
        noise[:, t] = noise[:, t - 1] * persistence + draws[:, t] * (
            1 if persistence == 1 else math.sqrt(1 - persistence**2)
        )
    variance = np.arange(1, dscr.size + 1) if persistence == 1 else 1
    fan = dscr * np.exp(vol * noise - vol**2 * variance / 2)
    return (
        np.percentile(fan, [10, 50, 90], axis=0),
        fan.mean(axis=0),
        (fan < 1).mean(axis=0),
        (fan < 1).any(axis=1).mean(),
    )


@pytest.mark.parametrize("persistence", [0, 0.6, 1])
def test_against_straightforward_simulation(persistence):
    dscr = np.array([1.3, 1.5, 1.2, 1.6])
    percentiles, means, yearly, any_year = straightforward(dscr, 0.2, persistence, 200_000, 7)
    _, *rows, last = udfs.DSCR_FAN(dscr * 50, [50] * 4, 0.2, persistence, 200_000)
    table = np.array([row[1:5] for row in rows], dtype=float)
    assert table[:, :3] == pytest.approx(percentiles.T, rel=0.01)
    assert table[:, 3] == pytest.approx(yearly, abs=0.005)
    assert last[4] == pytest.approx(any_year, abs=0.006)
    assert means == pytest.approx(
        dscr, rel=0.005
    )  # the noise that the closed forms stand for keeps the mean


def test_the_mean_is_kept_exactly():
    # the mean is the integral of the percentiles; without -vol^2/2 it would be 13% higher at the
    # end of this walk
    dscr, variance = np.array([1.4, 1.4]), np.array([1.0, 4.0])
    levels = (np.arange(200_000) + 0.5) / 200_000
    assert dscr_percentiles(dscr, 0.25, variance, levels).mean(axis=0) == pytest.approx(
        dscr, rel=2e-5
    )
    assert udfs.DSCR_FAN([1.4], [1], 0.25)[1][2] < 1.4  # the median lies below the base case


@pytest.mark.parametrize("persistence", [0.0, 0.6, 0.95, 1.0])
def test_the_first_passage_probability(persistence):
    dscr, vol, years = 1.3, 0.25, 3
    variance = np.arange(1.0, years + 1) if persistence == 1 else np.ones(years)
    level = shortfall_noise(np.full(years, dscr), vol, variance)
    t = np.arange(years)
    together = (
        np.minimum.outer(t, t) + 1.0
        if persistence == 1
        else persistence ** np.abs(np.subtract.outer(t, t)) * 1.0
    )
    safe = stats.multivariate_normal.cdf(-level, np.zeros(years), together, abseps=1e-7)
    got, error = any_shortfall(level, persistence, 200_000, 1)
    assert abs(got - (1 - safe)) < 4 * error
    assert error < 0.001


def test_any_year_is_neither_the_sum_nor_the_worst_year():
    _, *rows, last = udfs.DSCR_FAN([140] * 5, [100] * 5, 0.22)
    yearly = [row[4] for row in rows]
    assert max(yearly) < last[4] < sum(yearly)
    assert last[4] == pytest.approx(1 - (1 - yearly[0]) ** 5, abs=4 * last[5])


def test_the_standard_error_is_honest():
    level = shortfall_noise(np.full(5, 1.4), 0.22, np.ones(5))
    drawn = [any_shortfall(level, 0.3, 500, seed) for seed in range(300)]
    assert np.mean([error for _, error in drawn]) == pytest.approx(
        np.std([mean for mean, _ in drawn]), rel=0.15
    )
    # mirrored pairs do no worse than as many independent paths
    mean, error = drawn[0]
    assert error <= math.sqrt(mean * (1 - mean) / 1000) * 1.05


def test_blocks_do_not_matter_and_seeds_do():
    level = shortfall_noise(np.full(7, 1.4), 0.22, np.ones(7))
    assert len({any_shortfall(level, 0.5, 5001, 3, draws) for draws in (1, 7, 1000, 10**6)}) == 1
    assert any_shortfall(level, 0.5, 5001, 3) != any_shortfall(level, 0.5, 5001, 4)
    assert udfs.DSCR_FAN([140] * 3, [100] * 3, 0.3) == udfs.DSCR_FAN([140] * 3, [100] * 3, 0.3)


def test_years_without_debt_or_cash_flow_are_blank_and_harmless():
    _, *rows, last = udfs.DSCR_FAN([140, None, 140, 140], [100, 100, 0, None], 0.22, 0.5)
    assert [math.isnan(row[2]) for row in rows] == [False, True, True, True]
    _, only, alone = udfs.DSCR_FAN([140], [100], 0.22, 0.5)
    assert last[4] == pytest.approx(only[4], abs=4 * last[5])
    assert alone[4] == pytest.approx(only[4], abs=4 * alone[5])
    cells = lookup("DSCR_FAN").from_cells([[[140, None]], [[100, 100]], 0.22])
    assert cells[2] == [2, None, None, None, None, None]


def test_a_negative_or_missing_cash_flow_always_falls_short():
    _, *rows, last = udfs.DSCR_FAN([140, -20, 0], [100] * 3, 0.3)
    assert rows[1][1] < rows[1][2] < rows[1][3] < 0  # p10 is the worst, not cut off at zero
    assert rows[2][1:5] == [0, 0, 0, 1]
    assert (rows[1][4], last[4], last[5]) == (1, 1, 0)


def test_without_noise_it_is_the_base_case():
    _, *rows, last = udfs.DSCR_FAN([140, 90], [100, 100], 0)
    assert [row[1:5] for row in rows] == [[1.4, 1.4, 1.4, 0], [0.9, 0.9, 0.9, 1]]
    assert last[4] == 1
    assert udfs.DSCR_FAN([100], [100], 0)[1][4] == 0  # exactly 1 is no shortfall
    assert udfs.DSCR_FAN([140], [100], 0)[-1][4:] == [0, 0]


def test_a_walk_widens_and_a_stationary_noise_does_not():
    walk = udfs.DSCR_FAN([1.4] * 10, [1] * 10, 0.12, 1)
    still = udfs.DSCR_FAN([1.4] * 10, [1] * 10, 0.12, 0.9)
    assert walk[10][3] - walk[10][1] > 2.5 * (walk[1][3] - walk[1][1])
    assert still[10][1:4] == still[1][1:4]


def test_percentiles_are_columns_in_the_order_asked():
    fan = udfs.DSCR_FAN([1.4], [1], 0.2, percentiles=[0.05, 0.95, 0.5])
    assert fan[0][:4] == ["year", "p5", "p95", "p50"]
    assert fan[1][1] == pytest.approx(1.4 * math.exp(0.2 * stats.norm.ppf(0.05) - 0.02), rel=1e-12)
    cells = lookup("DSCR_FAN").from_cells(
        [[[1.4]], [[1]], 0.2, OMITTED, OMITTED, OMITTED, [[0.05, 0.95, 0.5]]]
    )
    assert cells[1][:4] == fan[1][:4]


def test_it_refuses():
    fan = lookup("DSCR_FAN").from_cells
    assert (
        fan([[[1, 2]], [[1, 2, 3]], 0.2]).sentence
        == "cfads has 2 cells and debt_service has 3: give ranges of equal length."
    )
    assert fan([[[1, 2]], [[0, None]], 0.2]).code == "#N/A"
    assert fan([[[1, 2]], [[1, 1]], 22]).code == "#NUM!"
    assert fan([[[1, 2]], [[1, 1]], 0.2, 1.5]).code == "#NUM!"
    assert fan([[[1, 2]], [[1, 1]], 0.2, 0, 10000, 1, [[0.1, 1]]]).code == "#NUM!"
    assert fan([[[1]] * 1000, [[1]] * 1000, 0.2, 0, 10_000_000]).sentence.startswith(
        "paths x years"
    )
    assert fan([[["n/a", 2]], [[1, 1]], 0.2]).code == "#VALUE!"


def test_it_is_quicker_than_drawing_and_sorting_every_path():
    dscr = np.full(25, 1.4)
    udfs.DSCR_FAN(dscr, np.ones(25), 0.22, 0.6, 1000)
    start = time.perf_counter()
    udfs.DSCR_FAN(dscr, np.ones(25), 0.22, 0.6, 40_000)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    straightforward(dscr, 0.22, 0.6, 40_000, 1)
    assert time.perf_counter() - start > 1.5 * ours


def test_memory_does_not_grow_with_the_paths():
    tracemalloc.start()
    udfs.DSCR_FAN([1.4] * 25, [1] * 25, 0.22, 0.6, 200_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # all paths at once would take 40 MB for the draws alone
