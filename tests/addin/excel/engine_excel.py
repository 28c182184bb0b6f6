"""An Excel made of the embedded engine: workbooks are written, calculated and read back through the
part of xlwings that `bankable excel-check` uses.

`Engine.wrong` changes what a cell shows, so that one sees whether a wrong Excel is found out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from bankable.templates.engine import calculation
from bankable.templates.workbook.book import address
from bankable.udfs.cells import CellError

Spot = tuple[int, int]  # row and column from 0


class Engine:
    """The module `xlwings`."""

    def __init__(self, folder: Path, wrong: Callable[[str, Spot, Any], Any] | None = None) -> None:
        self.folder = folder
        self.wrong = wrong or (lambda sheet, spot, value: value)
        self.apps: list[App] = []

    def App(self, visible: bool, add_book: bool) -> App:
        assert not add_book
        self.apps.append(App(self))
        return self.apps[-1]


class App:
    version = "16.0"
    Build, OperatingSystem = 17928.2, "Windows (64-bit) NT 10.00"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.api = self.books = self
        self.opened: list[str] = []
        self.ended = False
        self.display_alerts = True
        self.all: list[Book] = []

    def International(self, number: int) -> str:
        return {1: "49", 3: ",", 5: ";"}[number]

    def open(self, path: str, read_only: bool = False) -> Book:
        self.opened.append(Path(path).name)
        self.all.append(Book(self, Path(path)))
        return self.all[-1]

    def add(self) -> Book:
        self.all.append(Book(self, None))
        return self.all[-1]

    def calculate(self) -> None:
        for book in self.all:
            book.values = None

    CalculateFullRebuild = calculate

    def quit(self) -> None:
        self.ended = True

    def kill(self) -> None:
        assert self.ended


class Book:
    def __init__(self, app: App, path: Path | None) -> None:
        self.app, self.path, self.api = app, path, self
        self.typed: dict[str, dict[Spot, Any]] = {}
        self.arrays: dict[tuple[str, Spot], tuple[Spot, str]] = {}
        self.values: dict[str, dict[Spot, Any]] | None = None
        self.constants: Any = None
        self.sheets = Sheets(self)

    def LinkSources(self, kind: int) -> None:
        assert kind == 1

    def close(self) -> None:
        self.app.all.remove(self)

    def save(self, path: str) -> None:
        self.path = self.as_file(Path(path))

    def as_file(self, path: Path) -> Path:
        with xlsxwriter.Workbook(str(path)) as out:
            sheet = out.add_worksheet("Sheet1")
            for (row, col), value in self.typed.get("Sheet1", {}).items():
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(row, col, value)
                else:
                    sheet.write(row, col, value)
            for (_, (row, col)), ((last_row, last_col), formula) in self.arrays.items():
                sheet.write_array_formula(row, col, last_row, last_col, f"{{{formula}}}")
        return path

    def calculated(self) -> dict[str, dict[Spot, Any]]:
        if self.values is None:
            path, changes = self.path, {}
            if path is None or self.arrays:
                path = self.as_file(self.app.engine.folder / "at work.xlsx")
            elif path.suffix == ".xlsm":
                path = self.app.engine.folder / "at work.xlsx"
                path.write_bytes(Path(str(self.path)).read_bytes())
            else:
                changes = {
                    f"'{sheet}'!{address(*spot)}": value
                    for sheet, cells in self.typed.items()
                    for spot, value in cells.items()
                }
            self.values = calculation.calculate_file(path, changes).sheets
            self.constants = self.constants or openpyxl.load_workbook(path, data_only=True)
        return self.values

    def shown(self, sheet: str, spot: Spot) -> Any:
        value = self.calculated().get(sheet, {}).get(spot)
        if value is None and (sheet, spot) not in self.arrays:
            value = self.constants[sheet].cell(spot[0] + 1, spot[1] + 1).value
        value = self.app.engine.wrong(sheet, spot, value)
        return value.code if isinstance(value, CellError) else value


class Sheets:
    def __init__(self, book: Book) -> None:
        self.book = book

    def __getitem__(self, which: Any) -> Sheet:
        return Sheet(self.book, "Sheet1" if which == 0 else which)


class Sheet:
    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name

    def range(self, first: Spot, last: Spot | None = None) -> Range:
        last = last or first
        return Range(self, (first[0] - 1, first[1] - 1), (last[0] - 1, last[1] - 1))


class Range:
    def __init__(self, sheet: Sheet, first: Spot, last: Spot) -> None:
        self.sheet, self.first, self.last = sheet, first, last

    def _put(self, row: int, col: int, value: Any) -> None:
        book = self.sheet.book
        book.typed.setdefault(self.sheet.name, {})[row, col] = value
        book.values = None
        if book.path is None:
            book.constants = None

    def options(self, ndim: int, err_to_str: bool) -> Range:
        assert ndim == 2
        assert err_to_str
        return self

    @property
    def value(self) -> list[list[Any]]:
        return [
            [
                self.sheet.book.shown(self.sheet.name, (row, col))
                for col in range(self.first[1], self.last[1] + 1)
            ]
            for row in range(self.first[0], self.last[0] + 1)
        ]

    @value.setter
    def value(self, new: Any) -> None:
        for i, cells in enumerate(new if isinstance(new, list) else [[new]]):
            for j, cell in enumerate(cells):
                self._put(self.first[0] + i, self.first[1] + j, cell)

    def _formula(self, new: str) -> None:
        for i in range(self.last[0] - self.first[0] + 1):
            text = re.sub(r"ROW\(\)", str(self.first[0] + i + 1), new)
            self._put(self.first[0] + i, self.first[1], text)

    formula = property(None, _formula)

    def _formula_array(self, new: str) -> None:
        self.sheet.book.arrays[self.sheet.name, self.first] = (self.last, new)
        self.sheet.book.values = None

    formula_array = property(None, _formula_array)

    def _formula2(self, new: str) -> None:
        self.last = (self.first[0] + 3, self.first[1])
        self._formula_array(new)

    formula2 = property(None, _formula2)
