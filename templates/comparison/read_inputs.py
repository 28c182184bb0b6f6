"""Reading a filled workbook back: the blue cells of Inputs by their defined names, one deal a
column.

A fault names the sheet, the cell, the value and what is allowed, so that the user finds it at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bankable.templates import opening
from bankable.templates.comparison.sheets.inputs import input_name
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.settings import PREFIX, Settings
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals


def read_workbook(path: Path, opened: tuple[Any, Any] | None = None) -> list[SourcedDeal]:
    """The deals in a workbook of ours, one a column of its Inputs sheet; `opened` where it was read
    already.
    """
    book, formulas = opened or opening.open_workbook(path)
    ranges = {}
    for key in deals.KEYS:
        name = book.defined_names.get(input_name(key))
        if name is None:
            raise Refusal(
                f"{path.name} has no cells named {input_name(key)}: it is not a comparison of this"
                " version. Start one with `bankable new`."
            )
        sheet, cells = next(iter(name.destinations))
        ranges[key] = _cells(path, book, sheet, cells)
    count = len(ranges["case_name"])
    columns = [i for i in range(count) if ranges["case_name"][i].value not in (None, "")]
    if not columns:
        raise Refusal(f"{path.name}: every case name is blank: give at least one case a name.")
    return [
        _deal(path, {key: cells[i] for key, cells in ranges.items()}, formulas) for i in columns
    ]


def read_settings(path: Path, opened: tuple[Any, Any] | None = None) -> Settings:
    """The choices that a workbook of ours keeps outside Inputs: scenario, terms of support, ranges;
    blanks and errors are left out.
    """
    book, _ = opened or opening.open_workbook(path)
    found: dict[str, list[Any]] = {}
    for name, target in book.defined_names.items():
        if name.startswith(PREFIX):
            for sheet, area in target.destinations:
                values = [cell.value for row in _rows(path, book, sheet, area) for cell in row]
                if all(value is not None and not str(value).startswith("#") for value in values):
                    found[name.removeprefix(PREFIX)] = values
    return Settings(found)


def _rows(path: Path, book: Any, sheet: str, area: str) -> list[Any]:
    if sheet not in book.sheetnames:
        raise Refusal(f"{path.name} has no sheet {sheet}.")
    found = book[sheet][area.replace("$", "")]
    return list(found) if isinstance(found, tuple) else [(found,)]


def _cells(path: Path, book: Any, sheet: str, cells: str) -> list[Any]:
    if sheet not in book.sheetnames:
        raise Refusal(f"{path.name} has no sheet {sheet}.")
    area = book[sheet][cells.replace("$", "")]
    return list(area[0]) if isinstance(area, tuple) else [area]


def _deal(path: Path, cells: dict[str, Any], formulas: Any) -> SourcedDeal:
    values = {}
    for key, cell in cells.items():
        where = f"{path.name}, {cell.parent.title}!{cell.coordinate}"
        typed = formulas[cell.parent.title][cell.coordinate].value
        if cell.value is None and isinstance(typed, str) and typed.startswith("="):
            raise Refusal(
                f"{where} ({key}): the formula {typed} has no saved value; open and save the"
                " workbook, or type the number."
            )
        value = CellError(cell.value, "") if cell.data_type == "e" else cell.value
        param = deals.param_of(key)
        if value is None:
            raise Refusal(
                f"{where} ({key}) is blank: {param.help}"
                + (f"; allowed is {param.allowed}." if param.allowed else ".")
            )
        try:
            values[key] = param.read(value)
        except CellError as error:
            allowed = (
                f" Allowed is {param.allowed}."
                if param.allowed and param.allowed not in error.sentence
                else ""
            )
            raise Refusal(f"{where} holds {cell.value!r}: {error.sentence}{allowed}") from None
    try:
        deal = deals.read(values)
    except CellError as error:
        column = next(iter(cells.values())).column_letter
        raise Refusal(
            f"{path.name}, case {values['case_name']} (column {column} of Inputs): {error.sentence}"
        ) from None
    return SourcedDeal(deal, dict.fromkeys(deals.KEYS, f"typed in {path.name}"), path.name)
