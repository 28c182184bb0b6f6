"""The comparison of the shipped deals as text, a line a row and by key: `python -m tests.snapshots.by_key` writes it anew.

A line names the row by its key (by its first text where it has none), its label, its formula in the row language, and figures to ten
digits, so that a changed line says which figure moved and a row put in shifts no other line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.workbook.book import Block, Book, Cell, Placed, Sheet, Value
from bankable.udfs.cells import CellError

FOLDER = Path(__file__).parent / "comparison"
HEAD = "key\tlabel\tformula\tfirst\tlast\ttotal\tall numbers, absolute\n"
NIL = (
    1e-9  # a smaller figure is the rest of a subtraction, which differs from processor to processor
)
_ROW_NUMBER = re.compile(r"(\$?\b[A-Z]{1,3}\$?)[0-9]{1,7}\b(?![(.])")
_SAYS_THE_VERSION = {"Cover", "Change log"}  # their dates and digests are no figures


class Line(NamedTuple):
    """One row of a sheet."""

    key: str
    label: str
    formula: str
    first: str
    last: str
    total: str
    numbers: str

    def __str__(self) -> str:
        return "\t".join(self)


def shown(value: Value) -> str:
    """A value as it stands in a line."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = value.code if isinstance(value, CellError) else str(value)
        return " ".join(text.split())[:60]
    return f"{value:.10g}" if abs(value) >= NIL else "0"


def without_places(formula: str) -> str:
    """A formula whose plain addresses have lost their row numbers, which an inserted row would shift."""
    return _ROW_NUMBER.sub(r"\1.", formula)


def formula_at(cell: Cell | None, block: Block | None) -> str:
    """The formula of a cell, or of the array that it stands in."""
    if block is not None:
        return without_places(block.formula)
    return without_places(cell.formula) if cell is not None and cell.formula else ""


def line_of(laid: Sheet, done: Sheet, key: str, place: Placed, label: str) -> Line:
    """The line of a keyed row."""
    if place.columns is None:
        first_col = last_col = place.col
        total = ""
    else:
        first_col, last_col = place.columns.first, place.columns.last
        total = shown(done.value(place.row, place.col))
    spot = (place.row, first_col)
    cell = laid.cells.get(spot)
    values = [done.value(place.row, col) for col in range(first_col, last_col + 1)]
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    return Line(
        key,
        label,
        formula_at(cell, cell.block if cell else None),
        shown(values[0]),
        shown(values[-1]) if place.columns else "",
        total,
        shown(float(sum(map(abs, numbers)))) if place.columns else "",
    )


def label_of(done: Sheet, row: int) -> str:
    """The first text in a row."""
    for col in range(12):
        value = done.value(row, col)
        if isinstance(value, str) and value:
            return shown(value)
    return ""


def lines_of(laid: Sheet, done: Sheet) -> Iterator[Line]:
    """The lines of a sheet from top to bottom: its keyed rows, and the others where they hold a formula."""
    by_row: dict[int, list[tuple[int, str, Placed]]] = {}
    for key, place in laid.placed.items():
        by_row.setdefault(place.row, []).append((place.col, key, place))
    cells: dict[int, dict[int, Cell]] = {}
    for (row, col), cell in laid.cells.items():
        cells.setdefault(row, {})[col] = cell
    for row in sorted(cells):
        label = label_of(done, row)
        covered: set[int] = set()
        for _, key, place in sorted(by_row.get(row, []), key=lambda found: found[:2]):
            yield line_of(laid, done, key, place, label)
            covered |= {place.col}
            if place.columns is not None:
                covered |= set(range(place.columns.first, place.columns.last + 1))
        rest = {
            col: cell
            for col, cell in sorted(cells[row].items())
            if col not in covered and (cell.formula or cell.block)
        }
        if rest:
            first, last = min(rest), max(rest)
            values = [done.value(row, col) for col in rest]
            numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
            yield Line(
                "-",
                label,
                formula_at(rest[first], rest[first].block),
                shown(done.value(row, first)),
                shown(done.value(row, last)),
                "",
                shown(float(sum(map(abs, numbers)))),
            )


def texts() -> dict[str, str]:
    """The snapshot by sheet: of the shipped comparison as laid, with the values that the engine gives."""
    cases = deal_file.load_shipped()
    laid: Book = compare.build(cases)
    done = compare.calculated(cases)
    return {
        sheet.name: HEAD + "".join(f"{line}\n" for line in lines_of(sheet, done[sheet.name]))
        for sheet in laid
        if sheet.name not in _SAYS_THE_VERSION
    }


def path_of(sheet: str) -> Path:
    """The file of a sheet."""
    return FOLDER / f"{sheet}.txt"


def main() -> None:
    """Write the snapshot anew, and drop the files of sheets that are no more."""
    FOLDER.mkdir(exist_ok=True)
    wanted = {path_of(sheet): text for sheet, text in texts().items()}
    for path in FOLDER.glob("*.txt"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.name} written")


if __name__ == "__main__":
    main()
