"""The standard normal distribution over arrays, since numpy has none: density, probability and its
inverse.

Rational approximations of full double accuracy, each value going only through the piece that covers
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

ROOT_2PI = 2.5066282746310002  # sqrt(2 pi), the number nearest below
LOWEST = -38.5  # below it the probability is smaller than the smallest double

# W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969), in
# the arrangement for the normal distribution of ACM TOMS 19 (1993): |x| < 0.67, up to sqrt(32), and
# the tail. Highest power first.
_CENTRE = (
    (
        0.065682337918207449113,
        2.2352520354606839287,
        161.02823106855587881,
        1067.6894854603709582,
        18154.981253343561249,
    ),
    (
        1.0,
        47.20258190468824187,
        976.09855173777669322,
        10260.932208618978205,
        45507.789335026729956,
    ),
)
_SHOULDER = (
    (
        *(
            1.0765576773720192317e-8,
            0.39894151208813466764,
            8.8831497943883759412,
            93.506656132177855979,
            597.27027639480026226,
        ),
        *(
            2494.5375852903726711,
            6848.1904505362823326,
            11602.651437647350124,
            9842.7148383839780218,
        ),
    ),
    (
        *(
            1.0,
            22.266688044328115691,
            235.38790178262499861,
            1519.377599407554805,
            6485.558298266760755,
        ),
        *(
            18615.571640885098091,
            34900.952721145977266,
            38912.003286093271411,
            19685.429676859990727,
        ),
    ),
)
_TAIL = (
    (
        0.02307344176494017303,
        0.21589853405795699,
        0.1274011611602473639,
        0.022235277870649807,
        0.001421619193227893466,
        2.9112874951168792e-5,
    ),
    (
        1.0,
        1.28426009614491121,
        0.468238212480865118,
        0.0659881378689285515,
        0.00378239633202758244,
        7.29751555083966205e-5,
    ),
)

# M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988): |p - 1/2| <= 0.425, then
# two pieces of the tail.
_INNER = (
    (
        *(
            2509.0809287301226727,
            33430.575583588128105,
            67265.770927008700853,
            45921.953931549871457,
        ),
        *(
            13731.693765509461125,
            1971.5909503065514427,
            133.14166789178437745,
            3.387132872796366608,
        ),
    ),
    (
        *(5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867),
        *(5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
    ),
)
_NEAR_TAIL = (
    (
        *(
            7.7454501427834140764e-4,
            0.0227238449892691845833,
            0.24178072517745061177,
            1.27045825245236838258,
        ),
        *(
            3.64784832476320460504,
            5.7694972214606914055,
            4.6303378461565452959,
            1.42343711074968357734,
        ),
    ),
    (
        *(
            1.05075007164441684324e-9,
            5.475938084995344946e-4,
            0.0151986665636164571966,
            0.14810397642748007459,
        ),
        *(0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
    ),
)
_FAR_TAIL = (
    (
        *(
            2.01033439929228813265e-7,
            2.71155556874348757815e-5,
            0.0012426609473880784386,
            0.026532189526576123093,
        ),
        *(
            0.29656057182850489123,
            1.7848265399172913358,
            5.4637849111641143699,
            6.6579046435011037772,
        ),
    ),
    (
        *(
            2.04426310338993978564e-15,
            1.4215117583164458887e-7,
            1.8463183175100546818e-5,
            7.868691311456132591e-4,
        ),
        *(0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
    ),
)


def _ratio(pieces: tuple[tuple[float, ...], tuple[float, ...]], x: np.ndarray) -> np.ndarray:
    """Numerator over denominator, both by Horner's rule."""
    top, bottom = np.full_like(x, pieces[0][0]), np.full_like(x, pieces[1][0])
    for coefficient in pieces[0][1:]:
        top = top * x + coefficient
    for coefficient in pieces[1][1:]:
        bottom = bottom * x + coefficient
    return top / bottom


def _bell(x: np.ndarray) -> np.ndarray:
    """exp(-x^2 / 2), the square split in two so that the tail keeps all its digits."""
    coarse = np.trunc(x * 16) / 16
    return np.exp(-coarse * coarse / 2) * np.exp(-(x - coarse) * (x + coarse) / 2)


def pdf(x: ArrayLike) -> np.ndarray:
    """Standard normal density; an array of the shape of x."""
    return _bell(np.clip(np.asarray(x, dtype=float), -40.0, 40.0)) / ROOT_2PI


def cdf(x: ArrayLike) -> np.ndarray:
    """P(X <= x) for a standard normal X, to full relative accuracy in both tails; an array of the
    shape of x.
    """
    x = np.asarray(x, dtype=float)
    flat = np.atleast_1d(x).ravel()
    size = np.abs(flat)
    centre, tail = size <= 0.67448975, size > 5.656854249492381
    shoulder = ~(centre | tail)
    result = np.full(flat.shape, np.nan)
    if centre.any():
        near = flat[centre]
        result[centre] = 0.5 + near * _ratio(_CENTRE, near * near)
    if shoulder.any():
        side = size[shoulder]
        upper = _bell(side) * _ratio(_SHOULDER, side)
        result[shoulder] = np.where(flat[shoulder] > 0, 1 - upper, upper)
    if tail.any():
        far = np.minimum(size[tail], 40.0)
        inverse = 1 / (far * far)
        upper = _bell(far) * (1 / ROOT_2PI - inverse * _ratio(_TAIL, inverse)) / far
        result[tail] = np.where(flat[tail] > 0, 1 - upper, upper)
    result[np.isnan(flat)] = np.nan
    return result.reshape(x.shape)


def quantile(p: ArrayLike) -> np.ndarray:
    """The x with cdf(x) = p: -inf at 0, inf at 1, NaN outside; an array of the shape of p."""
    p = np.asarray(p, dtype=float)
    flat = np.atleast_1d(p).ravel()
    from_half = flat - 0.5
    result = np.full(flat.shape, np.nan)
    inner = np.abs(from_half) <= 0.425
    if inner.any():
        q = from_half[inner]
        result[inner] = q * _ratio(_INNER, 0.180625 - q * q)
    outer = ~inner & (flat > 0) & (flat < 1)
    if outer.any():
        depth = np.sqrt(-np.log(np.minimum(flat[outer], 1 - flat[outer])))
        size = np.where(depth <= 5, _ratio(_NEAR_TAIL, depth - 1.6), _ratio(_FAR_TAIL, depth - 5))
        result[outer] = np.copysign(size, from_half[outer])
    result[flat == 0], result[flat == 1] = -np.inf, np.inf
    return result.reshape(p.shape)
