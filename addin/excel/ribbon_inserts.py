"""The ribbon's tasks that write into the open workbook: a function with labelled cells for its
arguments, and the sheets Stress and Support.

Each is a generator as `ribbon` runs them: a text before each step, the closing message at the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import Any

from bankable import udfs
from bankable.addin.excel import stress_sheets
from bankable.udfs import reference

Task = Generator[str, None, str]


def insert(book: Any, argument: str = "") -> Task:
    """Put a function at the active cell: a labelled cell for each argument with its help beside it,
    and the call below them.
    """
    yield f"inserting {argument}"
    entry = udfs.FUNCTIONS[argument]
    sheet, at = book.app.selection.sheet, book.app.selection
    top, left = at.row, at.column
    height = len(entry.cell_params) + 2
    block = sheet.range((top, left), (top + height - 1, left + 2))
    if any(value not in (None, "") for row in block.options(ndim=2).value for value in row):
        return (
            f"{entry.name} needs {height} rows and 3 columns of empty cells at the active cell:"
            " choose another place."
        )
    example = reference.worked_example(entry)
    sheet.range((top, left)).value = f"{entry.name}: {entry.question}"
    sheet.range((top, left)).font.bold = True
    arguments = []
    for i, param in enumerate(entry.cell_params, 1):
        row = top + i
        label, cell, note = (sheet.range((row, left + k)) for k in range(3))
        label.value = param.name
        note.value = (
            param.help
            + (f" ({param.allowed})" if param.allowed else "")
            + ("" if not param.optional else "; may stay empty")
        )
        if param.default is not None:
            cell.value = param.default
        cell.color = (221, 235, 247)
        arguments.append(cell.address.replace("$", ""))
    result = sheet.range((top + height - 1, left + 1))
    sheet.range((top + height - 1, left)).value = "Result"
    formula = f"={entry.name}({', '.join(arguments)})"
    try:
        result.formula2 = formula
    except Exception:  # an Excel without dynamic arrays
        result.formula = formula
    hint = f"\nA worked example: {example.formula}" if example is not None else ""
    return f"Fill in the blue cells; the result stands below them.{hint}"


def ready_sheet(book: Any, argument: str) -> Task:
    """Add a sheet that is ready to read: the deal under stress, or with support."""
    yield "looking for a deal"
    place = stress_sheets.deal_of(book)
    if place is None:
        return stress_sheets.NO_DEAL
    taken = {sheet.name.lower() for sheet in book.sheets}
    name = next(
        name for i in itertools.count(1) if (name := f"{argument} {i}").lower() not in taken
    )
    yield f"writing the sheet {name}"
    layout = stress_sheets.SHEETS[argument](place)
    sheet = book.sheets.add(name, after=book.sheets[len(book.sheets) - 1])
    for (row, col), value in layout.cells.items():
        cell = sheet.range((row, col))
        if (row, col) in layout.blocks:
            _enter_block(sheet, row, col, value, *layout.blocks[row, col])
        elif value is not None:
            cell.value = value
        if (row, col) in layout.blue:
            cell.color = stress_sheets.BLUE
        if (row, col) in layout.bold:
            cell.font.bold = True
    sheet.range((1, 1)).column_width = 44
    return (
        f"The sheet {name} is about {place.name}. For another deal stand in its block of keys and"
        f" values, then press {argument} again."
    )


def _enter_block(sheet: Any, row: int, col: int, formula: str, height: int, width: int) -> None:
    """A formula that gives a block: it spills, or fills its range in an Excel without dynamic
    arrays.
    """
    try:
        sheet.range((row, col)).formula2 = formula
    except Exception:
        sheet.range((row, col), (row + height - 1, col + width - 1)).formula_array = formula


def stress_sheet(book: Any, argument: str = "") -> Task:
    """Add a sheet with the deal under bad news."""
    return (yield from ready_sheet(book, "Stress"))


def support_sheet(book: Any, argument: str = "") -> Task:
    """Add a sheet with what support would change."""
    return (yield from ready_sheet(book, "Support"))
