"""The row language: calculation sheets written row by row, their formulas naming other rows by key.

A sheet so laid out has the columns section, label, unit, constant, total, a spacer, then time.
Tokens in formulas become A1 references when the book is complete (`resolve`), so rows and sheets
may be named before they are placed:

    {key}    a path row: this time column (H12); a scalar row: its cell ($D$12)
    {key<}   the previous time column (in the first one the empty spacer, which reads as 0)
    {key>}   the next time column
    {key:}   the whole path ($G$12:$AJ$12)
    {key..}  from the first time column to this one ($G12:H12)
    {key>>}  from this column to the last (H12:$AJ12)
    {key#n}  the n-th time column ($G$12 for n = 1); {key#1-20} the first twenty; {key#last} and
             {key#3-last} to the last one
    {key<3}  three time columns back, {key>3} ahead; {key<3-0} from there to here, {key>0-3} from here
             on. What lies before the first is empty: a sheet that looks back leaves columns for it
    {key+}   the row's total ($E$12)
    {Sheet!key...}  the same on another sheet, by position in time where its time columns stand
             elsewhere; a range of two such tokens, {Sheet!one}:{Sheet!other}, names it once
    [name]   a parameter, in a key or anywhere in a formula, so that one text serves every view,
             case or tool: {[case]!cfads_[view]}; `given` puts the values in
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bankable.templates.workbook.book import (
    Book,
    Placed,
    Sheet,
    TimeColumns,
    Value,
    address,
    column_letters,
    sheet_prefix,
)
from bankable.templates.workbook.styles import STYLES, linked
from bankable.templates.workbook.text_figures import rounded

SECTION, LABEL, UNIT, CONSTANT, TOTAL, SPACER = range(6)
FIRST_TIME_COLUMN = 6

KINDS = ("scalar", "path", "block", "heading", "band", "note", "blank")

_TOKEN = re.compile(
    r"\{(?:([^{}!]+)!)?([A-Za-z_]\w*)([<>]\d+(?:-\d+)?|<|>>|>|:|\.\.|#(?:\d+-)?(?:\d+|last)|\+)?\}"
)
_PURE_LINK = re.compile(r"=(?:'(?:[^']|'')+'|[A-Za-z_]\w*)!\$?[A-Z]{1,3}\$?\d+\Z")


_PARAMETER = re.compile(r"\[([a-z]\w*)\]")


def given(text: str, **values: object) -> str:
    """A key or formula with its parameters put in.

    >>> given("={revenue_[view]}-{[case]!costs}", view="firm", case="Factory")
    '={revenue_firm}-{Factory!costs}'
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise UnknownKeyError(f"{text}: no value is given for {found[0]}")
        return str(values[found[1]])

    return _PARAMETER.sub(value, text)


@dataclass(frozen=True)
class Row:
    """One row. `kind` says what its formula fills.

    scalar: the constant column (a value or a formula); path: every time column, by one formula
    copied across, by one value repeated, or by a sequence of values; block: all time columns as one
    array formula; heading, band and note: a text over the row; blank: nothing. `total` of a path is
    "sum" or a formula of its own.
    """

    key: str = ""
    label: str = ""
    unit: str = ""
    kind: str = "path"
    formula: Any = None
    style: str = "number"
    total: str | None = None
    section: str = ""
    note: str | None = None
    label_style: str = "text"
    total_style: str | None = None


def scalar(
    key: str, label: str, unit: str, formula: Any, style: str = "number", **more: Any
) -> Row:
    """A row with one figure, in the constant column."""
    return Row(key, label, unit, "scalar", formula, style, **more)


def path(
    key: str,
    label: str,
    unit: str,
    formula: Any,
    style: str = "number",
    total: str | None = None,
    **more: Any,
) -> Row:
    """A row with one figure a period."""
    return Row(key, label, unit, "path", formula, style, total, **more)


def block(
    key: str,
    label: str,
    unit: str,
    formula: str,
    style: str = "number",
    total: str | None = None,
    **more: Any,
) -> Row:
    """A row filled along all time columns by one array formula."""
    return Row(key, label, unit, "block", formula, style, total, **more)


def heading(label: str, section: str = "") -> Row:
    """A section's heading, across the sheet."""
    return Row(label=label, kind="heading", section=section)


def band(label: str, section: str = "") -> Row:
    """A heading of second rank."""
    return Row(label=label, kind="band", section=section)


def note(label: str) -> Row:
    """A remark in grey."""
    return Row(label=label, kind="note")


def blank() -> Row:
    """An empty row."""
    return Row(kind="blank")


def lay(
    sheet: Sheet,
    rows: Iterable[Row],
    start_row: int,
    columns: TimeColumns | int,
    total_col: int = TOTAL,
) -> int:
    """Place rows one below the other and remember their keys; returns the number of the row after
    the last.

    `columns` is the number of time columns from G on, or a `TimeColumns` for another place. Tokens
    are resolved later, by `resolve`.
    """
    if isinstance(columns, int):
        columns = TimeColumns(FIRST_TIME_COLUMN, columns)
    row_number = start_row
    for row in rows:
        _place(sheet, row, row_number, columns, total_col)
        row_number += 1
    return row_number


def _place(sheet: Sheet, row: Row, number: int, columns: TimeColumns, total_col: int) -> None:
    where = f"sheet {sheet.name}, row {number + 1} ({row.key or row.label})"
    if row.kind not in KINDS:
        raise ValueError(
            f"{where}: there is no kind of row {row.kind!r}; there are {', '.join(KINDS)}"
        )
    if row.kind == "blank":
        return
    if row.kind in ("heading", "band"):
        for col in range(columns.last + 1):
            sheet.put(number, col, None, row.kind)
        sheet.put(number, SECTION, row.section or None, row.kind)
        sheet.put(number, LABEL, row.label, row.kind)
        return
    if row.kind == "note":
        sheet.put(number, LABEL, row.label, "note")
        return
    if row.style not in STYLES:
        raise ValueError(f"{where}: there is no cell style {row.style!r}")
    if row.section:
        sheet.put(number, SECTION, row.section, "section")
    sheet.put(number, LABEL, row.label, row.label_style, row.note)
    if row.unit:
        sheet.put(number, UNIT, row.unit, "unit")
    if row.key:
        if row.key in sheet.placed:
            raise ValueError(
                f"{where}: the key stands on row {sheet.placed[row.key].row + 1} already"
            )
        if row.kind == "scalar":
            sheet.placed[row.key] = Placed(number, "scalar", CONSTANT)
        else:
            sheet.placed[row.key] = Placed(number, "path", total_col, columns)
    if row.kind == "scalar":
        sheet.put(number, CONSTANT, row.formula, row.style)
        return
    if row.kind == "block":
        sheet.array(number, columns.first, 1, columns.count, row.formula, row.style)
    else:
        _fill(sheet, row, number, columns, where)
    if row.total:
        total = f"={_total_of(number, columns)}" if row.total == "sum" else row.total
        sheet.put(number, total_col, total, row.total_style or row.style)


def _total_of(number: int, columns: TimeColumns) -> str:
    return f"SUM(${column_letters(columns.first)}{number + 1}:${column_letters(columns.last)}{number + 1})"


def _fill(sheet: Sheet, row: Row, number: int, columns: TimeColumns, where: str) -> None:
    contents: Sequence[Value]
    if isinstance(row.formula, (list, tuple)):
        if len(row.formula) != columns.count:
            raise ValueError(f"{where}: {len(row.formula)} values for {columns.count} time columns")
        contents = row.formula
    else:
        contents = [row.formula] * columns.count
    for i, content in enumerate(contents):
        sheet.put(number, columns.first + i, content, row.style)


# Tokens to references --------------------------------------------------------------------------


class UnknownKeyError(KeyError):
    """A token names a row that no sheet holds, or asks of it what it is not."""

    def __str__(self) -> str:
        return str(self.args[0])


@lru_cache(maxsize=4096)
def _split(formula: str) -> tuple[Any, ...]:
    """A formula as plain texts and (sheet, key, suffix, token) parts."""
    parts: list[Any] = []
    end = 0
    for found in _TOKEN.finditer(formula):
        parts.append(formula[end : found.start()])
        parts.append((found[1], found[2], found[3] or "", found[0]))
        end = found.end()
    parts.append(formula[end:])
    return tuple(parts)


def _find(
    book: Book, home: Sheet | None, sheet_name: str | None, key: str, where: str
) -> tuple[str, Placed]:
    if sheet_name is None:
        if home is None:
            raise UnknownKeyError(f"{where}: {key} needs its sheet's name, as in Sheet!{key}")
        sheet, prefix = home, ""
    else:
        if sheet_name not in book.sheets:
            raise UnknownKeyError(
                f"{where}: the book has no sheet {sheet_name!r}; it has {', '.join(book.sheets)}"
            )
        sheet = book.sheets[sheet_name]
        prefix = "" if sheet is home else sheet_prefix(sheet_name)
    if key not in sheet.placed:
        near = difflib.get_close_matches(key, sheet.placed, n=3)
        hint = f"; near: {', '.join(near)}" if near else ""
        raise UnknownKeyError(f"{where}: there is no row {key!r} on sheet {sheet.name}{hint}")
    return prefix, sheet.placed[key]


def _fixed(place: Placed, suffix: str, what: str) -> str | None:
    """The reference of a token that is the same in every column; None for one that moves."""
    if place.columns is None:
        if suffix:
            raise UnknownKeyError(f"{what} is a scalar row: write it without {suffix!r}")
        return address(place.row, place.col, absolute=True)
    if suffix == ":":
        return f"{address(place.row, place.columns.first, True)}:{address(place.row, place.columns.last, True)}"
    if suffix == "+":
        return address(place.row, place.col, absolute=True)
    if suffix.startswith("#"):
        last = str(place.columns.count)
        positions = [int(number) for number in suffix[1:].replace("last", last).split("-")]
        if not all(1 <= position <= place.columns.count for position in positions):
            raise UnknownKeyError(
                f"{what} has {place.columns.count} time columns, not {suffix[1:]}"
            )
        return ":".join(
            address(place.row, place.columns.first + position - 1, True) for position in positions
        )
    return None


def _moving(place: Placed, suffix: str) -> Callable[[int], str]:
    """The reference of a path token as a function of the position in time (0 for the first
    column).
    """
    assert place.columns is not None
    columns, row = place.columns, place.row + 1
    if suffix == "..":
        start = f"${column_letters(columns.first)}{row}:"
        return lambda t: f"{start}{column_letters(columns.first + t)}{row}"
    if suffix == ">>":
        end = f":${column_letters(columns.last)}{row}"
        return lambda t: f"{column_letters(columns.first + t)}{row}{end}"
    shifts = _shifts(suffix)
    return lambda t: ":".join(f"{column_letters(columns.first + t + by)}{row}" for by in shifts)


def _shifts(suffix: str) -> tuple[int, ...]:
    """The columns, from this one, of a cell before or after it, or of the first and last of a range."""
    if suffix in _SHIFTS:
        return (_SHIFTS[suffix][1],)
    sign = -1 if suffix[0] == "<" else 1
    return tuple(sign * int(number) for number in suffix[1:].split("-"))


def _second_corner(begun: str, prefix: str, what: str) -> str:
    """What stands before the second token of a range: nothing, since the first names the sheet
    (`'S'!D5:'S'!D9` is not read by every program).
    """
    if prefix != begun:
        raise UnknownKeyError(f"{what} ends a range that begins on another sheet")
    return ""


# Markers that stand in a formula for the letters of the time column before, here and after
# (Unicode's private area).
_BEFORE, _HERE, _AFTER = "\ue010", "\ue011", "\ue012"
_FAR = TimeColumns(
    0, 0
)  # stands for a token that reaches farther, which the quick way does not know
_SHIFTS = {"": (_HERE, 0), "<": (_BEFORE, -1), ">": (_AFTER, 1)}


class _Formula:
    """One formula text on one sheet, its tokens looked up once, ready to be written into any
    column.
    """

    def __init__(
        self, book: Book, sheet: Sheet, text: str, where: str, qualified: bool = False
    ) -> None:
        self.parts: list[str | tuple[str, Callable[[int], str], Placed, str]] = []
        quick: list[
            str
        ] = []  # the same with markers for columns, while all moving tokens share one layout
        layouts: set[TimeColumns] = set()
        begun = ""  # the sheet of the token before, which a range of two tokens names once
        for part in _split(text):
            if isinstance(part, str):
                self.parts.append(part)
                quick.append(part)
                continue
            sheet_name, key, suffix, token = part
            prefix, place = _find(book, sheet, sheet_name, key, where)
            prefix = prefix or (sheet_prefix(sheet.name) if qualified else "")
            if self.parts and self.parts[-1] == ":":
                prefix = _second_corner(begun, prefix, f"{where}: {token}")
            else:
                begun = prefix
            reference = _fixed(place, suffix, f"{where}: {token}")
            if reference is not None:
                self.parts.append(prefix + reference)
                quick.append(prefix + reference)
                continue
            assert place.columns is not None
            self.parts.append((prefix, _moving(place, suffix), place, token))
            layouts.add(place.columns)
            first, row, last = (
                column_letters(place.columns.first),
                place.row + 1,
                column_letters(place.columns.last),
            )
            if suffix == "..":
                quick.append(f"{prefix}${first}{row}:{_HERE}{row}")
            elif suffix == ">>":
                quick.append(f"{prefix}{_HERE}{row}:${last}{row}")
            elif suffix in _SHIFTS:
                quick.append(f"{prefix}{_SHIFTS[suffix][0]}{row}")
            else:
                layouts.add(_FAR)
        self.columns = next(iter(layouts)) if len(layouts) == 1 else None
        self.quick = "".join(quick)

    def at(self, t: int | None, where: str) -> str:
        columns = self.columns
        if columns is not None and t is not None and 0 <= t < columns.count:
            here = columns.first + t
            out = self.quick.replace(_HERE, column_letters(here))
            return out.replace(_BEFORE, column_letters(here - 1)).replace(
                _AFTER, column_letters(here + 1)
            )
        out_parts = []
        for part in self.parts:
            if isinstance(part, str):
                out_parts.append(part)
                continue
            prefix, reference, place, token = part
            if t is None:
                raise UnknownKeyError(
                    f"{where}: {token} is a path row and this cell stands in no time column; add a"
                    " suffix such as : or #1 or +"
                )
            if not 0 <= t < place.columns.count:  # type: ignore[union-attr]
                raise UnknownKeyError(f"{where}: {token} has no time column {t + 1}")
            out_parts.append(prefix + reference(t))
        return "".join(out_parts)


def resolve(book: Book) -> None:
    """Turn every token of the book's formulas, names, charts, validations and conditional formats
    into a reference.

    Done by `engine.calculate` and `write.write`; doing it again changes nothing.
    """
    for sheet in book:
        _resolve_sheet(book, sheet)
    for name, target in book.names.items():
        if "{" in target:
            book.names[name] = _Formula(book, Sheet(""), target, f"the name {name}").at(
                None, f"the name {name}"
            )


def _resolve_sheet(book: Book, sheet: Sheet) -> None:
    position = {}  # (row, col) -> position in time, for cells in the time columns of a laid row
    for place in sheet.placed.values():
        if place.columns is not None:
            for t in range(place.columns.count):
                position[place.row, place.columns.first + t] = t
    known: dict[str, _Formula] = {}
    common = _common_columns(sheet)
    keys = _keys_by_row(sheet)
    for (row, col), cell in sheet.cells.items():
        formula = cell.formula
        if formula is None:
            continue
        if "{" in formula:
            made = known.get(formula)
            if made is None and _TOKEN.search(formula):
                made = known[formula] = _Formula(
                    book, sheet, formula, _where(sheet, keys, row, col)
                )
            if made is not None:
                here = position.get((row, col))
                if here is None and common is not None and common.first <= col <= common.last:
                    here = col - common.first
                try:
                    cell.formula = formula = made.at(here, "")
                except UnknownKeyError:  # said again with the cell's place, which is slow to tell
                    made.at(here, _where(sheet, keys, row, col))
                    raise
        if "TEXT(" in formula:
            cell.formula = formula = rounded(formula)
        if sheet.links_green and "!" in formula and _PURE_LINK.match(formula):
            cell.style = linked(cell.style)
    for block in sheet.blocks:
        if "{" in block.formula:
            where = _where(sheet, keys, block.first_row, block.first_col)
            block.formula = _Formula(book, sheet, block.formula, where).at(None, where)
        if _PURE_LINK.match(block.formula):
            for row in range(block.first_row, block.last_row + 1):
                for col in range(block.first_col, block.last_col + 1):
                    sheet.cells[row, col].style = linked(sheet.cells[row, col].style)


def _common_columns(sheet: Sheet) -> TimeColumns | None:
    """The time columns of a sheet whose laid rows all have the same, for cells typed by hand in
    them.
    """
    layouts = {place.columns for place in sheet.placed.values() if place.columns is not None}
    return layouts.pop() if len(layouts) == 1 else None


def _keys_by_row(sheet: Sheet) -> dict[int, str]:
    """The key of each row, the first laid where a row has several."""
    return {place.row: key for key, place in reversed(sheet.placed.items())}


def _where(sheet: Sheet, keys: dict[int, str], row: int, col: int) -> str:
    """The cell as messages name it: its address, and its row's key where the row has one."""
    return f"{sheet_prefix(sheet.name)}{address(row, col)}" + (
        f" (row {keys[row]})" if row in keys else ""
    )


def ref(book: Book, token: str) -> str:
    """The absolute A1 reference of `Sheet!key` (with a fixed suffix where wanted), for formulas
    written by hand.

    The row must have been laid; a token in braces needs no such order.
    """
    found = _TOKEN.fullmatch("{" + token + "}")
    if found is None:
        raise UnknownKeyError(f"{token!r} is no reference of the form Sheet!key")
    prefix, place = _find(book, None, found[1], found[2], f"ref({token!r})")
    reference = _fixed(place, found[3] or "", token)
    if reference is None:
        raise UnknownKeyError(f"{token} is a path row; add a suffix such as : or #1 or +")
    return prefix + reference


def text_of(book: Book, sheet: Sheet, text: str, where: str, qualified: bool = False) -> str:
    """A text with its tokens resolved, for charts, validations and conditional formats.

    `qualified` names the sheet in every reference, as charts need it.
    """
    return _Formula(book, sheet, text, where, qualified).at(None, where) if "{" in text else text
