"""What every rule is given: the workbook, its graph, the book's way of marking inputs, and the
counts of what was looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property

from bankable.templates.audit.finding import Finding, in_ranges, written
from bankable.templates.audit.graph import Graph
from bankable.templates.audit.r1c1 import Form
from bankable.templates.audit.reading import Book, Cell, Sheet

_ENOUGH = 3  # typed figures that must look alike before they are taken for a convention


class Audit:
    """A workbook under audit."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.graph = Graph(book)
        self.looked: Counter[str] = Counter()

    def look(self, rule: str, count: int = 1) -> None:
        """Count what a rule has looked at."""
        self.looked[rule] += count

    @cached_property
    def by_form(self) -> list[tuple[Sheet, Form, list[Cell]]]:
        """Each sheet's formulas gathered by form."""
        out = []
        for sheet in self.book.sheets.values():
            groups: dict[int, list[Cell]] = defaultdict(list)
            for cell in sheet.formulas:
                groups[id(cell.form)].append(cell)
            out += [
                (sheet, cells[0].form, cells)
                for cells in groups.values()
                if cells[0].form is not None
            ]
        return out

    @cached_property
    def convention(self) -> frozenset[str]:
        """How this book marks its inputs: blue figures, one of its fills, or cells left unlocked;
        empty where it does not.
        """
        typed: Counter[str] = Counter()
        other: Counter[str] = Counter()
        count = 0
        for name, sheet in self.book.sheets.items():
            read = self.graph.read[name]
            for spot, cell in sheet.cells.items():
                if cell.number and spot in read:
                    count += 1
                    typed.update(marks(cell))
                elif cell.formula is not None or (isinstance(cell.value, str) and spot not in read):
                    other.update(marks(cell))
        return frozenset(
            mark
            for mark, times in typed.items()
            if times >= _ENOUGH
            and times >= 4 * other[mark]
            and (times >= 0.2 * count or (mark == "blue" and times >= 0.05 * count))
        )

    def is_input(self, cell: Cell) -> bool:
        """Whether the cell is marked as an input."""
        return bool(self.convention & marks(cell))

    def label(self, sheet: Sheet, cell: Cell) -> str:
        """The nearest text to the left in the row."""
        for col in self._texts(sheet).get(cell.row, ()):
            if col < cell.col:
                return str(sheet.cells[cell.row, col].value)
        return ""

    def header(self, sheet: Sheet, cell: Cell) -> str:
        """The nearest text above in the column."""
        for row in self._texts_down(sheet).get(cell.col, ()):
            if row < cell.row:
                return str(sheet.cells[row, cell.col].value)
        return ""

    def _texts(self, sheet: Sheet) -> dict[int, list[int]]:
        return self._text_lines[sheet.name][0]

    def _texts_down(self, sheet: Sheet) -> dict[int, list[int]]:
        return self._text_lines[sheet.name][1]

    @cached_property
    def _text_lines(self) -> dict[str, tuple[dict[int, list[int]], dict[int, list[int]]]]:
        out = {}
        for name, sheet in self.book.sheets.items():
            across: dict[int, list[int]] = defaultdict(list)
            down: dict[int, list[int]] = defaultdict(list)
            for (row, col), cell in sorted(sheet.cells.items(), reverse=True):
                if (
                    isinstance(cell.value, str)
                    and cell.value.strip()
                    and not cell.error
                    and not is_number(cell.value)
                ):
                    across[row].append(col)
                    down[col].append(row)
            out[name] = across, down
        return out


def marks(cell: Cell) -> frozenset[str]:
    """The marks on a cell by which books tell inputs."""
    style = cell.style
    return style.marks


def is_number(text: str) -> bool:
    """Whether a text reads as a number."""
    plain = text.strip().replace(",", "").removesuffix("%")
    try:
        float(plain)
    except ValueError:
        return False
    return plain.lower().lstrip("+-") not in ("nan", "inf", "infinity")


def by_range(
    rule: str, severity: str, sheet: Sheet, cells: list[Cell], evidence: str, sentence: str
) -> list[Finding]:
    """The same finding for each rectangle of these cells."""
    return [
        Finding(rule, severity, sheet.name, written(where), evidence, sentence)
        for where in in_ranges((cell.row, cell.col) for cell in cells)
    ]


def cut(text: str, most: int = 110) -> str:
    """A text short enough for a table."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
