"""Every row of a calculated comparison against the chain of the same deals, cell by cell."""

from __future__ import annotations

from bankable.templates.comparison import compare, tie_out
from bankable.templates.comparison.tie_out import TOLERANCE as TOLERANCE
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book


def differences(book: Book, cases: list[SourcedDeal]) -> tuple[int, list[str]]:
    """How many cells were held against the chain, and those that differ."""
    compared, faults = tie_out.differences(
        book, compare.sheet_names(cases), [case.deal for case in cases]
    )
    return compared, [f"{cell}: workbook {mine}, chain {theirs}" for cell, mine, theirs in faults]
