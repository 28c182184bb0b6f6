"""What the tests of the reader share: the columns wanted, and a table's text put into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bankable.templates.tables import read_table
from bankable.templates.tables.table import Table, Wanted

WANTED = Wanted(
    amounts=("capex", "rate", "price"),
    words=("kind",),
    texts=("name", "group"),
    shares=("rate",),
    label="name",
)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """A function that reads a text or bytes as the table in a file of a given name."""

    def put_and_read(content: str | bytes, name: str = "book.csv") -> Table:
        path = tmp_path / name
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
        return read_table.read(path, WANTED)

    return put_and_read


def told(table: Table) -> dict[tuple[int, str], str]:
    """The faults of a table by row and column."""
    return {(fault.row, fault.column): fault.sentence for fault in table.faults}
