"""A workbook in memory: cells with values and formulas, blocks, names, validations, charts, print
setup.

Sheets are filled by the modules of this folder, given values by `engine.calculate` and put into a
file by `write.write`; nothing here knows finance, and rows and columns count from 0 throughout.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bankable.udfs.cells import CellError

Value = float | int | bool | str | dt.datetime | dt.date | CellError | None

_PLAIN_SHEET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LOOKS_LIKE_CELL = re.compile(r"(?i)([a-z]{1,3}[0-9]+|r[0-9]*c?[0-9]*|c[0-9]*)\Z")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")
_EPOCH = dt.datetime(1899, 12, 30)
_RESERVED_IN_NAMES = set(":\\/?*[]")


@lru_cache(maxsize=1024)
def column_letters(col: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, col: int, absolute: bool = False) -> str:
    """The A1 address of a cell; `absolute` sets both dollars."""
    return f"${column_letters(col)}${row + 1}" if absolute else f"{column_letters(col)}{row + 1}"


def cell_at(text: str) -> tuple[int, int] | None:
    """Row and column (from 0) of an A1 address; None where it is none."""
    found = _ADDRESS.match(text.strip())
    if found is None:
        return None
    col = 0
    for letter in found[1].upper():
        col = col * 26 + ord(letter) - 64
    return int(found[2]) - 1, col - 1


def area(
    first_row: int, first_col: int, last_row: int, last_col: int, absolute: bool = False
) -> str:
    """The A1 address of a range; one cell where first and last agree."""
    first = address(first_row, first_col, absolute)
    last = address(last_row, last_col, absolute)
    return first if first == last else f"{first}:{last}"


def sheet_prefix(name: str) -> str:
    """A sheet's name as it stands before a cell in a formula, quoted where it must be: 'Data
    centre'!
    """
    if _PLAIN_SHEET_NAME.match(name) and not _LOOKS_LIKE_CELL.match(name):
        return f"{name}!"
    return "'" + name.replace("'", "''") + "'!"


def serial(day: dt.datetime | dt.date) -> float:
    """A date as a spreadsheet counts it."""
    moment = day if isinstance(day, dt.datetime) else dt.datetime(day.year, day.month, day.day)
    return (moment.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)


class Typed(str):
    """A text that somebody typed: it stays a text in its cell, also where it begins with =."""


@dataclass
class Cell:
    """One cell: its value, the formula that gives it (if any), its style and its note.

    The value of a formula is None until the book is calculated. `block` is the array block that the
    cell belongs to; only the block holds the formula then.
    """

    value: Value = None
    formula: str | None = None
    style: str = "text"
    note: str | None = None
    block: Block | None = field(default=None, repr=False)
    link: str | None = None


@dataclass
class Block:
    """An array formula over a fixed range, {=...} in a spreadsheet."""

    first_row: int
    first_col: int
    rows: int
    cols: int
    formula: str

    @property
    def last_row(self) -> int:
        return self.first_row + self.rows - 1

    @property
    def last_col(self) -> int:
        return self.first_col + self.cols - 1


@dataclass(frozen=True)
class TimeColumns:
    """Where a block of rows keeps its time columns."""

    first: int
    count: int

    @property
    def last(self) -> int:
        return self.first + self.count - 1


@dataclass(frozen=True)
class Placed:
    """Where a keyed row stands: a scalar in (row, col), or a path along its time columns with a
    total in `col`.
    """

    row: int
    kind: str
    col: int
    columns: TimeColumns | None = None


@dataclass(frozen=True)
class Validation:
    """What may be typed in a range, and what the reader is told when the cell is chosen.

    `kind` is decimal, whole, date, length, list or custom. `low` and `high` bound it (numbers or
    formulas); a list takes its words from `choices` or from the range in `formula`; custom takes
    `formula`.
    """

    range: tuple[int, int, int, int]
    kind: str
    low: Any = None
    high: Any = None
    choices: tuple[str, ...] = ()
    formula: str | None = None
    title: str = ""
    message: str = ""
    error: str = ""
    blank_allowed: bool = True


@dataclass(frozen=True)
class Conditional:
    """A conditional format over a range.

    `kind` is formula (`rule` is a formula relative to the first cell), equal, not_equal, less,
    less_equal, greater, greater_equal (against `rule`), error, two_colours or three_colours (a heat
    map from low to high).
    """

    range: tuple[int, int, int, int]
    kind: str
    rule: Any = None
    style: str = "alert fill"
    low_colour: str = "F7FBFF"
    middle_colour: str = "C6DBEF"
    high_colour: str = "6BAED6"


@dataclass(frozen=True)
class Series:
    """One line or column of a chart; references are A1 with the sheet's name, or row-language
    tokens.
    """

    name: str
    values: str
    categories: str | None = None
    colour: str | None = None
    dashed: bool = False
    on_line: bool = False  # in a column chart: drawn as a line over the columns


@dataclass(frozen=True)
class Chart:
    """A native chart: `kind` is line, column, stacked or scatter; its top left corner stands at
    (row, col).

    `name` of a series is a text, or a token or reference where it holds a `!` or a brace. Number
    formats are a spreadsheet's.
    """

    kind: str
    title: str
    series: tuple[Series, ...]
    row: int
    col: int
    width: int = 620
    height: int = 300
    x_title: str = ""
    y_title: str = ""
    x_format: str = "0"
    y_format: str = "#,##0"
    y_low: float | None = None
    y_high: float | None = None
    alt_text: str = ""


@dataclass
class Print:
    """How a sheet prints. `title_rows` and `title_cols` (first, last) repeat on every page."""

    landscape: bool = True
    paper: str = "A4"  # or Letter
    pages_wide: int = 1
    pages_tall: int = 0  # 0 = as many as needed
    title_rows: tuple[int, int] | None = None
    title_cols: tuple[int, int] | None = None
    area: tuple[int, int, int, int] | None = None
    footer: str = "&L&8&F&C&8&A&R&8Page &P of &N"
    row_breaks: tuple[int, ...] = ()


@dataclass
class Sheet:
    """One sheet. `placed` says where each key of the row language stands; `keys` gives the bare row
    numbers.
    """

    name: str
    tab: str | None = None
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    placed: dict[str, Placed] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    row_groups: list[tuple[int, int, int]] = field(default_factory=list)
    column_groups: list[tuple[int, int, int]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    conditionals: list[Conditional] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    freeze: tuple[int, int] | None = None
    gridlines: bool = False
    links_green: bool = True  # a page that only shows is printed in black
    zoom: int = 85
    print: Print = field(default_factory=Print)

    @property
    def keys(self) -> dict[str, int]:
        """Key to row number (from 0)."""
        return {key: place.row for key, place in self.placed.items()}

    def put(
        self, row: int, col: int, content: Value, style: str = "text", note: str | None = None
    ) -> Cell:
        """Place a value, or a formula where it starts with = and is not `Typed`; replaces what
        stood there.
        """
        old = self.cells.get((row, col))
        if old is not None and old.block is not None:
            raise ValueError(f"{self.name}!{address(row, col)} belongs to an array block")
        cell = Cell(None, None, style, note)
        if isinstance(content, str) and content.startswith("=") and not isinstance(content, Typed):
            cell.formula = content
        else:
            cell.value = content
        self.cells[row, col] = cell
        return cell

    def put_row(self, row: int, col: int, contents: Sequence[Value], style: str = "text") -> None:
        """Place several values or formulas side by side."""
        for i, content in enumerate(contents):
            self.put(row, col + i, content, style)

    def array(
        self,
        first_row: int,
        first_col: int,
        rows: int,
        cols: int,
        formula: str,
        style: str = "number",
    ) -> Block:
        """Place an array formula over a range; every cell of it gets the style."""
        if rows < 1 or cols < 1 or not formula.startswith("="):
            raise ValueError(
                f"{self.name}!{address(first_row, first_col)}: a block needs a formula and at least"
                " one cell"
            )
        block = Block(first_row, first_col, rows, cols, formula)
        for row in range(first_row, first_row + rows):
            for col in range(first_col, first_col + cols):
                if (row, col) in self.cells:
                    raise ValueError(
                        f"{self.name}!{address(row, col)} already holds something: no room for the"
                        f" block {formula}"
                    )
                self.cells[row, col] = Cell(None, None, style, None, block)
        self.blocks.append(block)
        return block

    def hyperlink(
        self, row: int, col: int, text: str, target: str, style: str = "hyperlink"
    ) -> None:
        """Place a text that leads to a sheet or cell of the book (`Inputs`, `Inputs!B4`) or to an
        address (https://...).
        """
        self.put(row, col, Typed(text), style).link = target

    def mark(self, key: str, row: int, col: int) -> None:
        """Give a cell of a free-form sheet a key, so that formulas may name it as {Sheet!key}."""
        if key in self.placed:
            raise ValueError(f"sheet {self.name} has the key {key} twice")
        self.placed[key] = Placed(row, "scalar", col)

    def mark_path(self, key: str, row: int, columns: TimeColumns, total_col: int = 4) -> None:
        """Give a row of a free-form sheet a key, so that formulas may name it as a path."""
        if key in self.placed:
            raise ValueError(f"sheet {self.name} has the key {key} twice")
        self.placed[key] = Placed(row, "path", total_col, columns)

    def value(self, row: int, col: int) -> Value:
        """The value of a cell after calculation; None for an empty one."""
        cell = self.cells.get((row, col))
        return None if cell is None else cell.value

    def values_of(self, key: str) -> list[Value]:
        """The values of a keyed path, in time order."""
        place = self.placed[key]
        if place.columns is None:
            raise KeyError(f"{key} on sheet {self.name} is one cell, not a path")
        return [
            self.value(place.row, col) for col in range(place.columns.first, place.columns.last + 1)
        ]

    def value_of(self, key: str) -> Value:
        """The value of a keyed scalar (of a path: its total)."""
        place = self.placed[key]
        return self.value(place.row, place.col)

    def group_rows(self, first: int, last: int, level: int = 1) -> None:
        """An outline group over rows, shown open."""
        self.row_groups.append((first, last, level))

    def group_columns(self, first: int, last: int, level: int = 1) -> None:
        """An outline group over columns, shown open."""
        self.column_groups.append((first, last, level))


@dataclass
class Book:
    """A workbook: its sheets in tab order, its defined names, and what stands in the file's
    properties.

    `created` is given, never read from the clock, so that the same book is the same file.
    """

    created: dt.datetime
    title: str
    author: str = ""
    subject: str = ""
    comments: str = ""
    sheets: dict[str, Sheet] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def sheet(self, name: str, tab: str | None = None) -> Sheet:
        """A new sheet after the others; `tab` is the tab's colour."""
        if (
            not name
            or len(name) > 31
            or _RESERVED_IN_NAMES & set(name)
            or name[0] == "'"
            or name[-1] == "'"
        ):
            raise ValueError(f"no sheet can be called {name!r}")
        if name.lower() in (old.lower() for old in self.sheets):
            raise ValueError(f"the book has a sheet {name} already")
        self.sheets[name] = Sheet(name, tab)
        return self.sheets[name]

    def __getitem__(self, name: str) -> Sheet:
        return self.sheets[name]

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets.values())

    def define(self, name: str, target: str) -> None:
        """Define a name for a cell or range: `Inputs!$D$12`, or a token such as
        `{Inputs!gearing}`.
        """
        if not re.match(r"[A-Za-z_][A-Za-z0-9_.]*\Z", name) or _LOOKS_LIKE_CELL.match(name):
            raise ValueError(f"{name!r} cannot be a defined name")
        if name.lower() in (old.lower() for old in self.names):
            raise ValueError(f"the name {name} is defined twice")
        self.names[name] = target

    def formulas(self) -> int:
        """How many formulas and array blocks the book holds."""
        return sum(
            len(sheet.blocks) + sum(cell.formula is not None for cell in sheet.cells.values())
            for sheet in self
        )

    def errors(self) -> list[str]:
        """The cells that hold an error value, as `Sheet!A1 #N/A`."""
        return [
            f"{sheet_prefix(sheet.name)}{address(*spot)} {cell.value.code}"
            for sheet in self
            for spot, cell in sheet.cells.items()
            if isinstance(cell.value, CellError)
        ]
