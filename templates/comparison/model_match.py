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
from bankable.templates.comparison.owners_notes import SHEET as NOTES
from bankable.templates.comparison.owners_notes import edge
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import SOURCE_HEAD
from bankable.templates.engine.workbook_file import WorkbookFile
from bankable.templates.workbook.book import Block, Book, Sheet, address, area, serial, sheet_prefix
from bankable.templates.workbook.rows import LABEL
from bankable.udfs.cells import CellError

_FREE_SHEETS = {"Cover", "Sources"}  # words only: what stands there changes no figure


def strange_sheets(book: Book, file: WorkbookFile) -> list[str]:
    """Sheets that the model does not have, and sheets that a reader does not see; one called Notes
    is its owner's.
    """
    faults = []
    for sheet in file.sheets:
        if sheet.name not in book.sheets and sheet.name != NOTES:
            faults.append(f"the sheet {sheet.name} is none of the model's: take it out")
        elif sheet.state != "visible":
            faults.append(f"the sheet {sheet.name} is hidden: show it")
        elif sheet.kind != "worksheet":
            faults.append(f"the sheet {sheet.name} is no worksheet: take it out")
    return faults


def strange_names(book: Book, file: WorkbookFile) -> list[str]:
    """Defined names that lead elsewhere than the model's, are gone, or are none of them."""
    wanted = {name.lower(): (name, target) for name, target in book.names.items()}
    faults, met = [], set()
    for held in file.names:
        low = held.name.lower()
        if low.startswith("_xl"):  # print areas, filters and the like, which programs keep so
            continue
        name, target = wanted.get(low, (held.name, None))
        if held.sheet is not None or target is None:
            faults.append(f"the name {held.name} ({held.text}) is none of the model's: delete it")
        elif normal(held.text) != normal(target.lstrip("=")):
            faults.append(f"the name {name} leads to {held.text}, in the model to {target}")
        elif low in met:
            faults.append(f"the name {name} stands in the file twice")
        met.add(low)
    return faults + [
        f"the name {name} is gone" for low, (name, _) in wanted.items() if low not in met
    ]


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
                fault = _moving(there.get(spot))
                faults += [f"{sheet_prefix(sheet.name)}{address(*spot)} {fault}"] if fault else []
                continue
            if sheet.name == "Inputs" and spot not in sheet.cells and _is_note(sheet, spot, there):
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


def _moving(got: Any) -> str | None:
    """What is wrong with an input that is a formula: one that gives another figure tomorrow."""
    text = got.text if isinstance(got, ArrayFormula) else got
    if isinstance(text, str) and text.startswith("=") and _MOVING.search(text):
        return f"is an input and holds {text}, which changes by itself: type the figure"
    return None


def _is_note(sheet: Sheet, spot: tuple[int, int], there: dict[tuple[int, int], Any]) -> bool:
    """Whether a cell right of Inputs or below it is its owner's note: no formula reads there."""
    row, col = edge(sheet)
    got = there.get(spot)
    is_formula = isinstance(got, ArrayFormula) or (isinstance(got, str) and got.startswith("="))
    return (spot[0] > row or spot[1] > col) and not is_formula


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
    if block is not None and wanted is None:  # the rest of an array, whose head is held below
        return f"holds {shown(text)} within the array {_area(block)}" if is_formula else None
    is_one_cell = block is not None and block.rows == block.cols == 1
    if block is not None and not is_one_cell and _spread(got) != _area(block):
        return f"fills {_spread(got)} where the model has one formula over {_area(block)}"
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


def _area(block: Block) -> str:
    return area(block.first_row, block.first_col, block.last_row, block.last_col)


def _spread(got: Any) -> str:
    """The range that an array formula fills; one cell is written as one."""
    text = str(got.ref) if isinstance(got, ArrayFormula) else "this cell alone"
    first, _, last = text.replace("$", "").partition(":")
    return first if first == last else text.replace("$", "")


def _equal_numbers(a: Any, b: Any) -> bool:
    a, b = (serial(value) if isinstance(value, dt.date) else value for value in (a, b))
    return (
        isinstance(a, (int, float))
        and isinstance(b, (int, float))
        and tie_out.close(float(a), float(b))
    )


_MOVING = re.compile(
    r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|OFFSET|INDIRECT|CELL|INFO|WEBSERVICE|RTD)\s*\(|\[",
    re.IGNORECASE,
)
_WHOLE_RANGE = re.compile(
    r"([\w\x01.() -]+)!(\$?[A-Z]{1,3}\$?[0-9]+):\1!"
)  # Data!A1:Data!A9 is Data!A1:A9
_ONE_CELL = re.compile(r"(?<![A-Z0-9$:])(\$?[A-Z]{1,3}\$?[0-9]+):\1(?![0-9:])")  # D6:D6 is D6
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
        text = _ONE_CELL.sub(r"\1", _WHOLE_RANGE.sub(r"\1!\2:", text))
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
