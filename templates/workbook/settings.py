"""What a reader may set outside the Inputs sheet: blue cells kept under a defined name `set_...`,
read back with a filled workbook.

A `Settings` gives each sheet the values of an earlier workbook where there are any, otherwise the
delivered ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bankable.templates.workbook.book import Book, Sheet, Value, area

PREFIX = "set_"


@dataclass
class Settings:
    """Values by key, a list a key, read from a workbook; empty for a fresh one."""

    values: dict[str, list[Any]] = field(default_factory=dict)

    def place(self, name: str, default: int, most: int) -> int:
        """A whole number kept under a name, within 1 and `most`."""
        kept = self.take(name, [default])[0]
        return min(max(1, int(kept) if isinstance(kept, (int, float)) else default), most)

    def take(self, key: str, delivered: Sequence[Value]) -> list[Any]:
        """The values kept under the key where they are as many as the delivered ones and of their
        kind, otherwise those.
        """
        kept = self.values.get(key, [])
        if len(kept) != len(delivered):
            return list(delivered)
        fits = all(
            isinstance(old, str) == isinstance(new, str) and old is not None
            for old, new in zip(kept, delivered, strict=True)
        )
        return list(kept) if fits else list(delivered)


def keep(
    book: Book, sheet: Sheet, key: str, first_row: int, first_col: int, last_row: int, last_col: int
) -> None:
    """Name a range of blue cells so that `bankable compare` reads it back."""
    book.define(
        PREFIX + key, f"{sheet.name}!{area(first_row, first_col, last_row, last_col, True)}"
    )
