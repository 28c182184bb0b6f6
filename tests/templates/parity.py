"""Holds every row of a calculated comparison against the chain in `udfs/chain/`, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from templates import comparison
from templates.book import Book
from templates.dealfile import SourcedDeal
from udfs import deal as deals

NO_TWIN = {"year", "month", "decision_words", "binding_name"}  # heads and words; their numbers have twins
TOLERANCE = 1e-9


def same(got: Any, want: float) -> bool:
    """|a - b| <= 1e-9 max(1, |a|, |b|); n/a is the chain's NaN."""
    if np.isnan(want):
        return got == "n/a"
    return isinstance(got, (int, float)) and abs(got - want) <= TOLERANCE * max(1.0, abs(got), abs(want))


def rows_of(book: Book, cases: list[SourcedDeal]) -> Iterator[tuple[int, str, str, str]]:
    """(case, sheet, key on the sheet, key of the chain) of every row that must agree."""
    for i, name in enumerate(comparison.sheet_names(cases)):
        for sheet in (name, f"{name} build"):
            for key in book[sheet].placed:
                if key not in deals.KEYS and key not in NO_TWIN:
                    yield i, sheet, key, key
        prefix = f"c{i + 1}_"
        for key in book["Returns"].placed:
            if key.startswith((f"{prefix}irr_", f"{prefix}log_rate_")):
                yield i, "Returns", key, key.removeprefix(prefix)


def differences(book: Book, cases: list[SourcedDeal]) -> tuple[int, list[str]]:
    """How many cells were held against the chain, and those that differ."""
    results = deals.evaluate([case.deal for case in cases])
    compared, faults = 0, []
    for i, sheet, key, twin in rows_of(book, cases):
        place = book[sheet].placed[key]
        got = book[sheet].values_of(key) if place.kind == "path" else [book[sheet].value_of(key)]
        want = np.broadcast_to(results[twin][i], (len(got),))
        for t, (mine, theirs) in enumerate(zip(got, want, strict=True), start=1):
            compared += 1
            if not same(mine, float(theirs)):
                faults.append(f"{sheet} {key} {t}: workbook {mine}, chain {theirs}")
    return compared, faults
