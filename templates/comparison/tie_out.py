"""The tie-out: every row of a case's sheets held against the chain
(`bankable.udfs.deal.deal.evaluate`) by key.

Tests hold a freshly calculated book so, and a memo holds a filled workbook so before a word of it
is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bankable.templates.sentences.of_a_case import NATIVE
from bankable.templates.workbook.book import Book, Value, address, sheet_prefix
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.returns import RATES
from bankable.udfs.deal.deal import Deal

NO_TWIN = {
    "year",
    "month",
    "year_ends",
    "month_ends",
    "decision_words",
    "binding_name",
    "first_failed_name",
    "tightest_name",
    "price_words",
    "sponsor_words",
    "failed_names",
    "looser_names",
    *(f"said_{topic}" for topic in NATIVE),
}  # heads and words; their numbers have twins
TOLERANCE = 1e-9


def close(a: float, b: float) -> bool:
    """|a - b| <= 1e-9 max(1, |a|, |b|), the tolerance of the whole house."""
    return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))


def same(got: Any, want: float) -> bool:
    """Whether a cell shows what the chain says; n/a is the chain's NaN."""
    if math.isnan(want):
        return got == "n/a"
    return isinstance(got, (int, float)) and close(got, want)


def rows_of(book: Book, names: Sequence[str]) -> Iterator[tuple[int, str, str, str]]:
    """(case from 0, sheet, key on the sheet, key of the chain) of every row that must agree;
    `names` are the case sheets.
    """
    for i, name in enumerate(names):
        for sheet in (name, f"{name} build"):
            for key in book[sheet].placed:
                if key not in deals.KEYS and key not in NO_TWIN:
                    yield i, sheet, key, key
        prefix = f"c{i + 1}_"
        for key in book["Returns"].placed:
            if key.startswith((f"{prefix}irr_", f"{prefix}log_rate_")):
                bare = key.removeprefix(prefix)
                yield i, "Returns", key, RATES.get(bare.removeprefix("irr_"), bare)


def as_long(path: np.ndarray, count: int) -> np.ndarray:
    """A figure or a row of the chain as long as the sheet's row, which holds the years of the book's
    longest life; and the months that it was laid for, where a scenario asks more: Checks says so.
    """
    if path.size == 1:
        return np.broadcast_to(path, (count,))
    return np.pad(path, (0, max(0, count - path.size)))[:count]


def differences(
    book: Book, names: Sequence[str], cases: Sequence[Deal]
) -> tuple[int, list[tuple[str, Value, float]]]:
    """How many cells were held against the chain, and those that differ: (cell, its value, the
    chain's).
    """
    results = deals.evaluate(list(cases), None)
    compared, faults = 0, []
    for i, name, key, twin in rows_of(book, names):
        sheet = book[name]
        place = sheet.placed[key]
        columns = (
            [place.col]
            if place.columns is None
            else list(range(place.columns.first, place.columns.last + 1))
        )
        if twin not in results:
            raise KeyError(f"{twin} stands on the sheet {name}, and the chain has no such line")
        want = as_long(results[twin][i], len(columns))
        for col, theirs in zip(columns, want, strict=True):
            compared += 1
            mine = sheet.value(place.row, col)
            if not same(mine, float(theirs)):
                faults.append(
                    (f"{sheet_prefix(name)}{address(place.row, col)}", mine, float(theirs))
                )
    return compared, faults
