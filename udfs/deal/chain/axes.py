"""The time axes of the chain and the small array idioms that every line uses.

Scalars of a scenario have shape (S, 1), operating years (S, 30) counted from completion,
construction months (S, 60) counted from financial close; NaN stands where a figure does not apply
("n/a" on paper).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

YEARS = 30
MONTHS = 60
VIEWS = ("firm", "supported", "expected", "promised")
TOLERANCE = 1e-9  # in every comparison with a threshold

YEAR = np.arange(1.0, YEARS + 1)
MONTH = np.arange(1.0, MONTHS + 1)

Array = Any  # numpy arrays of shape (S, 1), (S, 30) or (S, 60); with views stacked, (4, S, ...)


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
    late = np.empty_like(path)
    late[..., :1] = first
    late[..., 1:] = path[..., :-1]
    return late


def following(path: Array, last: float = np.nan) -> Array:
    """The path one period early; `last` stands after the end."""
    early = np.empty_like(path)
    early[..., -1] = last
    early[..., :-1] = path[..., 1:]
    return early


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


def at_year(path: Array, year: Array) -> Array:
    """The path's value at a whole year (1 to 30), kept as a column."""
    return np.take_along_axis(
        path, np.broadcast_to(year, (*path.shape[:-1], 1)).astype(int) - 1, axis=-1
    )


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
