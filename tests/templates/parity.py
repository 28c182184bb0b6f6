"""Every row of a calculated comparison against the chain of the same deals, cell by cell."""

from __future__ import annotations

from bankable.templates import comparison, tieout
from bankable.templates.book import Book
from bankable.templates.dealfile import SourcedDeal
from bankable.templates.tieout import TOLERANCE as TOLERANCE


def differences(book: Book, cases: list[SourcedDeal]) -> tuple[int, list[str]]:
    """How many cells were held against the chain, and those that differ."""
    compared, faults = tieout.differences(book, comparison.sheet_names(cases), [case.deal for case in cases])
    return compared, [f"{cell}: workbook {mine}, chain {theirs}" for cell, mine, theirs in faults]
