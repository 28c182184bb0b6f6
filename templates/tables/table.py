"""What a table is to its callers: columns of numbers and texts, with the row where each stood, and
every fault named.

A caller says in `Wanted` which columns it knows; a `Table` holds those, in rows that hold anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

MOST_ROWS = 1_048_576  # of a sheet; a text or parquet table may hold MOST_CELLS in all
MOST_COLUMNS = 16_384
MOST_CELLS = 200_000_000
ERRORS = frozenset(
    (
        *("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!"),
        *("#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA"),
    )
)


class Unsaved:
    """The value of a formula that no program has calculated and saved yet."""

    def __repr__(self) -> str:
        return "a formula without a saved value"


UNSAVED = Unsaved()


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell or row of the table, as a person finds it there."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Wanted:
    """The columns that a caller knows: amounts are numbers, words are chosen from a list, texts are
    kept as typed.

    `passed` are known and not read; `shares` are the amounts that may be typed as 65%; `label` is the text column in which a row of
    totals says so.
    """

    amounts: Collection[str]
    words: Collection[str] = ()
    texts: Collection[str] = ()
    passed: Collection[str] = ()
    shares: Collection[str] = ()
    label: str | None = None

    @property
    def names(self) -> set[str]:
        """All of them."""
        return {*self.amounts, *self.words, *self.texts, *self.passed}


@dataclass(frozen=True)
class Convention:
    """How a file writes numbers: its decimal mark (None where nothing in it shows one), whether the
    other mark is known to part thousands, and whether the file shows its decimal mark throughout.
    """

    decimal: str | None
    thousands: bool = False
    shown: bool = False


@dataclass
class Grid:
    """A table as its file holds it: the headings, the cells below them by position, and the row
    that each line of cells has in a spreadsheet.
    """

    headings: list[str]
    frame: pd.DataFrame
    rows: np.ndarray
    read_from: str
    convention: Convention | None = None  # where the file's own form fixes it
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Table:
    """The wanted columns of a file, settled: amounts as numbers (NaN for a blank), words as they
    stand (None for a blank), texts as typed ("" for a blank).

    `faults` name cells that cannot be read; such a cell counts as blank in its column. `notes` say
    how the file was read and what was passed over.
    """

    origin: str
    headings: list[str]
    rows: np.ndarray
    amounts: dict[str, np.ndarray]
    words: dict[str, np.ndarray]
    texts: dict[str, np.ndarray]
    faults: list[Fault]
    notes: list[str]

    @property
    def size(self) -> int:
        """How many rows hold something."""
        return int(self.rows.size)


def shown(value: Any) -> str:
    """A cell's value in a sentence: short, on one line, in quotes where it is a text."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:36] + "..."
