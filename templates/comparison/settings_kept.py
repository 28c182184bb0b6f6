"""The blue cells outside Inputs of a filled workbook, held against what the model allows in them:
scenario, financial close, terms of support, grids and ranges.

A choice that the new workbook cannot take is never passed over: it is refused by its cell, or told
as left out where the number of cases or of scenarios is another.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from bankable.templates.comparison.read_inputs import named_cells
from bankable.templates.workbook.book import Book, Sheet, Validation, cell_at, serial
from bankable.templates.workbook.settings import PREFIX

_NUMBERS = ("decimal", "whole", "date")


def faults(
    book: Book, file: Any, fewer: bool = False, of_earlier: bool = False
) -> tuple[list[str], list[str]]:
    """What is wrong in the file's cells, and what of them the laid `book` leaves out; `file` holds
    saved values. With `fewer` cases than columns, the place of a case that is gone is left out. A book
    `of_earlier` version never had the sheets none of whose choices it names.
    """
    gone = sorted(_sheets_of_settings(book) - set(file.sheetnames))
    if of_earlier:
        named = {_sheet_of(book.names[name]) for name in book.names if name in file.defined_names}
        gone = [sheet for sheet in gone if sheet in named]
    wrong = [f"the sheet {sheet} is gone: take it from an earlier copy." for sheet in gone]
    left_out: list[str] = []
    for name, target in book.names.items():
        there = file.defined_names.get(name) if name.startswith(PREFIX) else None
        if there is None or _sheet_of(target) in gone:
            continue
        sheet, spots = _laid_cells(book, target)
        cells = named_cells(file, there.value)
        if not cells:
            wrong.append(
                f"{name} leads to {there.value}: its cells were deleted. Take them from an earlier"
                " copy."
            )
        elif len(cells) != len(spots):
            left_out.append(f"{_range(cells)} ({name}): {len(spots)} cells are wanted")
        else:
            for spot, cell in zip(spots, cells, strict=True):
                fault, left = _fault(sheet, spot, cell)
                if fault and fewer and isinstance(cell.value, int):
                    fault, left = "", f"held {cell.value!r}"
                wrong += [f"{_where(cell)} {fault}"] if fault else []
                left_out += [f"{_where(cell)} {left}"] if left else []
    return wrong, left_out


def _sheet_of(target: str) -> str:
    return target.lstrip("=").rpartition("!")[0].strip("'")


def _sheets_of_settings(book: Book) -> set[str]:
    return {_sheet_of(target) for name, target in book.names.items() if name.startswith(PREFIX)}


def _laid_cells(book: Book, target: str) -> tuple[Sheet, list[tuple[int, int]]]:
    first, _, last = target.rpartition("!")[2].partition(":")
    start, end = cell_at(first), cell_at(last or first)
    assert start is not None
    assert end is not None
    return book[_sheet_of(target)], [
        (row, col) for row in range(start[0], end[0] + 1) for col in range(start[1], end[1] + 1)
    ]


def _where(cell: Any) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"


def _range(cells: list[Any]) -> str:
    return f"{_where(cells[0])}:{cells[-1].coordinate}" if len(cells) > 1 else _where(cells[0])


def _fault(sheet: Sheet, spot: tuple[int, int], cell: Any) -> tuple[str, str]:
    """What is wrong with a cell, and what of it is left out."""
    laid, held = sheet.value(*spot), cell.value
    label = next(
        (str(sheet.value(spot[0], col)) for col in (1, 0) if sheet.value(spot[0], col)), ""
    )
    label = f" ({label.strip()})" if label.strip() else ""
    rule = next(
        (
            one
            for one in sheet.validations
            if one.range[0] <= spot[0] <= one.range[2] and one.range[1] <= spot[1] <= one.range[3]
        ),
        None,
    )
    allowed = _said(rule) if rule is not None else ""
    if held is None:
        return f"{label} is blank: type its value.{allowed}".lstrip(), ""
    if cell.data_type == "e":
        return f"{label} holds the error {held}: mend it.{allowed}".lstrip(), ""
    number = serial(held) if isinstance(held, (dt.datetime, dt.date)) else held
    if isinstance(laid, str) != isinstance(number, str) or isinstance(number, (dt.time, bool)):
        wanted = "a text" if isinstance(laid, str) else "a number"
        return f"{label} holds {held!r}, not {wanted}.{allowed}".lstrip(), ""
    if isinstance(held, dt.datetime) and (rule is None or rule.kind != "date"):
        return f"{label} holds the date {held:%Y-%m-%d}, no number.{allowed}".lstrip(), ""
    if rule is not None and not _allowed(rule, number):
        return f"{label} holds {held!r}.{allowed or ' That is not allowed there.'}".lstrip(), ""
    same = laid == number or (isinstance(laid, dt.date) and serial(laid) == number)
    return "", "" if same else f"{label} held {held!r}; the new book has {laid!r}".lstrip()


def _said(rule: Validation) -> str:
    """What a validation allows, in words."""
    if rule.kind == "list" and rule.choices:
        return f" Allowed is {' or '.join(repr(str(word)) for word in rule.choices)}."
    if not rule.error or rule.error.startswith("Allowed"):
        return f" {rule.error}" if rule.error else ""
    return f" Allowed: {rule.error[0].lower()}{rule.error[1:]}"


def _allowed(rule: Validation, value: Any) -> bool:
    """Whether the validation lets a value in, as far as its bounds are figures."""
    if rule.kind == "list":
        words = [str(word).lower() for word in rule.choices]
        return not words or str(value).lower() in words
    if rule.kind not in _NUMBERS or not isinstance(value, (int, float)):
        return True
    if rule.kind == "whole" and value != int(value):
        return False
    low, high = (
        serial(bound) if isinstance(bound, (dt.datetime, dt.date)) else bound
        for bound in (rule.low, rule.high)
    )
    return not (
        (isinstance(low, (int, float)) and value < low)
        or (isinstance(high, (int, float)) and value > high)
    )
