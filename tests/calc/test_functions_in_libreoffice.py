"""The comparison in LibreOffice with our extension: recalculated hard it gives the saved values,
and it is saved with plain names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.engine.formulas import called_names, calls_ours, our_names
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book, serial
from bankable.udfs.cells import CellError
from tests.calc import libreoffice

TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Path]:
    book = compare.calculated(deal_file.load_shipped())
    return book, write.write(book, tmp_path_factory.mktemp("built") / "comparison.xlsx")


@pytest.fixture(scope="module")
def opened(
    built: tuple[Book, Path],
    office_with_functions: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    return office_with_functions(built[1], tmp_path_factory.mktemp("saved again"))


def agree(mine: Any, theirs: Any) -> bool:
    """A blank is an empty cell or text; LibreOffice has 1 and 0 for the logicals of a function; a
    date is its number of days.
    """
    mine, theirs = (
        serial(value) if isinstance(value, dt.date) else value for value in (mine, theirs)
    )
    if mine is None or mine == "":
        return theirs is None or theirs == ""
    if isinstance(mine, CellError) or isinstance(theirs, CellError):
        return (
            isinstance(mine, CellError)
            and isinstance(theirs, CellError)
            and mine.code == theirs.code
        )
    if isinstance(mine, (int, float)) and isinstance(theirs, (int, float)):
        return abs(mine - theirs) <= TOLERANCE * max(1.0, abs(mine), abs(theirs))
    return bool(mine == theirs)


def test_every_cell_has_its_saved_value_functions_included(
    built: tuple[Book, Path], opened: Path
) -> None:
    values, faults, compared, ours = libreoffice.values(opened), [], 0, 0
    for sheet in built[0]:
        for (row, col), cell in sheet.cells.items():
            formula = cell.formula if cell.block is None else cell.block.formula
            if formula is None:
                continue
            compared += 1
            ours += calls_ours(formula)
            theirs = values[sheet.name].get((row, col))
            if not agree(cell.value, theirs):
                faults.append(
                    f"{sheet.name} R{row + 1}C{col + 1} {formula}: saved {cell.value!r},"
                    f" LibreOffice {theirs!r}"
                )
    assert compared > 20_000
    assert ours > 100
    assert not faults, f"{len(faults)}: {faults[-32:]}"


def test_saved_again_the_formulas_keep_their_plain_names(
    built: tuple[Book, Path], opened: Path
) -> None:
    names, before = our_names(), {}
    for sheet in built[0]:
        for (row, col), cell in sheet.cells.items():
            head = cell.block is None or (cell.block.first_row, cell.block.first_col) == (row, col)
            formula = cell.formula if cell.block is None else cell.block.formula
            if formula is not None and head and calls_ours(formula):
                before[sheet.title if hasattr(sheet, "title") else sheet.name, row, col] = (
                    called_names(formula) & names
                )
    after = openpyxl.load_workbook(opened)
    assert before
    for (name, row, col), called in before.items():
        formula = after[name].cell(row + 1, col + 1).value
        text = str(getattr(formula, "text", formula))
        assert called_names(text) & names == called, text
        assert all(f"{word}(" in text for word in called)
        assert "bankable.calc" not in text.lower()
