"""The table as a real .xlsx: the arguments in cells (or typed in the formulas), each call beside
its place.

Ranges are always cells; numbers, texts and logicals are typed into the formula in the second form.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from bankable.udfs.cells import OMITTED, CellError
from tests.doors.values import Row

_ERRORS = {"#N/A": "=NA()", "#NUM!": "=10^400", "#DIV/0!": "=1/0"}


@dataclass(frozen=True)
class Place:
    """Where the answer of a row stands on the sheet Calls, and how large it is."""

    row: Row
    first: int
    height: int
    width: int
    formula: str

    def found_in(self, values: dict[tuple[int, int], Any]) -> list[list[Any]]:
        """The cells of the answer among a sheet's values."""
        return [
            [values.get((self.first + i, j)) for j in range(self.width)] for i in range(self.height)
        ]

    @property
    def answer(self) -> list[list[Any]]:
        """The cells due, from the register."""
        due = self.row.answer
        return due if isinstance(due, list) else [[due]]


def build(path: Path, rows: Iterable[Row], typed: bool = False) -> list[Place]:
    """Write the workbook; every formula's saved value is -99, so that only a calculation can make
    it right.
    """
    book = xlsxwriter.Workbook(str(path))
    calls, cells = book.add_worksheet("Calls"), book.add_worksheet("Arguments")
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    places = []
    at = below = 0
    for row in rows:
        texts, col, tallest = [], 0, 1
        for arg in row.args:
            if arg is OMITTED:
                texts.append("")
                continue
            if typed and isinstance(arg, (float, str, bool)):
                texts.append(_typed(arg))
                continue
            lines = arg if isinstance(arg, list) else [[arg]]
            for i, line in enumerate(lines):
                for j, cell in enumerate(line):
                    _put(cells, below + i, col + j, cell, date)
            last = (below + len(lines) - 1, col + len(lines[0]) - 1)
            where = (
                xl_range_abs(below, col, *last)
                if last != (below, col)
                else xl_rowcol_to_cell(below, col, True, True)
            )
            texts.append(f"Arguments!{where}")
            col, tallest = last[1] + 2, max(tallest, len(lines))
        below += tallest + 1
        due = row.answer
        height, width = (len(due), len(due[0])) if isinstance(due, list) else (1, 1)
        formula = f"={row.function}({','.join(texts)})"
        if isinstance(due, list):
            calls.write_array_formula(
                at, 0, at + height - 1, width - 1, f"{{{formula}}}", None, -99
            )
        else:
            calls.write_formula(at, 0, formula, None, -99)
        places.append(Place(row, at, height, width, formula))
        at += height + 1
    book.close()
    return places


def _typed(arg: Any) -> str:
    if isinstance(arg, bool):
        return "TRUE" if arg else "FALSE"
    if isinstance(arg, str):
        return '"' + arg.replace('"', '""') + '"'
    return repr(arg).removesuffix(".0")


def _put(sheet: Any, row: int, col: int, cell: Any, date: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, CellError):
        sheet.write_formula(row, col, _ERRORS[cell.code], None, cell.code)
    elif cell == "":
        sheet.write_formula(row, col, '=""', None, "")
    elif isinstance(cell, dt.datetime):
        sheet.write_datetime(row, col, cell, date)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, col, cell)
    elif isinstance(cell, str):
        sheet.write_string(row, col, cell)
    else:
        sheet.write_number(row, col, cell)


def same(found: Any, due: Any) -> bool:
    """Equal to 1e-9, with equal error codes; a blank is an empty cell or an empty text, a logical
    may be a 1 or a 0.
    """
    if isinstance(due, CellError) or isinstance(found, CellError):
        return (
            isinstance(due, CellError) and isinstance(found, CellError) and found.code == due.code
        )
    if due is None or due == "":
        return found is None or found == ""
    if isinstance(due, (int, float)) and isinstance(found, (int, float)):
        return math.isclose(found, due, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == due)
