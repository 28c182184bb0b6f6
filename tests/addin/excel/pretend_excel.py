"""A workbook in memory with the part of xlwings' interface that the ribbon's tasks use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter, range_boundaries


class Cells:
    """A range of a pretended sheet."""

    def __init__(self, sheet: PretendSheet, top: int, left: int, bottom: int, right: int) -> None:
        self.sheet, self.row, self.column, self._last = sheet, top, left, (bottom, right)
        self.api = self
        self.font = self
        self._with_errors = False

    @property
    def address(self) -> str:
        first = f"${get_column_letter(self.column)}${self.row}"
        last = f"${get_column_letter(self._last[1])}${self._last[0]}"
        return first if first == last else f"{first}:{last}"

    def options(self, ndim: int | None = None, err_to_str: bool = False) -> Cells:
        made = Cells(self.sheet, self.row, self.column, *self._last)
        made._with_errors = err_to_str
        return made

    def _all(self, of: dict[tuple[int, int], Any]) -> list[list[Any]]:
        bottom, right = self._last
        return [
            [of.get((r, c)) for c in range(self.column, right + 1)]
            for r in range(self.row, bottom + 1)
        ]

    @property
    def value(self) -> list[list[Any]]:
        rows = self._all(self.sheet.values)
        hide = not self._with_errors
        return [
            [None if hide and isinstance(v, str) and re.match(r"#[A-Z0/]+", v) else v for v in row]
            for row in rows
        ]

    @value.setter
    def value(self, new: Any) -> None:
        self.sheet.values[self.row, self.column] = new

    @property
    def formula(self) -> Any:
        rows = [
            tuple("" if v is None else v for v in row) for row in self._all(self.sheet.formulas)
        ]
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else tuple(rows)

    @formula.setter
    def formula(self, new: str) -> None:
        self.sheet.formulas[self.row, self.column] = new

    formula2 = formula

    @property
    def formula_array(self) -> Any:
        return self.formula

    @formula_array.setter
    def formula_array(self, new: str) -> None:
        self.sheet.formulas[self.row, self.column] = f"{{{new}}} in {self.address}"

    @property
    def color(self) -> Any:
        return self.sheet.colours.get((self.row, self.column))

    @color.setter
    def color(self, new: Any) -> None:
        self.sheet.colours[self.row, self.column] = new

    bold = False

    def Dirty(self) -> None:
        self.sheet.log.append(f"dirty {self.address}")

    def Calculate(self) -> None:
        self.sheet.log.append(f"calculate {self.address}")


class PretendSheet:
    def __init__(self, name: str) -> None:
        self.name = name
        self.values: dict[tuple[int, int], Any] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.colours: dict[tuple[int, int], Any] = {}
        self.log: list[str] = []

    @property
    def used_range(self) -> Cells:
        used = [*self.values, *self.formulas] or [(1, 1)]
        rows, columns = [r for r, _ in used], [c for _, c in used]
        return Cells(self, min(rows), min(columns), max(rows), max(columns))

    def range(self, first: Any, last: Any = None) -> Cells:
        if isinstance(first, str):
            left, top, right, bottom = range_boundaries(first.replace("$", ""))
            return Cells(self, top, left, bottom, right)
        return Cells(self, *first, *(last or first))


class PretendSheets(dict[str, PretendSheet]):
    def __iter__(self) -> Any:
        return iter(self.values())

    def __getitem__(self, which: Any) -> PretendSheet:
        return list(self.values())[which] if isinstance(which, int) else super().__getitem__(which)

    def add(self, name: str, after: PretendSheet) -> PretendSheet:
        assert after is list(self.values())[-1]
        assert name not in self.keys()
        self[name] = PretendSheet(name)
        return self[name]


class PretendBook:
    """One workbook, which is also its application and its COM object."""

    def __init__(self, folder: Path, **sheets: dict[str, Any]) -> None:
        self.name, self.fullname = "deal.xlsx", str(folder / "deal.xlsx")
        self.sheets = PretendSheets({name: PretendSheet(name) for name in sheets})
        for name, cells in sheets.items():
            for address, value in cells.items():
                cell = self.sheets[name].range(address)
                if isinstance(value, str) and value.startswith("="):
                    self.sheets[name].formulas[cell.row, cell.column] = value
                else:
                    cell.value = value
        self.app = self.api = self.books = self
        self.calculated = 0
        self.opened: list[str] = []
        self.selection: Any = None

    @property
    def FullName(self) -> str:
        return self.fullname

    def calculate(self) -> None:
        self.calculated += 1

    def open(self, path: str) -> None:
        self.opened.append(path)

    def SaveCopyAs(self, path: str) -> None:
        Path(path).write_bytes(b"a copy")
