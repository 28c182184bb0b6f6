"""Tables in workbooks: the first visible sheet that holds the headings, wherever on it they stand.

What is in the file is measured before it is read; a cell far from the table costs nothing.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from bankable.templates.refusal import Refusal
from bankable.templates.tables.table import MOST_CELLS, MOST_ROWS, UNSAVED, Grid, Wanted
from bankable.templates.tables.typed_text import LOOKED_AT, heading_at, key_of

LARGEST = 2**28  # of the file
LARGEST_SHEET = 2**31  # unpacked
LARGEST_PART = 2**28  # any other part, unpacked
LONGEST_ROW = 2**25  # bytes of XML without a new row
MOST_PARTS = 4_000
WIDEST = 1_024  # columns in which a heading is looked for
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 2**20
_ROW = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,20}:)?row[\s/>]")
_FORMULA = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,20}:)?f[\s/>]")
_STALE = re.compile(rb"fullCalcOnLoad\s*=\s*[\"'](?:1|true)", re.IGNORECASE)
_PADDED = re.compile(r"0{2,15}")  # a number format such as 00000: 123 is shown as 00123


def read(path: Path, wanted: Wanted) -> Grid:
    """The table in a workbook."""
    has_formulas, is_stale = measure(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read_sheet(path, wanted, has_formulas, is_stale)
    except Refusal:
        raise
    except MemoryError:
        raise Refusal(f"{path.name} does not fit into memory: give it as .csv.") from None
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble on
        raise Refusal(
            f"{path.name} is damaged and cannot be read ({type(error).__name__}): save it again in"
            " a spreadsheet program, or as CSV."
        ) from None


def measure(path: Path) -> tuple[bool, bool]:
    """Refuse a package that is none, or that unpacks to more than it may.

    (whether there is a formula in it, whether it asks to be calculated when it is opened: then its
    saved values are a program's zeros, not the formulas' values).
    """
    if path.stat().st_size > LARGEST:
        raise Refusal(f"{path.name} is larger than {LARGEST >> 20} MB: give it as .csv.")
    with path.open("rb") as file:
        start = file.read(8)
    if start == _COMPOUND:
        raise Refusal(
            f"{path.name} is protected by a password, or is an old .xls: save it as an open .xlsx."
        )
    has_formulas = is_stale = False
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
                raise Refusal(
                    f"{path.name} is packed in a way that no spreadsheet program does: it is not"
                    " opened."
                )
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    has_formulas |= measure_part(path, package, part)
                if part.filename.lower() == "xl/workbook.xml":
                    is_stale = _STALE.search(package.read(part)) is not None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise Refusal(
            f"{path.name} is not a sound .xlsx file; it may be cut off, or another kind of file"
            " under this name: save it again."
        ) from None
    return has_formulas, is_stale


def measure_part(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """One part, looked through in pieces; whether it holds a formula."""
    is_sheet = "sheets/" in part.filename
    largest = LARGEST_SHEET if is_sheet else LARGEST_PART
    size, since_row, has_formula, before = 0, 0, False, b""
    with package.open(part) as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            text = before + piece
            if size > largest:
                raise Refusal(f"{path.name} unpacks to more than it may: it is not opened.")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise Refusal(
                    f"{path.name} holds a document type in {part.filename}, which no spreadsheet"
                    " program writes: it is not opened."
                )
            if is_sheet:
                has_formula = has_formula or _FORMULA.search(text) is not None
                since_row = 0 if _ROW.search(text) else since_row + len(piece)
                if since_row > LONGEST_ROW:
                    raise Refusal(
                        f"{path.name} holds a row that no spreadsheet program writes"
                        f" ({part.filename}): it is not opened."
                    )
            before = text[-32:]
    return has_formula


def read_sheet(path: Path, wanted: Wanted, has_formulas: bool, is_stale: bool) -> Grid:
    """The table on the first visible sheet that has its headings."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    typed = None
    try:
        if not book.worksheets:
            raise Refusal(
                f"{path.name} holds no sheet that can be read here (it may be a Strict Open XML"
                " workbook): save it as Excel Workbook (.xlsx)."
            )
        places = [(sheet, *heading_of(sheet, wanted)) for sheet in book.worksheets]
        visible = [place for place in places if place[0].sheet_state == "visible"]
        best = max((place[3] for place in visible), default=0)
        if not best:
            hidden = [place[0].title for place in places if place[3]]
            if hidden:
                raise Refusal(
                    f"{path.name}: the headings stand on the hidden sheet {hidden[0]} alone: unhide"
                    " it, or move the table to a sheet that can be seen."
                )
        sheet, position, headings, _ = next(
            place for place in (visible or places) if place[3] == best
        )
        others = [
            place[0].title
            for place in places
            if place[0] is not sheet and best and place[3] == best
        ]
        padded = {i for i, name in enumerate(headings) if name in wanted.texts}
        if has_formulas:
            typed = openpyxl.load_workbook(path, read_only=True, keep_links=False)
        formulas = typed[sheet.title] if typed else None
        lines, rows = cells_below(path, sheet, formulas, position, headings, padded, is_stale)
    finally:
        book.close()
        if typed:
            typed.close()
    width = len(headings)
    columns = {i: pd.Series([line[i] for line in lines], dtype=object) for i in range(width)}
    grid = Grid(headings, pd.DataFrame(columns), np.array(rows, dtype=int), path.name)
    grid.notes = [f"sheet {sheet.title}, heading in row {position + 1}"]
    if others:
        grid.notes.append(f"not read, though it has the same headings: sheet {', '.join(others)}")
    return grid


def rows_of(sheet: Any, **bounds: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet as far as bounded, whatever size the sheet claims to have."""
    sheet.reset_dimensions()
    return sheet.iter_rows(**bounds)


def heading_of(sheet: Any, wanted: Wanted) -> tuple[int, list[str], int]:
    """(position of the heading from 0, its headings as keys, how many are known)."""
    lines = list(
        islice(rows_of(sheet, max_row=LOOKED_AT, max_col=WIDEST, values_only=True), LOOKED_AT)
    )
    position, known = heading_at(lines, wanted.names)
    headings = [key_of(cell) for cell in lines[position]] if lines else []
    while headings and not headings[-1]:
        headings.pop()
    return position, headings or [""], known


def cells_below(
    path: Path,
    sheet: Any,
    formulas: Any,
    position: int,
    headings: list[str],
    padded: set[int],
    is_stale: bool,
) -> tuple[list[list[Any]], list[int]]:
    """The rows below the heading that hold anything, and their numbers in the sheet; `formulas` is
    the same sheet with formulas in place of their values, or None where it has none.
    """
    bounds = {"min_row": position + 2, "max_col": len(headings)}
    typed = rows_of(formulas, **bounds, values_only=True) if formulas else repeat(None)
    lines: list[list[Any]] = []
    rows: list[int] = []
    pairs = zip(islice(rows_of(sheet, **bounds), MOST_ROWS), typed, strict=False)
    for number, (cells, contents) in enumerate(pairs, start=position + 2):
        values = [
            None if isinstance(cell.value, str) and not cell.value.strip() else cell.value
            for cell in cells
        ]
        for i, content in enumerate(contents or ()):
            # an empty text that a formula gave is a saved value
            has_none = values[i] is None and cells[i].data_type != "str"
            if (has_none or (is_stale and content != values[i])) and is_formula(content):
                values[i] = UNSAVED
        if all(value is None for value in values):
            continue
        for i in padded:
            if isinstance(values[i], (int, float)) and not isinstance(values[i], bool):
                values[i] = as_shown(cells[i])
        lines.append(values)
        rows.append(number)
        if len(lines) * len(headings) > MOST_CELLS:
            raise Refusal(f"{path.name} has more than {MOST_CELLS:,} cells: give it in parts.")
    return lines, rows


def is_formula(content: Any) -> bool:
    """Whether a cell's content, read without values, is a formula."""
    return content.startswith("=") if isinstance(content, str) else hasattr(content, "ref")


def as_shown(cell: Any) -> Any:
    """A number that stands for a name, with the leading zeros of its format."""
    form = str(cell.number_format or "")
    if _PADDED.fullmatch(form) and float(cell.value).is_integer() and cell.value >= 0:
        return f"{int(cell.value):0{len(form)}d}"
    return cell.value
