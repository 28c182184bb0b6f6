"""The customer book: scipy's binomial and multivariate normal as judges, the edges of correlation,
bad input.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from bankable import udfs
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.numerics.common_factor import outcome_correlation, renewed_at_least
from bankable.udfs.registry import lookup

SHARES = st.floats(0, 1).map(lambda share: round(share, 9))
few = settings(max_examples=40, deadline=None)


@few
@given(st.integers(1, 40), SHARES, SHARES, SHARES)
def test_probabilities_add_up_and_the_mean_is_kept(n, renewal, correlation, own):
    table = udfs.BOOK_DISTRIBUTION(n, renewal, correlation, own_renewal=own)
    renewed, probability, cumulative, at_least = table.T
    assert probability.sum() == pytest.approx(1, abs=1e-12)
    assert renewed @ probability == pytest.approx(n * renewal * own, abs=1e-8)
    assert np.all(probability >= 0)
    assert cumulative[-1] == pytest.approx(1)
    assert at_least[0] == pytest.approx(1)


@few
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9)), min_size=1, max_size=7), SHARES)
def test_the_mean_of_an_unequal_book_is_kept(customers, correlation):
    renewals, weights = [p for p, _ in customers], [w for _, w in customers]
    if sum(weights) == 0:
        return
    table = udfs.BOOK_DISTRIBUTION(len(customers), renewals, correlation, weights=weights)
    assert table[:, 1].sum() == pytest.approx(1, abs=1e-12)
    assert table[:, 0] @ table[:, 1] == pytest.approx(np.dot(renewals, weights), abs=1e-8)
    assert np.all(np.diff(table[:, 0]) > 0)


@few
@given(st.integers(1, 60), SHARES, SHARES)
def test_without_correlation_it_is_binomial(n, renewal, own):
    table = udfs.BOOK_DISTRIBUTION(n, renewal, 0, own_renewal=own)
    assert table[:, 1] == pytest.approx(
        stats.binom.pmf(np.arange(n + 1), n, renewal * own), abs=1e-12
    )


def test_with_full_correlation_it_is_all_or_nothing():
    assert udfs.BOOK_DISTRIBUTION(3, 0.85, 1)[:, 1] == pytest.approx([0.15, 0, 0, 0.85])
    # unequal customers under one cause fall in order of their probability
    assert udfs.BOOK_DISTRIBUTION(2, [0.9, 0.7], 1, weights=[5, 3])[
        :, :2
    ].tolist() == pytest.approx(np.array([[0, 0.1], [3, 0], [5, 0.2], [8, 0.7]]))
    # the own part stays independent
    assert udfs.BOOK_DISTRIBUTION(2, 0.8, 1, own_renewal=0.5)[:, 1] == pytest.approx(
        [0.2 + 0.8 / 4, 0.8 / 2, 0.8 / 4]
    )


@pytest.mark.parametrize("renewal", [0, 1])
@pytest.mark.parametrize("correlation", [0, 0.3, 1])
def test_certain_renewals(renewal, correlation):
    assert udfs.BOOK_DISTRIBUTION(4, renewal, correlation)[:, 1] == pytest.approx(
        [1 - renewal, 0, 0, 0, renewal]
    )
    assert udfs.BOOK_DISTRIBUTION(2, [renewal, 0.5], correlation, weights=[2, 1])[
        :, 1
    ].sum() == pytest.approx(1)


@pytest.mark.parametrize("correlation", [0.05, 0.3, 0.7, 0.95, 0.999, 0.999999])
def test_two_customers_against_the_bivariate_normal(correlation):
    a, b = stats.norm.ppf([0.85, 0.6])
    spread = math.sqrt(1 - correlation**2)
    turns = [x for x in b / correlation + spread * np.array([-6, 0, 6]) if -9 < x < a]
    both, _ = integrate.quad(
        lambda x: stats.norm.pdf(x) * stats.norm.cdf((b - correlation * x) / spread),
        -9,
        a,
        points=turns,
        epsabs=1e-13,
        limit=500,
    )
    table = udfs.BOOK_DISTRIBUTION(2, [0.85, 0.6], correlation, weights=[1, 2])
    assert table[:, 1] == pytest.approx(
        [1 - 0.85 - 0.6 + both, 0.85 - both, 0.6 - both, both], abs=1e-9
    )


def test_equal_customers_by_the_long_way_round():
    # weights that differ by a hair are taken customer by customer; the answer must not change
    short = udfs.BOOK_DISTRIBUTION(8, 0.8, 0.4, own_renewal=0.95)
    long = udfs.BOOK_DISTRIBUTION(8, [0.8] * 7 + [0.8 + 1e-15], 0.4, own_renewal=0.95)
    assert long == pytest.approx(short, abs=1e-12)


def test_sums_that_differ_by_rounding_are_one_row():
    table = udfs.BOOK_DISTRIBUTION(3, 0.5, 0, weights=[0.1, 0.2, 0.3])
    assert table[:, 0].tolist() == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert table[:, 1] == pytest.approx([1 / 8, 1 / 8, 1 / 8, 2 / 8, 1 / 8, 1 / 8, 1 / 8])


def test_independent_unequal_customers_by_enumeration():
    renewals, weights = [0.9, 0.8, 0.7, 0.6], [7, 5, 3, 1]
    chances: dict[int, float] = {}
    for outcome in itertools.product([0, 1], repeat=4):
        total = sum(w for w, stays in zip(weights, outcome, strict=True) if stays)
        chances[total] = chances.get(total, 0) + math.prod(
            p if stays else 1 - p for p, stays in zip(renewals, outcome, strict=True)
        )
    table = udfs.BOOK_DISTRIBUTION(4, renewals, 0, weights=weights)
    assert dict(table[:, :2].tolist()) == pytest.approx(chances)


def test_correlation_of_causes_is_not_correlation_of_renewals():
    # formulas of the one-factor model: 20% between the causes is 9.5% between renewals of 85%
    assert outcome_correlation(0.85, 0.2) == pytest.approx(0.095, abs=5e-4)
    book = udfs.BOOK_SUMMARY(10, 0.85, 0.2)
    assert book.sd**2 == pytest.approx(10 * 0.85 * 0.15 * (1 + 9 * book.outcome_correlation))
    assert udfs.BOOK_SUMMARY(3, 0.85, 1).outcome_correlation == pytest.approx(1)
    assert lookup("BOOK_SUMMARY").from_cells([3, 1, 0.2])[-1] == [None]


def test_summary_reads_the_table():
    table = udfs.BOOK_DISTRIBUTION(12, 0.8, 0.5)
    book = udfs.BOOK_SUMMARY(12, 0.8, 0.5, 9, percentile=0.05)
    assert book.prob_at_least == pytest.approx(table[9, 3])
    assert udfs.BOOK_DISTRIBUTION(12, 0.8, 0.5, 9)[0].tolist() == table[9].tolist()
    assert (book.prob_none, book.prob_all) == (table[0, 1], table[-1, 1])
    low = int(book.low_case)
    assert table[low, 2] >= 0.05 > table[low - 1, 2]
    assert lookup("BOOK_SUMMARY").from_cells([12, 0.8, 0.5])[3] == [None]


@few
@given(st.floats(0.05, 0.95), SHARES, SHARES)
def test_more_common_cause_makes_total_loss_likelier(renewal, r1, r2):
    low, high = sorted([r1, r2])
    assert (
        udfs.BOOK_DISTRIBUTION(6, renewal, low)[0, 1]
        <= udfs.BOOK_DISTRIBUTION(6, renewal, high)[0, 1] + 1e-10
    )


def test_book_refuses():
    book = lookup("BOOK_DISTRIBUTION").from_cells
    assert book([3, 0.85, -0.1]).code == "#NUM!"
    assert book([3, 0.85, 0.2, 4]).code == "#N/A"
    assert book([3, [[0.8, 0.9]], 0.2]).code == "#VALUE!"
    assert "renewal has 2 cells but n is 3" in book([3, [[0.8, 0.9]], 0.2]).sentence
    assert book([2, 0.8, 0.2, OMITTED, [[0, 0]]]).code == "#NUM!"
    crooked = [[w] for w in np.sqrt(np.arange(2, 62)).tolist()]
    assert "round them" in book([60, 0.8, 0.2, OMITTED, crooked]).sentence
    assert book([1, 0.8, 0.2, OMITTED, OMITTED, OMITTED, True])[0] == [
        "renewed",
        "probability",
        "cumulative",
        "at_least",
    ]


# Enough customers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("renewal", "share", "confidence"),
    [(0.85, 0.6, 0.95), (0.9, 0.75, 0.9), (0.6, 0.5, 0.8), (1, 1, 1)],
)
def test_enough_independent_customers(renewal, share, confidence):
    reached = [stats.binom.sf(math.ceil(share * n - 1e-9) - 1, n, renewal) for n in range(1, 51)]
    failing = [n for n, p in enumerate(reached, 1) if p < confidence]
    assert udfs.MIN_CUSTOMERS(renewal, 0, share, confidence) == (failing[-1] + 1 if failing else 1)
    assert renewed_at_least(renewal, 0, share, 1, 50) == pytest.approx(reached, abs=1e-12)


def test_the_chance_does_not_rise_steadily():
    reached = renewed_at_least(0.85, 0, 0.6, 1, 50)
    assert np.any(np.diff(reached) < 0)
    assert reached[4] > 0.95  # five customers would do, seven would not


def test_a_common_cause_is_not_diversified_away():
    with pytest.raises(CellError, match="common cause") as error:
        udfs.MIN_CUSTOMERS(0.85, 0.9, 0.6, 0.95)
    assert error.value.code == "#N/A"
    assert udfs.MIN_CUSTOMERS(0.85, 1, 0.6, 0.8) == 1
    with pytest.raises(CellError, match="common cause"):
        udfs.MIN_CUSTOMERS(0.85, 0, 0.6, 0.95, own_renewal=0.6)


def test_renewed_at_least_is_the_books_tail():
    reached = renewed_at_least(0.8, 0.4, 0.7, 0.95, 12)
    for n in (1, 5, 10, 12):
        assert reached[n - 1] == pytest.approx(
            udfs.BOOK_SUMMARY(n, 0.8, 0.4, 0.7 * n, own_renewal=0.95).prob_at_least, abs=1e-12
        )


# The large pool --------------------------------------------------------------------------------


def test_vasicek_edges():
    assert udfs.VASICEK_QUANTILE(0.03, 0) == pytest.approx(0.03)
    assert udfs.VASICEK_QUANTILE(0, 0.2) == 0
    assert udfs.VASICEK_QUANTILE(1, 0.2) == 1
    assert (udfs.VASICEK_QUANTILE(0.01, 1, 0.999), udfs.VASICEK_QUANTILE(0.01, 1, 0.98)) == (1, 0)
    assert lookup("VASICEK_QUANTILE").from_cells([0.01, 0.2, 1]).code == "#NUM!"


def test_a_large_book_comes_near_the_large_pool():
    # 1,000 names: the 99.9% default count against Vasicek's limit, with the finite book a little
    # worse
    table = udfs.BOOK_DISTRIBUTION(1000, 0.98, 0.2)
    worst = 1 - table[np.searchsorted(table[:, 2], 0.001), 0] / 1000
    assert worst == pytest.approx(udfs.VASICEK_QUANTILE(0.02, 0.2), rel=0.02)
