"""The root finder against scipy's brentq, lane by lane, and what it says of lanes without a
root.
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from bankable.udfs.numerics import roots
from tests.strategies import few


def test_roots_agree_with_scipy_on_many_lanes_at_once() -> None:
    shifts = np.linspace(0.1, 50, 40)
    found = roots.bracketed(lambda x, lanes: x**3 - shifts[lanes], np.zeros(40), np.full(40, 10.0))
    expected = [optimize.brentq(lambda x, s=s: x**3 - s, 0, 10, xtol=1e-14) for s in shifts]
    assert found.converged.all()
    np.testing.assert_allclose(found.root, expected, atol=1e-12)


def test_a_lane_without_change_of_sign_is_reported_not_guessed() -> None:
    found = roots.bracketed(
        lambda x, lanes: np.where(lanes == 0, x - 1, x**2 + 1), 0.0 * np.ones(2), 2.0 * np.ones(2)
    )
    assert found.status.tolist() == [roots.CONVERGED, roots.NO_SIGN_CHANGE]
    assert math.isnan(found.root[1])


def test_a_function_that_is_not_finite_is_reported() -> None:
    assert roots.bracketed(lambda x, _: np.full_like(x, np.nan), 0.0, 1.0).status.tolist() == [
        roots.NOT_FINITE
    ]


def test_a_root_at_an_end_is_found() -> None:
    assert roots.bracketed(lambda x, _: x, 0.0, 1.0).root[0] == 0.0


HARD = (
    (lambda x: np.exp(x) - 5, 0.0, 40.0),  # one end is larger than the other by 17 powers of ten
    (lambda x: np.arctan(x - 3), -1e6, 1e6),  # flat far from the root
    (lambda x: (x - 1) ** 9, 0.0, 2.5),  # a root of ninth order
    (lambda x: np.cbrt(x - 0.7), 0.0, 1.0),  # vertical at the root
    (lambda x: np.where(x < 0.3, -1.0, 1.0), 0.0, 1.0),  # a step
    (lambda x: x * 1e-200 - 1e-201, 0.0, 1.0),  # tiny values, whose product is no number
)


def test_awkward_functions_are_solved_as_brentq_solves_them() -> None:
    for function, low, high in HARD:
        found = roots.bracketed(lambda x, _, f=function: f(x), low, high)
        theirs = optimize.brentq(function, low, high, xtol=1e-14, maxiter=500)
        assert found.converged[0]
        assert (
            abs(function(found.root[0])) <= max(abs(function(theirs)), 1e-12)
            or abs(found.root[0] - theirs) < 1e-12
        )
        assert found.iterations < 100


@few
@given(st.lists(st.floats(-2, 2), min_size=1, max_size=20))
def test_every_lane_has_its_own_root(wanted: list[float]) -> None:
    target = np.array(wanted)
    found = roots.bracketed(
        lambda x, lanes: np.sinh(x) - np.sinh(target[lanes]), -3.0 + 0 * target, 3.0
    )
    assert found.converged.all()
    np.testing.assert_allclose(found.root, target, atol=1e-12)


def test_work_that_runs_out_gives_no_number() -> None:
    found = roots.bracketed(lambda x, _: np.exp(x) - 3, -50.0, 50.0, most=3)
    assert found.status.tolist() == [roots.NOT_CONVERGED]
    assert math.isnan(found.root[0])


def test_the_order_of_the_ends_does_not_matter() -> None:
    ends = [
        roots.bracketed(lambda x, _: x**2 - 2, low, high).root[0] for low, high in ((0, 2), (2, 0))
    ]
    np.testing.assert_allclose(ends, math.sqrt(2), atol=1e-13)


def test_lanes_that_end_early_do_not_disturb_the_others() -> None:
    found = roots.bracketed(
        lambda x, lanes: np.where(lanes == 1, x, np.exp(x) - 2 - lanes),
        np.zeros(3),
        np.full(3, 9.0),
    )
    np.testing.assert_allclose(found.root, [math.log(2), 0, math.log(4)], atol=1e-13)
