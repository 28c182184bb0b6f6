"""The time axes of the chain and the small array idioms that every line uses.

Scalars of a scenario have shape (S, 1), operating periods (S, 30 x periods a year) counted from
completion, construction months (S, 60 or 144) counted from financial close; NaN stands where a figure does
not apply ("n/a" on paper). Dates are in years from completion: the end of the third half-year is 1.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

YEARS = 30
MONTHS = 60  # of building that a deal is given, or LONGEST_BUILD where it takes more
LONGEST_BUILD = 144
USUAL_BUILD = 48  # months of building that leave room for a delay within MONTHS
VIEWS = ("firm", "supported", "expected", "promised")
TOLERANCE = 1e-9  # in every comparison with a threshold

PERIODS = (1, 2, 4)  # a year: what an axis may have, and what a loan may pay

Array = Any  # numpy arrays of shape (S, 1), (S, periods) or (S, months); with views stacked, (4, S, ...)


class Axis:
    """The periods of operation, counted from completion, `a_year` of them a year.

    elapsed: years from completion to the end of each period; begun: to its start; year: the year of
    operation in which it lies, 1, 2, ...; opens: 1 where it is the first of its year. With one period
    a year `elapsed` and `year` are the same numbers.
    """

    def __init__(self, a_year: int) -> None:
        self.a_year = a_year
        self.count = YEARS * a_year
        self.number = np.arange(1.0, self.count + 1)
        self.elapsed = self.number / a_year
        self.begun = (self.number - 1) / a_year
        self.year = np.ceil(self.elapsed)
        self.opens = (self.begun == self.year - 1).astype(float)

    def place(self, years: Array) -> Array:
        """The place, from 0, of the period that ends so many years after completion."""
        return np.asarray(years * self.a_year).astype(int) - 1

    def of_years(self, path: Array) -> Array:
        """Flows by period as flows by year, time along the last axis."""
        return path if not np.ndim(path) else self.by_years(path.T).T

    def by_years(self, path: Array) -> Array:
        """The same with time along the first axis."""
        if self.a_year == 1:
            return path
        return path.reshape(-1, self.a_year, *path.shape[1:]).sum(axis=1)

    def up(self, years: Array) -> Array:
        """A date moved to the end of the period in which it lies."""
        return np.ceil(years * self.a_year) / self.a_year

    def chance(self, yearly: Array) -> Array:
        """The chance in one period of what has a chance in a year: 1 - (1 - p)^(1/m)."""
        return yearly if self.a_year == 1 else 1 - (1 - yearly) ** (1 / self.a_year)


axis_of = lru_cache(maxsize=None)(Axis)


def axis(x: SimpleNamespace) -> Axis:
    """The axis of the stacked inputs: as many periods a year as any deal asks, or its loan pays."""
    given = getattr(x, "periods_given", None)
    if given is None:
        return axis_of(periods_asked(x))
    return axis_of(int(np.max(given, initial=1)))


def periods_asked(x: SimpleNamespace) -> int:
    """The most periods a year that any of the deals asks, or that its loan pays."""
    asked = (np.max(key, initial=1) for key in (x.periods_per_year, x.payments_per_year))
    return int(max(asked))


def months_asked(build_months: Array, delay_months: Array) -> int:
    """Months of building that deals of such builds are given, all alike."""
    longest = np.max(np.asarray(build_months) + np.asarray(delay_months), initial=0)
    usual = longest <= MONTHS and np.max(build_months, initial=0) <= USUAL_BUILD
    return MONTHS if usual else LONGEST_BUILD


@cache
def _months(count: int) -> Array:
    return np.arange(1.0, count + 1)


def months(x: SimpleNamespace) -> Array:
    """The months of building, counted from financial close."""
    given = getattr(x, "months_given", None)
    if given is None:
        return _months(months_asked(x.build_months, x.delay_months))
    return _months(int(np.max(given)))


def on_one_axis(x: SimpleNamespace) -> SimpleNamespace:
    """The stacked inputs with the periods a year and the months of building written down beside them, so
    that a part of them stands on the same axes.
    """
    build = months_asked(x.build_months, x.delay_months)
    x.periods_given = np.full_like(x.periods_per_year, periods_asked(x))
    x.months_given = np.full_like(x.periods_per_year, build)
    return x


class Rows(Protocol):
    """Whatever has rows of the chain by their keys: all scenarios, or one on simulated paths."""

    def __getattr__(self, key: str) -> Any: ...


if TYPE_CHECKING:
    from bankable.udfs.deal.chain.row_names import RowNames

    class Results(RowNames, dict[str, Any]):
        """The rows of the chain by key, readable as attributes: those of `row_names` alone."""

else:

    class Results(dict[str, Any]):
        """The rows of the chain by key, readable as attributes."""

        def __getattr__(self, key: str) -> Any:
            try:
                return self[key]
            except KeyError:
                raise AttributeError(key) from None

        def __setattr__(self, key: str, value: Any) -> None:
            self[key] = value


def total(path: Array) -> Array:
    """Sum over time, kept as a column."""
    return np.add.reduce(path, axis=-1, keepdims=True)


def by_period(path: Array) -> list[Array]:
    """The columns of a path, one a period, for what goes from one period to the next."""
    last = path.ndim - 1
    return list(path.transpose(last, *range(last))[..., None])


def over_time(periods: Sequence[Array]) -> Array:
    """The path of its columns."""
    return np.concatenate(periods, axis=-1)


def previous(path: Array, first: Array = 0.0) -> Array:
    """The path one period late; `first` stands before period 1."""
    return lagged(path, 1, first)


def lagged(path: Array, periods: int, first: Array = 0.0) -> Array:
    """The path so many periods late; `first` stands before period 1."""
    late = np.empty_like(path)
    late[..., :periods] = first
    late[..., periods:] = path[..., :-periods]
    return late


def following(path: Array, last: float = np.nan, periods: int = 1) -> Array:
    """The path so many periods early; `last` stands after the end."""
    early = np.empty_like(path)
    early[..., -periods:] = last
    early[..., :-periods] = path[..., periods:]
    return early


def summed_back(path: Array, periods: int) -> Array:
    """Sum of each period and those before it, so many in all: of twelve months where they are a year's."""
    found = path
    for late in range(1, periods):
        found = found + lagged(path, late)
    return found


def summed_ahead(path: Array, periods: int) -> Array:
    """Sum of each period and those after it, so many in all."""
    found = path
    for early in range(1, periods):
        found = found + following(path, 0.0, early)
    return found


def least_ahead(path: Array, periods: int) -> Array:
    """Least of each period and those after it, so many in all, of what applies."""
    found = path
    for early in range(1, periods):
        found = np.fmin(found, following(path, np.nan, early))
    return found


def pays(x: SimpleNamespace, time: Axis) -> Array:
    """1 where the loan has a payment date."""
    if time.a_year == 1:
        return np.ones(1)
    return (time.number * x.payments_per_year % time.a_year == 0).astype(float)


def payment_number(x: SimpleNamespace, time: Axis) -> Array:
    """Payment dates from completion to the one that ends the period's interval."""
    return np.ceil(time.elapsed * x.payments_per_year)


def since_payment(x: SimpleNamespace, time: Axis, path: Array) -> Array:
    """What has come since the payment date before, at payment dates; 0 between them."""
    if time.a_year == 1:
        return path
    windows = time.a_year / x.payments_per_year
    found = np.zeros_like(path)
    for periods in PERIODS[: 1 + PERIODS.index(time.a_year)]:
        found = np.where(windows == periods, summed_back(path, periods), found)
    return found * pays(x, time)


def at_next_payment(x: SimpleNamespace, time: Axis, path: Array) -> Array:
    """What falls on the payment date that ends the period's interval."""
    if time.a_year == 1:
        return path
    windows = time.a_year / x.payments_per_year
    found = path
    for periods in PERIODS[1 : 1 + PERIODS.index(time.a_year)]:
        found = np.where(windows == periods, summed_ahead(path, periods), found)
    return found


def ratio(top: Array, bottom: Array) -> Array:
    """top / bottom where bottom is positive, otherwise NaN (n/a)."""
    positive = bottom > 0
    return np.where(positive, top / np.where(positive, bottom, 1), np.nan)


def nil_if_not(path: Array) -> Array:
    """The path with 0 where a figure does not apply."""
    return np.where(np.isnan(path), 0.0, path)


def least(path: Array) -> Array:
    """Least over time of what applies; NaN where nothing does."""
    lowest = np.fmin.reduce(path, axis=-1, keepdims=True)
    return np.where(np.isinf(lowest), np.nan, lowest)


def at_end(time: Axis, path: Array, years: Array) -> Array:
    """The path's value in the period that ends so many whole years after completion, kept as a column."""
    place = np.broadcast_to(time.place(years), (*path.shape[:-1], 1))
    return np.take_along_axis(path, place, axis=-1)


def put(r: Results, name: str, stacked: Array) -> None:
    """Keep a stacked row, and each view of it under name_view."""
    stacked = np.ascontiguousarray(stacked)
    r[name] = stacked
    for i, view in enumerate(VIEWS):
        r[f"{name}_{view}"] = stacked[i]


def of_lender(x: SimpleNamespace, stacked: Array) -> Array:
    """The row on the lender's view."""
    views = x.lender_view.astype(int)
    if (views == views[0]).all():
        return stacked[views[0, 0]]
    chosen = np.broadcast_to(views, (stacked.shape[1], 1))[None]
    return np.take_along_axis(stacked, np.broadcast_to(chosen, (1, *stacked.shape[1:])), axis=0)[0]
