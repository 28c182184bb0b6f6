"""The shipped comparison, calculated once for all tests that only read it."""

from __future__ import annotations

import pytest
from bankable.templates import comparison, dealfile
from bankable.templates.book import Book
from bankable.templates.dealfile import SourcedDeal


@pytest.fixture(scope="session")
def shipped() -> list[SourcedDeal]:
    return dealfile.load_shipped()


@pytest.fixture(scope="session")
def shipped_book(shipped: list[SourcedDeal]) -> Book:
    return comparison.calculated(shipped)
