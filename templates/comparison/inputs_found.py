"""Where the inputs stand in a filled workbook: the row of each by its key, the column of each case,
and the column of its sources.

A row goes by the key beside it, wherever it was moved to; the defined name counts where no key
stands. What contradicts itself, or is gone, is told in a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable.templates.comparison.sheets.inputs import input_name
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import cell_at, column_letters
from bankable.templates.workbook.rows import LABEL
from bankable.udfs.deal import deal as deals

_LABELS: dict[str, set[str]] = {}
for _field in deals.INPUTS:
    _LABELS.setdefault(_field.metadata["label"], set()).add(_field.name)
_HEAD = re.compile(r'="Source: "&\$?([A-Z]{1,3})\$?\d+\Z')
_MOST_ROWS, _MOST_COLUMNS = 5_000, 200  # of Inputs that are looked at


@dataclass
class Found:
    """The sheet of inputs in a file: rows by key, the columns of the cases and of their sources,
    all from 1 as openpyxl counts; `faults` name each row that is gone or stands in doubt, `absent` the
    inputs that an earlier version had not.
    """

    sheet: str
    rows: dict[str, int] = field(default_factory=dict)
    columns: list[int] = field(default_factory=list)
    sources: dict[int, int] = field(default_factory=dict)
    short: int | None = None
    faults: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def find(
    path: Path, formulas: Any, any_version: bool = False, later: Collection[str] = ()
) -> Found:
    """Where everything is; Refusal where the file is no comparison at all. Of `any_version`, a row
    goes by its label where its key is another, and an input with a default may be absent; of an earlier
    version those may that came `later`.
    """
    named = _named(formulas)
    if not any(named.values()):
        raise Refusal(
            f"{path.name} has no cells named {input_name('case_name')}: it is not a comparison of"
            " this version. Start one with `bankable new`."
        )
    sheets = Counter(place[0] for place in named.values() if place)
    sheet = "Inputs" if "Inputs" in sheets else sheets.most_common(1)[0][0]
    if sheet not in formulas.sheetnames:
        raise Refusal(f"{path.name} has no sheet {sheet}.")
    found = Found(sheet)
    spans = Counter(place[2:] for place in named.values() if place and place[0] == sheet)
    first, last = spans.most_common(1)[0][0]
    found.columns = list(range(first, last + 1))
    cells = formulas[sheet]._cells
    keyed, labels = _keyed(cells), _labels(cells)
    for key in deals.KEYS:
        at = keyed.get(key, [])
        if any_version and not at and named[key] is None:
            at = _labelled(key, labels, keyed)
            if not at and deals.param_of(key).optional:
                found.absent.append(key)
                continue
        if key in later and not at and named[key] is None:
            found.absent.append(key)
            continue
        _find_row(found, key, at, named[key], keyed, labels)
    _find_sources(found, cells)
    return found


def _named(formulas: Any) -> dict[str, tuple[str, int, int, int] | None]:
    """Sheet, row, first and last column of each input's defined name, where it leads to one row."""
    out: dict[str, tuple[str, int, int, int] | None] = {}
    for key in deals.KEYS:
        before = [old for old, new in deals.RENAMED.items() if new == key]
        names = (formulas.defined_names.get(input_name(one)) for one in (key, *before))
        name = next((one for one in names if one is not None), None)
        out[key] = place_of(name.value) if name is not None else None
    return out


def place_of(text: str | None) -> tuple[str, int, int, int] | None:
    """The sheet, row and columns (from 1) of a name's text; None where it is no row of cells."""
    sheet, mark, area = (text or "").strip().lstrip("=").rpartition("!")
    first, _, last = area.partition(":")
    start, end = cell_at(first), cell_at(last or first)
    if not mark or not start or not end or start[0] != end[0] or end[1] < start[1]:
        return None
    if end[1] - start[1] >= _MOST_COLUMNS:
        return None
    plain = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
    return plain, start[0] + 1, start[1] + 1, end[1] + 1


def _texts(cells: Mapping[tuple[int, int], Any]) -> list[tuple[int, int, str]]:
    return sorted(
        (row, col, cell.value.strip())
        for (row, col), cell in cells.items()
        if row <= _MOST_ROWS and col <= _MOST_COLUMNS and isinstance(cell.value, str)
    )


def _keyed(cells: Mapping[tuple[int, int], Any]) -> dict[str, list[int]]:
    """The rows of every key in the column that holds most of them."""
    texts = [(row, col, deals.RENAMED.get(text, text)) for row, col, text in _texts(cells)]
    held = [(row, col, text) for row, col, text in texts if text in deals.KEYS]
    columns = Counter(col for _, col, _ in held)
    if not columns:
        return {}
    out: dict[str, list[int]] = {}
    for row, col, text in held:
        if col == columns.most_common(1)[0][0]:
            out.setdefault(text, []).append(row)
    return out


def _labels(cells: Mapping[tuple[int, int], Any]) -> dict[int, str]:
    return {row: text for row, col, text in _texts(cells) if col == LABEL + 1}


def _labelled(key: str, labels: Mapping[int, str], keyed: Mapping[str, list[int]]) -> list[int]:
    """The row of an input whose key was another, by a label that only this input has."""
    label = _label(key)
    taken = {number for rows in keyed.values() for number in rows}
    rows = [row for row, text in labels.items() if text == label and row not in taken]
    return rows if len(rows) == len(_LABELS[label]) == 1 else []


def _find_row(
    found: Found,
    key: str,
    at: list[int],
    named: tuple[str, int, int, int] | None,
    keyed: Mapping[str, list[int]],
    labels: Mapping[int, str],
) -> None:
    label = _label(key)
    if len(at) > 1:
        listed = " and ".join(f"{found.sheet}!{row}:{row}" for row in at[:3])
        found.faults.append(f"{listed} both bear the key {key}: keep one row of {label!r}.")
        return
    row = at[0] if at else named[1] if named and named[0] == found.sheet else None
    others = {number for other, rows in keyed.items() if other != key for number in rows}
    if row is None or (not at and row in others):
        found.faults.append(
            f"{found.sheet} has lost the row {label!r} ({key}): it was deleted or its key was typed"
            " over. Undo that, or take the row from an earlier copy."
        )
        return
    said = _LABELS.get(labels.get(row, ""), {key})
    if key not in said:
        found.faults.append(
            f"{found.sheet}!{row}:{row} is labelled {labels[row]!r} but bears the key {key}"
            f" ({label!r}): its cells were moved without it. Put the row together again."
        )
        return
    found.rows[key] = row


def _label(key: str) -> str:
    return next(label for label, keys in _LABELS.items() if key in keys)


def _find_sources(found: Found, cells: Mapping[tuple[int, int], Any]) -> None:
    """The column of each case's sources, by the cell that its head names."""
    for row, col, text in _texts(cells):
        head = _HEAD.match(text)
        if head:
            spot = cell_at(f"{head[1]}1")
            if spot is not None:
                found.sources.setdefault(spot[1] + 1, col)
        elif text.startswith("Source, in short") and row < min(found.rows.values(), default=1):
            found.short = col


def where(sheet: str, row: int, column: int) -> str:
    """A cell as a message names it."""
    return f"{sheet}!{column_letters(column - 1)}{row}"
