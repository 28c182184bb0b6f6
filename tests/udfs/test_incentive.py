"""Incentives: who bears loss and gain under support, by hand and by property, and how little a
sponsor must believe.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankable import udfs
from bankable.udfs.registry import FUNCTIONS
from tests.refusals import refused
from tests.strategies import few

shares = st.floats(0, 1)

CASES = {"capex": 100, "debt": 60, "success_value": 160, "failure_value": 30, "probability": 0.5}


@few
@given(
    st.floats(0, 60),
    st.floats(0, 40),
    shares,
    st.floats(0, 0.1),
    shares,
    shares,
    st.floats(0, 200),
    shares,
    shares,
)
def test_what_the_sides_gain_and_lose_is_the_projects(
    debt, grant, coverage, fee, loan_share, rate, works, left, probability
) -> None:
    fails = works * left
    rows = udfs.SUPPORT_SPLIT(
        100, debt, works, fails, probability, grant, coverage, fee, loan_share, rate / 2, rate
    )
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


def test_a_split_by_hand() -> None:
    """Bank 45 at 10%, public loan 15 at 2%, half the bank guaranteed for 2% of 22.5: 49.5 and 15.3
    are owed, 30 is shared pro rata.
    """
    rows = udfs.SUPPORT_SPLIT(100, 60, 160, 30, 0.5, 10, 0.5, 0.02, 0.25, 0.02, 0.1)
    to_bank = 30 * 49.5 / 64.8
    claim = (49.5 - to_bank) / 2
    assert [row[1] for row in rows[1:]] == pytest.approx([30.45, 22.5, 47.05, 100])
    assert [row[2] for row in rows[1:]] == pytest.approx(
        [160 - 64.8 - 30.45, 4.5, 15.3 - 24.55, 60]
    )
    assert [row[3] for row in rows[1:]] == pytest.approx(
        [30.45, 45 - to_bank - claim, 24.55 - (30 - to_bank - claim), 70]
    )
    assert [row[4] for row in rows[1:]] == pytest.approx(
        [(row[2] - row[3]) / 2 for row in rows[1:]]
    )


def test_supports_side_by_side_are_each_split_alone() -> None:
    tools = [(0, 0, 0), (10, 0, 0), (0, 0.5, 0), (0, 0, 0.4)]
    grants, covered, lent = zip(*tools, strict=True)
    together = udfs.SUPPORT_SPLIT(100, 60, 160, 30, 0.5, grants, covered, 0.02, lent)
    assert together == [
        row
        for g, c, share in tools
        for row in udfs.SUPPORT_SPLIT(100, 60, 160, 30, 0.5, g, c, 0.02, share)
    ]
    assert "grant has 4 cells and coverage has 2" in refused(
        "#VALUE!", udfs.SUPPORT_SPLIT, 100, 60, 160, 30, 0.5, grants, (0.1, 0.2)
    )


@few
@given(st.floats(0, 60), st.floats(0, 40), shares, st.floats(0, 0.1), shares)
def test_what_the_sides_put_at_risk_is_the_cost(debt, grant, coverage, fee, loan_share) -> None:
    rows = udfs.SUPPORT_SPLIT(100, debt, 160, 30, 0.5, grant, coverage, fee, loan_share)
    assert sum(row[1] for row in rows[1:4]) == pytest.approx(rows[4][1]) == pytest.approx(100)


@few
@given(shares, st.floats(0, 0.2), st.floats(0, 100))
def test_full_cover_makes_the_lender_careless_and_none_leaves_the_taxpayer_out(
    loan_share, rate, fails
) -> None:
    lender, taxpayer = (2, 3)
    covered = udfs.SUPPORT_SPLIT(
        100, 60, 160, fails, 0.5, coverage=1, loan_share=loan_share, rate=rate
    )
    assert covered[lender][1] == 0
    assert covered[lender][3] == pytest.approx(
        -covered[lender][2]
    )  # the same whatever becomes of the project
    assert udfs.SUPPORT_SPLIT(100, 60, 160, fails, 0.5, rate=rate)[taxpayer][1:] == pytest.approx(
        [0, 0, 0, 0]
    )


@few
@given(st.floats(0, 30), st.floats(101, 300))
def test_where_debt_is_safe_a_sponsor_believes_what_he_should(debt: float, works: float) -> None:
    found = udfs.BREAKEVEN_BELIEF(100, debt, works, 30, 0.5)
    assert found.belief == pytest.approx(found.efficient) == pytest.approx(70 / (works - 30))


@few
@given(shares, shares)
def test_more_grant_lowers_the_belief_and_leaves_the_efficient_one(
    one: float, other: float
) -> None:
    little, much = (
        udfs.BREAKEVEN_BELIEF(**CASES, grant=40 * share) for share in sorted((one, other))
    )
    assert much.belief <= little.belief
    assert much.efficient == little.efficient


@pytest.mark.parametrize(
    ("probability", "goes_ahead", "worth_it"),
    [(0.39, 0, 0), (0.41, 1, 0), (0.53, 1, 0), (0.55, 1, 1)],
)
def test_between_the_two_beliefs_a_sponsor_builds_what_is_not_worth_it(
    probability: float, goes_ahead: int, worth_it: int
) -> None:
    found = udfs.BREAKEVEN_BELIEF(**{**CASES, "probability": probability})
    assert (found.goes_ahead, found.worth_it) == (goes_ahead, worth_it)


def test_an_efficient_belief_is_a_probability_or_blank() -> None:
    never = udfs.BREAKEVEN_BELIEF(
        100, 40, 90, 30, 1, 40
    )  # built on a grant, worth less than it costs even if it works
    assert (never.goes_ahead, never.worth_it) == (1, 0)
    assert math.isnan(never.efficient)
    assert FUNCTIONS["BREAKEVEN_BELIEF"].from_cells([100.0, 40.0, 90.0, 30.0, 1.0, 40.0])[1] == [
        None
    ]
    assert udfs.BREAKEVEN_BELIEF(100, 40, 190, 130, 0.5)[:2] == (0, 0)


def test_nothing_to_believe_in_is_refused() -> None:
    assert "success_value" in refused("#NUM!", udfs.BREAKEVEN_BELIEF, 100, 60, 30, 30, 0.5)
    assert "probability" in refused("#NUM!", udfs.SUPPORT_SPLIT, 100, 60, 160, 30, 50)


@pytest.mark.parametrize("name", ["SUPPORT_SPLIT", "BREAKEVEN_BELIEF"])
def test_outcomes_the_wrong_way_round_are_refused(name: str) -> None:
    said = refused("#NUM!", getattr(udfs, name), 100, 60, 30, 160, 0.5)
    assert "success_value 30 is below failure_value 160: the two are the wrong way round" in said
    assert udfs.SUPPORT_SPLIT(100, 60, 160, 160, 0.5)[4][1:] == [100, 60, -60, 60]  # certain


def test_a_sponsor_with_nothing_at_stake_and_nothing_to_gain_goes_ahead() -> None:
    found = udfs.BREAKEVEN_BELIEF(100, 100, 100, 30, 0.5, coverage=1)
    assert (found.belief, found.goes_ahead, found.worth_it) == (0, 1, 0)


# The bank's own threshold
# --------------------------------------------------------------------------------


@few
@given(shares, st.floats(0.01, 0.5), st.floats(0, 100))
def test_a_pari_passu_guarantee_leaves_the_bank_s_threshold_where_it_was(
    coverage: float, rate: float, fails: float
) -> None:
    """It cuts what the bank can lose and what it earns alike; only a first loss moves the threshold."""
    case = {**CASES, "failure_value": fails, "rate": rate}
    bare = udfs.BREAKEVEN_BELIEF(**case)
    shared = udfs.BREAKEVEN_BELIEF(**case, coverage=coverage)
    first = udfs.BREAKEVEN_BELIEF(**case, coverage=coverage, first_loss=True)
    if coverage < 1 and bare.lender_loss > 1e-9:
        assert shared.lender == pytest.approx(bare.lender, rel=1e-9)
    assert shared.lender_loss == pytest.approx((1 - coverage) * bare.lender_loss, abs=1e-9)
    assert first.lender <= bare.lender + 1e-9
    assert first.lender_loss <= shared.lender_loss + 1e-9


def test_the_bank_s_threshold_by_hand() -> None:
    """60 lent, 30 come back, 10 earned: it lends from 30/40; the first loss of half the loan takes all of it."""
    case = {**CASES, "rate": 1 / 6}
    bare = udfs.BREAKEVEN_BELIEF(**case)
    assert (bare.lender, bare.lender_loss) == pytest.approx((0.75, 30))
    shared = udfs.BREAKEVEN_BELIEF(**case, coverage=0.7)
    assert (shared.lender, shared.lender_loss) == pytest.approx((0.75, 9))
    first = udfs.BREAKEVEN_BELIEF(**case, coverage=0.25, first_loss=True)
    assert first.lender_loss == pytest.approx(15)
    assert first.lender == pytest.approx(15 / (15 + 0.75 * 10))
    assert udfs.BREAKEVEN_BELIEF(**case, coverage=0.5, first_loss=True).lender == 0


def test_a_first_loss_guarantee_pays_the_bank_before_it_shares() -> None:
    shared, first = (
        udfs.SUPPORT_SPLIT(100, 60, 160, 30, 0.5, coverage=0.5, first_loss=way)
        for way in (False, True)
    )
    assert [row[3] for row in shared[1:5]] == [40, 15, 15, 70]
    assert [row[3] for row in first[1:5]] == [40, 0, 30, 70]
