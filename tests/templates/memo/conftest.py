"""The shipped comparison in a file, tied out once, and the memo of each of its cases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bankable.templates.comparison import compare, tied_out
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.memo import write as memo_write
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book


@pytest.fixture(scope="session")
def workbook(shipped_book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write.write(shipped_book, tmp_path_factory.mktemp("memo") / "book.xlsx")


@pytest.fixture(scope="session")
def tied(workbook: Path) -> tied_out.Filled:
    return tied_out.read(workbook)


@pytest.fixture(scope="session")
def memos(tied: tied_out.Filled, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("memos")
    made = []
    for case in (1, 2, 3):
        data, _, _ = memo_write.compose(memo_write.opened(None, None), tied, case)
        made.append(folder / f"memo-{case}.docx")
        made[-1].write_bytes(data)
    return made


@pytest.fixture(scope="session")
def small_book(shipped: list[SourcedDeal]) -> Book:
    """The factory alone, which is quicker to spoil and to read."""
    return compare.calculated([shipped[1]])


@pytest.fixture(scope="session")
def small_workbook(small_book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write.write(small_book, tmp_path_factory.mktemp("small") / "book.xlsx")


@pytest.fixture
def copy(small_workbook: Path, tmp_path: Path) -> Callable[[], Path]:
    """A fresh copy of the workbook to spoil."""

    def fresh() -> Path:
        return Path(shutil.copy(small_workbook, tmp_path / "book.xlsx"))

    return fresh
