"""Rows of texts in columns, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WIDTH = 100  # of a line of prose


def table(rows: Sequence[Sequence[str]], left: int = 1, indent: str = "") -> Iterator[str]:
    """Rows in columns, the first `left` of them ranged left, the others right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield (indent + "  ".join(cells)).rstrip()
