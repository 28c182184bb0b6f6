"""Ranges too large for the engine: it lays out what a formula reads, and one stray cell far out
makes whole columns long.

The engine ends a range at the sheet's last used row, but not at its last column; beyond its limit
it answers `#NUM!` or runs out of memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bankable.templates.engine.opened_file import Opened
from bankable.templates.workbook.book import address, cell_at, sheet_prefix

MOST_CELLS = 5_000_000  # of a range that a formula reads

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_RANGE = re.compile(
    r"(?P<sheet>(?:'(?:[^']|'')+'|[\w.]+)!)?(?<![\w.])(?P<first>\$?[A-Z]{1,3}\$?\d{1,7}|\$?[A-Z]{1,3}|\$?\d{1,7}):"
    r"(?P<last>\$?[A-Z]{1,3}\$?\d{1,7}|\$?[A-Z]{1,3}|\$?\d{1,7})(?![\w.(!])",
    re.IGNORECASE,
)
_ROWS, _COLUMNS = 1_048_576, 16_384


def too_wide(opened: Opened) -> dict[tuple[str, tuple[int, int]], str]:
    """The formula cells that read more cells than the engine takes, with the reason."""
    depth = {sheet.lower(): max(cells, default=(0, 0)) for sheet, cells in opened.cells.items()}
    names = {
        name: reason for name, area in opened.ranges.items() if (reason := _reason(area, "", depth))
    }
    named = (
        re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?![\w.(])", re.IGNORECASE)
        if names
        else None
    )
    found = {}
    known: dict[tuple[str, str], str] = {}
    for sheet, formulas in opened.formulas.items():
        for spot, text in formulas.items():
            if (sheet, text) not in known:
                known[sheet, text] = _reason(text, sheet, depth)
                if (
                    named is not None
                    and not known[sheet, text]
                    and (called := named.search(_TEXT.sub('""', text)))
                ):
                    known[sheet, text] = next(
                        reason
                        for name, reason in names.items()
                        if name.lower() == called[0].lower()
                    )
            if known[sheet, text]:
                found[sheet, spot] = known[sheet, text]
    return found


def _reason(text: str, sheet: str, depth: Mapping[str, tuple[int, int]]) -> str:
    if ":" not in text:
        return ""
    for written, where, cells in _ranges(_TEXT.sub('""', text), sheet, depth):
        if cells > MOST_CELLS:
            row, col = depth[where.lower()]
            last = f"{sheet_prefix(where)}{address(row, col)}"
            return f"reads {written}, {cells:,} cells down to {last}, more than the engine takes"
    return ""


def _ranges(
    text: str, sheet: str, depth: Mapping[str, tuple[int, int]]
) -> Iterator[tuple[str, str, int]]:
    """The ranges in a formula: as written, on which sheet, and how many cells the engine lays out
    for each.
    """
    for found in _RANGE.finditer(text):
        where = (found["sheet"] or f"{sheet}!")[:-1]
        where = where[1:-1].replace("''", "'") if where.startswith("'") else where
        if where.lower() not in depth:
            continue
        (top, left), (bottom, right) = (
            _corner(found["first"], 0, 0),
            _corner(found["last"], _ROWS - 1, _COLUMNS - 1),
        )
        top, bottom, left, right = (
            min(top, bottom),
            max(top, bottom),
            min(left, right),
            max(left, right),
        )
        yield (
            found[0],
            where,
            max(0, min(bottom, depth[where.lower()][0]) - top + 1) * (right - left + 1),
        )


def _corner(text: str, row: int, col: int) -> tuple[int, int]:
    """A corner of a range, with this row or column where it names none."""
    plain = text.replace("$", "")
    if plain.isdigit():
        return int(plain) - 1, col
    if plain.isalpha():
        return row, cell_at(f"{plain}1")[1]  # type: ignore[index]
    return cell_at(plain) or (row, col)
