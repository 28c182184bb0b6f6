"""Whether the cells of a file are the model's: formulas, constants and empty cells, one by one.

The blue cells, the titles and the words of the sources are the reader's; all else that differs is
named.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula

from bankable.templates.comparison import tie_out
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import SOURCE_HEAD
from bankable.templates.workbook.book import Book, Sheet, address, serial, sheet_prefix
from bankable.templates.workbook.rows import LABEL
from bankable.udfs.cells import CellError

_FREE_SHEETS = {"Cover", "Sources"}  # words only: what stands there changes no figure


def changed(book: Book, formulas: Any) -> list[str]:
    """Formulas, constants and empty cells of the laid `book` that are not so in the file."""
    faults = []
    for sheet in book:
        if sheet.name in _FREE_SHEETS:
            continue
        stored = formulas[sheet.name]._cells  # only the cells that exist, however far apart
        there = {
            (row - 1, col - 1): cell.value
            for (row, col), cell in stored.items()
            if cell.value is not None
        }
        free = _free_cells(sheet)
        for spot in sorted(there.keys() | sheet.cells.keys()):
            if spot in free:
                continue
            fault = _fault(sheet, spot, there.get(spot))
            if fault:
                faults.append(f"{sheet_prefix(sheet.name)}{address(*spot)} {fault}")
    return faults


def _free_cells(sheet: Sheet) -> set[tuple[int, int]]:
    """The blue cells, the sheet's title and, on Inputs, the sources: the reader's to change."""
    free = {spot for spot, cell in sheet.cells.items() if cell.style.startswith("input ")} | {
        (frame.TITLE_ROW, LABEL)
    }
    if sheet.name == "Inputs":
        heads = {
            col
            for (row, col), cell in sheet.cells.items()
            if row == frame.HEAD_ROW
            and (str(cell.formula).startswith('="Source') or cell.value == SOURCE_HEAD)
        }
        free |= {(row, col) for row, col in sheet.cells if col in heads and row > frame.HEAD_ROW}
    return free


def _fault(sheet: Sheet, spot: tuple[int, int], got: Any) -> str | None:
    cell = sheet.cells.get(spot)
    text = got.text if isinstance(got, ArrayFormula) else got
    is_formula = isinstance(text, str) and text.startswith("=")
    if cell is None:
        return f"holds {shown(text)} where the model has nothing"
    block = cell.block
    wanted = (
        cell.formula
        if block is None
        else block.formula
        if (block.first_row, block.first_col) == spot
        else None
    )
    if block is not None and wanted is None:
        return None  # the rest of an array; its head is held against the model
    if wanted is None:
        same = (
            text == cell.value
            or (cell.value in (None, "") and text in (None, ""))
            or _equal_numbers(text, cell.value)
        )
        return None if same else f"holds {shown(text)} where the model has {shown(cell.value)}"
    if not is_formula:
        return f"holds {shown(text)} where the model has the formula {wanted}"
    return (
        None
        if text == wanted or normal(text) == normal(wanted)
        else f"holds the formula {text} where the model has {wanted}"
    )


def _equal_numbers(a: Any, b: Any) -> bool:
    a, b = (serial(value) if isinstance(value, dt.date) else value for value in (a, b))
    return (
        isinstance(a, (int, float))
        and isinstance(b, (int, float))
        and tie_out.close(float(a), float(b))
    )


_WHOLE_RANGE = re.compile(
    r"([\w\x01.() -]+)!(\$?[A-Z]{1,3}\$?[0-9]+):\1!"
)  # Data!A1:Data!A9 is Data!A1:A9
_PARTS = re.compile(r'("(?:[^"]|"")*")|([^"]+)')


def normal(formula: str) -> str:
    """A formula as every program writes it: no spaces, no prefixes, no needless quotes, letters in
    one case.
    """

    def plain(part: re.Match[str]) -> str:
        if part[1]:
            return part[1]
        text = re.sub(r"'([^']*)'!", lambda found: f"{found[1].replace(' ', chr(1))}!", part[2])
        text = re.sub(r"\s+", "", text).upper()
        text = _WHOLE_RANGE.sub(r"\1!\2:", text)
        return (
            text.replace("_XLFN.", "")
            .replace("_XLWS.", "")
            .replace("TRUE()", "TRUE")
            .replace("FALSE()", "FALSE")
        )

    return _PARTS.sub(plain, formula.strip())


def shown(value: Any) -> str:
    """A cell's content as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
