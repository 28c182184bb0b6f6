"""Reading a filled workbook back: the blue cells of Inputs by their keys, one deal a column, each
figure with the source that its user gave.

All faults are told at once, each with the cell, the value and what is allowed, so that one look at
the workbook mends them.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from bankable.templates import opening
from bankable.templates.comparison import inputs_found, placeholders
from bankable.templates.comparison.inputs_found import Found, where
from bankable.templates.comparison.sheets.inputs import short_source
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import cell_at
from bankable.templates.workbook.settings import PREFIX, Settings
from bankable.udfs.cells import CellError, Param
from bankable.udfs.deal import deal as deals

_MOST_KEPT = 10_000  # cells under one name of a setting
_NUMBERED = re.compile(r"^\d+(?:, \d+)*: ")  # of which cases a source in short is
_DATES = (dt.datetime, dt.date, dt.time, dt.timedelta)


def read_workbook(path: Path, opened: tuple[Any, Any] | None = None) -> list[SourcedDeal]:
    """The deals in a workbook of ours, one a column of its Inputs sheet; `opened` where it was read
    already.
    """
    cases, faults = attempt(path, opened)
    refuse(path, faults)
    return cases


def attempt(
    path: Path, opened: tuple[Any, Any] | None = None, found: Found | None = None
) -> tuple[list[SourcedDeal], list[str]]:
    """The deals that could be read, and every fault of Inputs; `found` where its rows were looked
    for already.
    """
    values, formulas = opened or opening.open_workbook(path)
    found = found or inputs_found.find(path, formulas)
    faults = list(found.faults)
    sheet = values[found.sheet]
    columns = case_columns(found, values)
    if not columns:
        raise Refusal(f"{path.name}: every case name is blank: give at least one case a name.")
    said = _sources(found, sheet, _as_delivered(values))
    cases = []
    for col in columns:
        case = _deal(path, found, col, (values, formulas), faults, said)
        if case is not None:
            cases.append(case)
    return cases, faults


def case_columns(found: Found, values: Any) -> list[int]:
    """The columns of the cases that bear a name."""
    named = found.rows.get("case_name")
    sheet = values[found.sheet]
    return [
        col
        for col in found.columns
        if named is None or sheet.cell(named, col).value not in (None, "")
    ]


def refuse(path: Path, faults: list[str]) -> None:
    """Raise with every fault, one a line where there are several."""
    if len(faults) == 1:
        raise Refusal(f"{path.name}, {faults[0]}", faults)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        raise Refusal(f"{path.name} has {len(faults)} cells or rows to mend:{lines}", faults)


def read_settings(path: Path, opened: tuple[Any, Any] | None = None) -> Settings:
    """The choices that a workbook of ours keeps outside Inputs: scenario, terms of support, ranges;
    `settings_kept` says which of them will not do.
    """
    book, _ = opened or opening.open_workbook(path)
    kept: dict[str, list[Any]] = {}
    for name, target in book.defined_names.items():
        if name.startswith(PREFIX):
            values = [cell.value for cell in named_cells(book, target.value)]
            if values and all(v is not None and not str(v).startswith("#") for v in values):
                kept[name.removeprefix(PREFIX)] = values
    return Settings(kept)


def named_cells(book: Any, text: str | None) -> list[Any]:
    """The cells that a defined name leads to; none where it leads nowhere, or too far."""
    sheet, _, area = (text or "").lstrip("=").rpartition("!")
    sheet = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
    first, _, last = area.partition(":")
    start, end = cell_at(first), cell_at(last or first)
    if sheet not in book.sheetnames or start is None or end is None:
        return []
    (top, left), (bottom, right) = start, end
    if not 0 < (bottom - top + 1) * (right - left + 1) <= _MOST_KEPT:
        return []
    return [
        book[sheet].cell(row + 1, col + 1)
        for row in range(top, bottom + 1)
        for col in range(left, right + 1)
    ]


# One case --------------------------------------------------------------------------------------


def _deal(
    path: Path,
    found: Found,
    col: int,
    books: tuple[Any, Any],
    faults: list[str],
    said: dict[tuple[str, int], str],
) -> SourcedDeal | None:
    """The deal in a column; None, and its faults added, where it cannot be read."""
    sheet, typed = (book[found.sheet] for book in books)
    values, before = {}, len(faults)
    for key, row in found.rows.items():
        cell = sheet.cell(row, col)
        fault, value = _value(deals.param_of(key), cell, typed.cell(row, col).value)
        if fault:
            faults.append(f"{where(found.sheet, row, col)} ({key}) {fault}")
        values[key] = value
    if len(faults) > before or found.faults:
        return None
    try:
        deal = deals.read(values)
    except CellError as error:
        column = where(found.sheet, 1, col).rpartition("!")[2][:-1]
        faults.append(
            f"case {values['case_name']} (column {column} of {found.sheet}): {error.sentence}"
        )
        return None
    sources = {
        key: placeholders.source_of(key, getattr(deal, key), said.get((key, col), ""), path.name)
        for key in deals.KEYS
    }
    return SourcedDeal(deal, sources, path.name)


def _value(param: Param, cell: Any, typed: Any) -> tuple[str, Any]:
    """What is wrong with a cell, or what it holds."""
    allowed = f" Allowed is {param.allowed}." if param.allowed else ""
    if cell.value is None and isinstance(typed, str) and typed.startswith("="):
        return (
            f"holds the formula {typed}, which has no saved value: open and save the workbook, or"
            " type the number.",
            None,
        )
    if cell.value is None:
        return f"is blank: {param.help}.{allowed}", None
    words = param.kind == "text" or bool(param.choices) or param.kind == "switch"
    if not words and isinstance(cell.value, _DATES):
        shown = str(cell.value).removesuffix(" 00:00:00")
        return f"holds the date {shown}, no number: type it again.{allowed}", None
    if not words and isinstance(cell.value, bool):
        return f"holds {str(cell.value).upper()}, no number: type it again.{allowed}", None
    try:
        value = CellError(cell.value, "") if cell.data_type == "e" else cell.value
        return "", param.read(value)
    except CellError as error:
        more = "" if param.allowed and param.allowed in error.sentence else allowed
        return f"holds {cell.value!r}: {error.sentence}{more}", None


# Sources ---------------------------------------------------------------------------------------


def _sources(
    found: Found, sheet: Any, delivered: dict[str, set[str]]
) -> dict[tuple[str, int], str]:
    """What stands as the source of each figure, by key and column: beside it in full, or in short
    where only that was typed over.
    """
    out: dict[tuple[str, int], str] = {}
    for key, row in found.rows.items():
        full = {
            col: _text(sheet.cell(row, found.sources[col]).value)
            for col in found.columns
            if col in found.sources
        }
        out |= {(key, col): text for col, text in full.items()}
        short = _text(sheet.cell(row, found.short).value) if found.short else ""
        if not short or _in_short(short, list(full.values())):
            continue
        for col, text in full.items():
            if not text or text in delivered.get(key, set()):
                out[key, col] = short
    return out


def _in_short(short: str, full: list[str]) -> bool:
    """Whether a text is the sources in short, as this version or an earlier one cuts them."""
    if short == short_source(full):
        return True
    pieces = [_NUMBERED.sub("", piece).removesuffix(" ...") for piece in short.split("; ")]
    return all(any(piece in text for text in full) for piece in pieces)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _as_delivered(values: Any) -> dict[str, set[str]]:
    """The sources that the workbook was delivered with, by key, as its sheet Sources lists them."""
    if "Sources" not in values.sheetnames:
        return {}
    keys = {field.metadata["label"]: field.name for field in deals.INPUTS}
    out: dict[str, set[str]] = {}
    for line in values["Sources"].iter_rows(min_col=2, max_col=5, max_row=5_000, values_only=True):
        if line[0] in keys and line[3]:
            out.setdefault(keys[line[0]], set()).add(_text(line[3]))
    return out
