"""The shipped comparison, calculated once for all tests that only read it."""

from __future__ import annotations

import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book


@pytest.fixture(scope="session")
def shipped() -> list[SourcedDeal]:
    return deal_file.load_shipped()


@pytest.fixture(scope="session")
def shipped_book(shipped: list[SourcedDeal]) -> Book:
    return compare.calculated(shipped)
