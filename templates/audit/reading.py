"""A workbook as the audit sees it: cells with their formulas' forms and saved values, names, links,
and what charts and lists read.

Formulas, styles and names are openpyxl's; saved values, links and calculation settings come from
the package itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from bankable.templates import opening
from bankable.templates.audit.r1c1 import LAST_COL, LAST_ROW, Area, Form, Forms
from bankable.templates.engine.cell_xml import CELL, FORMULA, VALUE, attributes
from bankable.templates.engine.opened_file import date_number
from bankable.templates.engine.workbook_file import WorkbookFile
from bankable.templates.workbook.book import cell_at

ADD_INS = (".xlam", ".xla", ".xll")
_CHART_FORMULA = re.compile(r"<(?:\w+:)?f>([^<]+)</")


@dataclass(slots=True)
class Cell:
    """A cell that holds something; `value` is what was typed, or what was last calculated."""

    row: int
    col: int
    value: Any = None
    formula: str | None = None  # without its =
    form: Form | None = None
    style: Any = None
    within: str | None = None  # the range of the array or data table that it belongs to
    saved: bool = True
    error: bool = False

    @property
    def constant(self) -> bool:
        """Whether it was typed."""
        return self.formula is None and self.within is None

    @property
    def number(self) -> bool:
        """Whether a number (or a date) was typed."""
        return self.constant and not isinstance(self.value, (str, bool)) and self.value is not None


@dataclass
class Sheet:
    """A worksheet; `read_elsewhere` are formulas of validations, conditional formats and tables
    that read cells.
    """

    name: str
    state: str = "visible"
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_cols: list[int] = field(default_factory=list)
    read_elsewhere: list[str] = field(default_factory=list)
    validations: list[str] = field(default_factory=list)
    tables: dict[str, Area] = field(default_factory=dict)
    inputs_of_tables: list[Area] = field(default_factory=list)
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @property
    def formulas(self) -> Iterator[Cell]:
        return (cell for cell in self.cells.values() if cell.formula is not None)


@dataclass
class Link:
    """A link to another file: its number in formulas, where it points, and whether its values were
    saved.
    """

    number: int
    target: str
    saved: bool

    @property
    def add_in(self) -> bool:
        return self.target.lower().endswith(ADD_INS)


@dataclass
class Book:
    """All of a workbook that the rules look at."""

    path: Path
    digest: str
    sheets: dict[str, Sheet] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # small letters; text without =
    spelled: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)  # the formulas of charts
    iterates: bool = False
    manual: bool = False
    as_displayed: bool = False
    dates_from_1904: bool = False
    macros: bool = False
    chart_sheets: list[str] = field(default_factory=list)
    forms: Forms = field(default_factory=Forms)

    def cell(self, sheet: str, row: int, col: int) -> Cell | None:
        found = self.sheets.get(sheet)
        return found.cells.get((row, col)) if found else None


def read(path: str | Path) -> Book:
    """The workbook, after every guard; Refusal says in a sentence why it cannot be read."""
    path = Path(path)
    file = opening.opened(path, foreign=False)
    workbook = opening.cells(file, keep_links=False)
    book = Book(path, hashlib.sha256(file.source).hexdigest())
    _read_package(book, file)
    parts = {sheet.name: sheet.part for sheet in file.worksheets}
    for sheet in workbook.worksheets:
        book.sheets[sheet.title] = _read_sheet(book, sheet, file.text(parts[sheet.title]))
    book.chart_sheets = [sheet.name for sheet in file.sheets if sheet.kind == "chartsheet"]
    for name, defined in workbook.defined_names.items():
        _name(book, name, defined.value)
    for sheet in workbook.worksheets:
        for name, defined in sheet.defined_names.items():
            _name(book, f"{sheet.title}!{name}", defined.value)
    return book


def _name(book: Book, name: str, text: str | None) -> None:
    book.names[name.lower()] = (text or "").lstrip("=")
    book.spelled[name.lower()] = name


# The package -----------------------------------------------------------------------------------


def _read_package(book: Book, file: WorkbookFile) -> None:
    book.macros = file.part_of("vbaProject") is not None
    book.iterates, book.manual = file.iterates, file.manual
    book.as_displayed, book.dates_from_1904 = file.as_displayed, file.dates_from_1904
    for part in file.of_type(".chart+xml", ".chartex+xml", ".chartsheet+xml"):
        book.charts += [unescape(text) for text in _CHART_FORMULA.findall(file.text(part))]
    for number, part in enumerate(file.links, start=1):
        if part in file.parts:
            saved = VALUE.search(file.text(part)) is not None
            book.links.append(Link(number, file.link_target(part), saved))


# A sheet ---------------------------------------------------------------------------------------


def _saved_values(text: str, from_1904: bool) -> dict[tuple[int, int], tuple[Any, bool]]:
    """What cells with formulas showed when the file was saved, and whether it is an error."""
    out: dict[tuple[int, int], tuple[Any, bool]] = {}
    for found in CELL.finditer(text):
        inside = found[3]
        if not inside or ("<f" not in inside and ":f" not in inside) or not FORMULA.search(inside):
            continue
        tag = attributes(found[2])
        spot = cell_at(tag.get("r", ""))
        value = VALUE.search(inside)
        if spot is None or value is None:
            continue
        said, kind = unescape(value[2]), tag.get("t", "n")
        if kind in ("n", "d"):
            try:
                number = float(said) if kind == "n" else date_number(said, from_1904)
            except ValueError:
                continue
            out[spot] = (number, False)
        else:
            out[spot] = (said == "1" if kind == "b" else said, kind == "e")
    return out


def _read_sheet(book: Book, source: Any, text: str) -> Sheet:
    sheet = Sheet(source.title, source.sheet_state)
    saved = _saved_values(text, book.dates_from_1904)
    blocks: list[str] = []
    styles: dict[int, Any] = {}
    for (row, col), held in source._cells.items():
        if held.value is None:
            continue
        spot = row - 1, col - 1
        key = held.style_id
        if key not in styles:
            styles[key] = Style(held)
        cell = Cell(*spot, style=styles[key])
        sheet.cells[spot] = cell
        value = held.value
        if isinstance(value, ArrayFormula):
            blocks.append(value.ref)
            value = value.text or ""
            cell.within = blocks[-1]
            cell.formula = value.removeprefix("=")
        elif isinstance(value, DataTableFormula):
            blocks.append(value.ref)
            cell.within = value.ref
            for spot_of in (value.r1, value.r2):
                place = cell_at(spot_of) if spot_of else None
                if place:
                    sheet.inputs_of_tables.append((*place, *place))
        elif held.data_type == "f":
            cell.formula = str(value)[1:]
        else:
            cell.value, cell.error = value, held.data_type == "e"
        if cell.formula is not None:
            cell.saved = spot in saved
            cell.value, cell.error = saved.get(spot, (None, False))
            cell.form = book.forms.form(cell.formula, *spot)
    for block in blocks:
        _put_within(sheet, block)
    _read_rest(sheet, source)
    return sheet


def _put_within(sheet: Sheet, block: str) -> None:
    first, last = cell_at(block.partition(":")[0]), cell_at(block.rpartition(":")[2])
    if first is None or last is None:
        return
    if (last[0] - first[0] + 1) * (last[1] - first[1] + 1) <= len(sheet.cells):
        spots = [
            (row, col)
            for row in range(first[0], last[0] + 1)
            for col in range(first[1], last[1] + 1)
        ]
    else:
        spots = [
            spot
            for spot in sheet.cells
            if first[0] <= spot[0] <= last[0] and first[1] <= spot[1] <= last[1]
        ]
    for spot in spots:
        cell = sheet.cells.get(spot)
        if cell is not None and cell.formula is None:
            cell.within = block


def _read_rest(sheet: Sheet, source: Any) -> None:
    sheet.hidden_rows = [number - 1 for number, row in source.row_dimensions.items() if row.hidden]
    for col in source.column_dimensions.values():
        if col.hidden and col.min:
            sheet.hidden_cols += range(col.min - 1, min(col.max or col.min, LAST_COL + 1))
    for rule in source.data_validations.dataValidation:
        sheet.validations += [text for text in (rule.formula1, rule.formula2) if text]
    sheet.read_elsewhere = list(sheet.validations)
    for formats in source.conditional_formatting:
        for one in formats.rules:
            sheet.read_elsewhere += [str(text) for text in one.formula or []]
    for table in source.tables.values():
        first, last = cell_at(table.ref.partition(":")[0]), cell_at(table.ref.rpartition(":")[2])
        if first and last:
            sheet.tables[table.displayName] = (*first, *last)
    for area in source.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] <= 10_000:
            for row in range(area.min_row - 1, area.max_row):
                for column in range(area.min_col - 1, area.max_col):
                    sheet.merged[row, column] = (area.min_row - 1, area.min_col - 1)


class Style:
    """How a cell looks, as far as it tells an input from a formula or says a unit."""

    __slots__ = ("format", "marks")

    def __init__(self, cell: Any) -> None:
        colour = cell.font.color if cell.font else None
        fill = (
            _fill(cell.fill.fgColor)
            if cell.fill is not None and cell.fill.fill_type == "solid"
            else ""
        )
        unlocked = "unlocked" if not cell.protection.locked else ""
        self.marks = frozenset(
            mark for mark in ("blue" if _blue(colour) else "", fill, unlocked) if mark
        )
        self.format = str(cell.number_format or "General")


def _blue(colour: Any) -> bool:
    """A plain blue: what modellers give to figures that are typed."""
    if colour is None:
        return False
    if colour.type == "indexed":
        return colour.indexed in (12, 4, 39)
    if colour.type != "rgb" or not isinstance(colour.rgb, str) or len(colour.rgb) < 6:
        return False
    red, green, blue = (int(colour.rgb[-6:][i : i + 2], 16) for i in (0, 2, 4))
    return blue >= 128 and blue >= red + 80 and blue >= green + 40 and red < 100


def _fill(colour: Any) -> str:
    if colour.type == "rgb":
        return "" if str(colour.rgb)[-6:].upper() == "FFFFFF" else f"rgb {str(colour.rgb)[-6:]}"
    if colour.type == "theme":
        return (
            ""
            if colour.theme == 0 and not colour.tint
            else f"theme {colour.theme} {colour.tint:.2f}"
        )
    return "" if colour.indexed in (9, 64, 65) else f"indexed {colour.indexed}"


def inside(area: Area) -> Area:
    """An area kept within the sheet."""
    return max(0, area[0]), max(0, area[1]), min(LAST_ROW, area[2]), min(LAST_COL, area[3])
