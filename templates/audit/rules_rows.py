"""One formula a row: where a run of copies is broken by another formula, or by a figure typed over
it.

First periods and total columns are no breaks: a cell is judged only where its like neighbours stand
on both sides, or where a long run changes in its middle.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bankable.templates.audit.evidence import Audit, cut
from bankable.templates.audit.finding import Finding, in_ranges, written
from bankable.templates.audit.reading import Cell, Sheet
from bankable.templates.workbook.book import address

BREAK, TYPED = "formula-break", "hard-coded-in-formula-row"
_LIKE = 4  # like neighbours in all, one at least on each side
_LONG = 5  # a change in the middle is judged from this many cells on each side
_TALL, _SHARE = (
    20,
    0.9,
)  # a column whose rows have labels is judged only where it is as tall and as like as this
_ALIKE = 3  # rows that break alike in one column make it a column of totals
_TYPED = "a typed figure"


@dataclass(slots=True)
class _Block:
    key: str
    cells: list[Cell]


def formula_rows(audit: Audit) -> Iterator[Finding]:
    """Breaks along rows, and down columns where the copies run down."""
    for sheet in audit.book.sheets.values():
        rows = _segments(sheet, across=True)
        audit.look(BREAK, len(rows))
        audit.look(TYPED, len(rows))
        broken = [found for line in rows for found in _broken(line)]
        yield from _tell(sheet, _without_totals(broken, across=True))
        yield from _changes(sheet, rows)
        columns = _segments(sheet, across=False)
        audit.look(BREAK, len(columns))
        audit.look(TYPED, len(columns))
        down = [
            found
            for line in columns
            for found in _broken(line)
            if _judged_down(audit, sheet, line, found)
        ]
        told = {cell.row * 20_000 + cell.col for _, block in broken for cell in block.cells}
        yield from _tell(
            sheet,
            [
                found
                for found in _without_totals(down, across=False)
                if told.isdisjoint(c.row * 20_000 + c.col for c in found[1].cells)
            ],
        )


def _key(cell: Cell) -> str:
    if cell.within:
        return f"array {cell.within}"
    return cell.form.text if cell.form is not None else _TYPED


def _segments(sheet: Sheet, across: bool) -> list[list[_Block]]:
    """The unbroken lines of formulas and figures, each as blocks of like cells; only lines with
    formulas and two blocks or more.
    """
    lines: dict[int, list[Cell]] = defaultdict(list)
    for cell in sheet.cells.values():
        if cell.formula is not None or cell.number or cell.within:
            lines[cell.row if across else cell.col].append(cell)
    out = []
    for held in lines.values():
        held.sort(key=lambda cell: (cell.col, cell.row))
        line: list[_Block] = []
        last = -2
        for cell in held:
            at = cell.col if across else cell.row
            if at != last + 1:
                out.append(line)
                line = []
            if line and line[-1].key == _key(cell):
                line[-1].cells.append(cell)
            else:
                line.append(_Block(_key(cell), [cell]))
            last = at
        out.append(line)
    return [line for line in out if any(block.key != _TYPED for block in line)]


def _broken(line: list[_Block]) -> Iterator[tuple[_Block, _Block]]:
    """Blocks between like neighbours, with their left neighbour."""
    repeats = Counter(block.key for block in line)
    for left, block, right in zip(line, line[1:], line[2:], strict=False):
        if (
            left.key != right.key
            or left.key == _TYPED
            or left.key.startswith("array ")
            or block.key.startswith("array ")
        ):
            continue
        around = len(left.cells) + len(right.cells)
        if around < _LIKE or len(block.cells) >= around:
            continue
        if block.key != _TYPED and repeats[block.key] > 1:
            continue  # a subtotal that comes again
        yield left, block


def _without_totals(
    broken: list[tuple[_Block, _Block]], across: bool
) -> list[tuple[_Block, _Block]]:
    """A formula that breaks three rows or more in the same column is a column of totals."""
    alike = Counter(
        (block.key, block.cells[0].col if across else block.cells[0].row) for _, block in broken
    )
    return [
        (left, block)
        for left, block in broken
        if block.key == _TYPED
        or alike[block.key, block.cells[0].col if across else block.cells[0].row] < _ALIKE
    ]


def _judged_down(
    audit: Audit, sheet: Sheet, line: list[_Block], found: tuple[_Block, _Block]
) -> bool:
    """Whether a column is a block of copies: not rows of their own that happen to be alike."""
    left, block = found
    beside = left.cells[-1]
    for step in (-1, 1):
        other = sheet.cells.get((beside.row, beside.col + step))
        if other is not None and other.form is not None and other.form is beside.form:
            return False
    if not any(audit.label(sheet, cell) for cell in block.cells):
        return True
    count = sum(len(one.cells) for one in line)
    return (
        count >= _TALL
        and sum(len(one.cells) for one in line if one.key == left.key) >= _SHARE * count
    )


def _tell(sheet: Sheet, broken: list[tuple[_Block, _Block]]) -> Iterator[Finding]:
    gathered: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for left, block in broken:
        gathered[block.key, left.key].extend(block.cells)
    for (key, around), cells in gathered.items():
        for where in in_ranges((cell.row, cell.col) for cell in cells):
            first = sheet.cells[where[0], where[1]]
            if key == _TYPED:
                yield Finding(
                    TYPED,
                    "error",
                    sheet.name,
                    written(where),
                    f"{cut(str(first.value), 40)} among {cut(around)}",
                    "A figure is typed over the formula of its row: copy the formula back, or make"
                    " the figure an input of its own.",
                )
            else:
                yield Finding(
                    BREAK,
                    "error",
                    sheet.name,
                    written(where),
                    f"{cut(key)} among {cut(around)}",
                    "The formula differs from its neighbours on both sides: copy theirs here, or"
                    " give the exception a flag.",
                )


def _changes(sheet: Sheet, rows: list[list[_Block]]) -> Iterator[Finding]:
    """Long runs that change in their middle; where many rows change together it is the layout
    (history, forecast) and told once.
    """
    at: dict[int, list[tuple[_Block, _Block]]] = defaultdict(list)
    for line in rows:
        for left, right in itertools.pairwise(line):
            if any(
                block.key == _TYPED or block.key.startswith("array ") or len(block.cells) < _LONG
                for block in (left, right)
            ):
                continue
            at[right.cells[0].col].append((left, right))
    for pairs in at.values():
        told = len(pairs) >= _ALIKE
        for left, right in pairs[:1] if told else pairs:
            first, last = right.cells[0], right.cells[-1]
            yield Finding(
                BREAK,
                "note" if told else "warning",
                sheet.name,
                written((first.row, first.col, last.row, last.col)),
                f"{cut(left.key)} becomes {cut(right.key)}",
                (
                    f"{len(pairs)} rows change their formula from column"
                    f" {address(0, first.col)[:-1]} on: say so in a heading."
                    if told
                    else (
                        "The row's formula changes in its middle: use one formula throughout, with"
                        " a flag for the periods that differ."
                    )
                ),
            )
