"""What the owner of a filled workbook wrote beside the figures: comments, words to the right of
Inputs and below it, and a sheet called Notes. They are carried into the workbook built from it.

What has no place in the new workbook is named, so that nothing is lost without a word.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from bankable.templates.comparison.inputs_found import Found
from bankable.templates.comparison.sheets.inputs import FIRST_CASE
from bankable.templates.workbook.book import Book, Cell, Sheet, address, column_letters
from bankable.templates.workbook.rows import LABEL
from bankable.udfs.deal import deal as deals

SHEET = "Notes"  # a sheet that is its owner's: the model never lays it and never reads it
_MOST = 20_000  # cells of notes that are carried
_LONGEST = 32_000

Spot = tuple[int, int]


@dataclass
class Notes:
    """Notes by where they belong: `beside` are words by key (None below the table) and columns
    beyond the edge, `comments` those on an input by key and case, `elsewhere` the others by sheet
    and cell from 0, `own` the sheet Notes; `lost` are the sheets that are not carried.
    """

    beside: list[tuple[str | None, int, int, Any]] = field(default_factory=list)
    comments: list[tuple[str, int, str]] = field(default_factory=list)
    elsewhere: list[tuple[str, Spot, str]] = field(default_factory=list)
    own: dict[Spot, Any] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def edge(sheet: Sheet) -> Spot:
    """The last row and column that the model lays on Inputs."""
    return max(row for row, _ in sheet.cells), max(col for _, col in sheet.cells)


def collect(formulas: Any, found: Found, columns: list[int], laid: Book) -> Notes:
    """The notes in a file; `columns` are those of its cases, `laid` is the workbook to be built."""
    notes = Notes()
    for sheet in formulas.worksheets:
        if sheet.title == SHEET:
            notes.own = dict(_constants(sheet))
            notes.widths = {
                number: held.width
                for number in range(30)
                if (held := sheet.column_dimensions.get(column_letters(number))) is not None
            }
        elif sheet.title == found.sheet:
            _beside(notes, sheet, found, laid["Inputs"])
            _comments_on_inputs(notes, sheet, found, columns)
        elif sheet.title in laid.sheets:
            for spot, text in _comments(sheet):
                notes.elsewhere.append((sheet.title, spot, text))
        elif not _of_a_case(sheet.title, formulas.sheetnames):
            notes.lost.append(f"the sheet {sheet.title}")
        elif _comments(sheet):
            notes.lost.append(f"the comments on {sheet.title}")
    if _same_model(formulas, laid):
        notes.lost += _strays(formulas, found, laid)
    return notes


def _of_a_case(name: str, names: list[str]) -> bool:
    return f"{name} build" in names or name.removesuffix(" build") in set(names) - {name}


def _same_model(formulas: Any, laid: Book) -> bool:
    """Whether the file has the cells where the model has them: both bear one model hash."""
    place = laid["Cover"].placed["model_hash"]
    if "Cover" not in formulas.sheetnames:
        return False
    said = formulas["Cover"].cell(place.row + 1, place.col + 1).value
    return bool(said) and said == laid["Cover"].value(place.row, place.col)


def _strays(formulas: Any, found: Found, laid: Book) -> list[str]:
    """Words that stand on other sheets where the model has nothing."""
    return [
        f"{sheet.title}!{address(*spot)} {value[:40]!r}"
        for sheet in formulas.worksheets
        if sheet.title in laid.sheets and sheet.title not in (SHEET, found.sheet)
        for spot, value in _constants(sheet)
        if isinstance(value, str) and spot not in laid[sheet.title].cells
    ]


def _constants(sheet: Any) -> list[tuple[Spot, Any]]:
    found = [
        ((row - 1, col - 1), cell.value)
        for (row, col), cell in sorted(sheet._cells.items())
        if cell.value is not None and cell.data_type not in ("f", "e")
    ]
    return [(spot, v[:_LONGEST] if isinstance(v, str) else v) for spot, v in found[:_MOST]]


def _comments(sheet: Any) -> list[tuple[Spot, str]]:
    return [
        ((row - 1, col - 1), str(cell.comment.text)[:_LONGEST])
        for (row, col), cell in sorted(sheet._cells.items())
        if cell.comment is not None and cell.comment.text
    ]


def _beside(notes: Notes, sheet: Any, found: Found, laid: Sheet) -> None:
    """Words right of the last column of Inputs, by the key of their row, and below the table."""
    last = max([*found.sources.values(), found.short or 0, *found.columns]) - 1
    keys = {row - 1: key for key, row in found.rows.items()}
    bottom = max(keys)
    ours = {cell.value for cell in laid.cells.values() if isinstance(cell.value, str)}
    for (row, col), value in _constants(sheet):
        if col > last:
            key = keys.get(row)
            down = row if key is None and row < min(keys) else row - bottom
            notes.beside.append((key, 0 if key else down, col - last, value))
        elif row > bottom and col == LABEL and isinstance(value, str) and value not in ours:
            notes.beside.append((None, row - bottom, 0, value))


def _comments_on_inputs(notes: Notes, sheet: Any, found: Found, columns: list[int]) -> None:
    keys = {row - 1: key for key, row in found.rows.items()}
    cases = {col - 1: i for i, col in enumerate(columns, start=1)}
    for (row, col), text in _comments(sheet):
        if row not in keys:
            notes.lost.append(f"a comment on {found.sheet}, row {row + 1}")
        else:
            notes.comments.append((keys[row], cases.get(col, 0), text))


def put(book: Book, notes: Notes) -> None:
    """The notes laid into a workbook that was built and not yet calculated."""
    sheet = book["Inputs"]
    _, last = edge(sheet)
    rows = {key: sheet.placed[f"{key}_1"].row for key in deals.KEYS}
    bottom, lowest = max(rows.values()), max(row for row, _ in sheet.cells)
    for key, down, right, value in notes.beside:
        if key is not None:
            spot = (rows[key], last + right)
        elif right:
            spot = (down if down < min(rows.values()) and down > 0 else bottom + down, last + right)
        else:
            lowest = max(lowest + 1, bottom + down)
            spot = (lowest, LABEL)
        if spot not in sheet.cells:
            sheet.cells[spot] = _cell(value, "note")
            sheet.widths.setdefault(spot[1], 30)
    for key, case, text in notes.comments:
        _comment(sheet, (rows[key], FIRST_CASE + case - 1 if case else LABEL), text)
    for name, spot, text in notes.elsewhere:
        _comment(book[name], spot, text)
    if notes.own and SHEET not in book.sheets:
        own = book.sheet(SHEET)
        own.cells = {spot: _cell(value, "text") for spot, value in notes.own.items()}
        own.widths |= notes.widths


def _cell(value: Any, style: str) -> Cell:
    """A cell as it was typed: a text that begins with = stays a text."""
    return Cell(value, style="left date" if isinstance(value, dt.date) else style)


def _comment(sheet: Sheet, spot: Spot, text: str) -> None:
    cell = sheet.cells.get(spot)
    if cell is None:
        cell = sheet.cells[spot] = Cell()
    cell.note = f"{cell.note}\n{text}" if cell.note and cell.note != text else text
