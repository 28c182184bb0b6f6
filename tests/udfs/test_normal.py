"""The normal distribution against scipy.special (ndtr, ndtri), itself held against arbitrary
precision there.
"""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from scipy import special, stats

from bankable.udfs.numerics import normal

GRID = np.concatenate(
    [np.linspace(-37.4, 37.4, 20_001), [0.0, 1e-300, -1e-300, 0.67448975, -5.656854249492381]]
)
CHANCES = np.concatenate(
    [
        np.geomspace(1e-300, 0.5, 4001),
        1 - np.geomspace(1e-16, 0.5, 2001),
        [0.075, 0.925, math.exp(-25)],
    ]
)


def tail(x: float) -> float:
    """P(X <= -x) from scipy's scaled erfcx and an exponential of 28 digits; ndtr itself loses
    digits far out.
    """
    return float(Decimal(special.erfcx(x / math.sqrt(2)) / 2) * (-(Decimal(x) ** 2) / 2).exp())


def test_cdf():
    np.testing.assert_allclose(normal.cdf(GRID), special.ndtr(GRID), rtol=3e-13, atol=0)
    middle = GRID[np.abs(GRID) < 5]
    np.testing.assert_allclose(normal.cdf(middle), special.ndtr(middle), rtol=5e-15, atol=0)


def test_cdf_keeps_its_digits_in_the_tail():
    far = np.linspace(0, 37.4, 500)
    np.testing.assert_allclose(normal.cdf(-far), [tail(float(x)) for x in far], rtol=1e-15, atol=0)


def test_cdf_at_published_points():
    # Abramowitz and Stegun, table 26.1 and 26.2: P(1), P(1.96), Q(5)
    np.testing.assert_allclose(
        normal.cdf([1.0, 1.96, -5.0]),
        [0.841344746068543, 0.975002104851780, 2.866515718791939e-7],
        rtol=1e-14,
    )


def test_pdf():
    np.testing.assert_allclose(normal.pdf(GRID), stats.norm.pdf(GRID), rtol=2e-13, atol=0)
    assert normal.pdf(math.inf) == 0


def test_quantile():
    np.testing.assert_allclose(
        normal.quantile(CHANCES), special.ndtri(CHANCES), rtol=4e-15, atol=4e-16
    )


def test_quantile_undoes_cdf():
    x = np.linspace(-37, 5, 3001)
    np.testing.assert_allclose(normal.quantile(normal.cdf(x)), x, rtol=1e-9, atol=1e-15)


def test_ends_and_nonsense():
    assert normal.cdf([-math.inf, math.inf]).tolist() == [0, 1]
    assert normal.cdf([-1e300, 1e300]).tolist() == [0, 1]
    assert normal.quantile([0, 1]).tolist() == [-math.inf, math.inf]
    assert np.isnan(normal.quantile([-0.1, 1.1, math.nan])).all()
    assert np.isnan(normal.cdf(math.nan))


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 1, 4)])
def test_any_shape(shape):
    x = np.full(shape, 0.3)
    for function in (normal.cdf, normal.pdf, normal.quantile):
        assert function(x).shape == shape
