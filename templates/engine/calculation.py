"""Calculates a workbook without a spreadsheet program: a `Book` in memory, or any .xlsx file.

The engine is formualizer, fed with a bare package that holds values and formulas only, and with
every function of the register as a callback. Its known traps are dealt with here and in `formulas`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bankable.templates.engine import elementwise, open_xml
from bankable.templates.engine.formulas import FIT, OMITTED_TEXT, PLACE_MARK, prepare
from bankable.templates.engine.opened_file import Opened, open_package
from bankable.templates.engine.workbook_file import open_file
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import rows
from bankable.templates.workbook.book import Book, Value, address, cell_at, sheet_prefix
from bankable.udfs import answer_cache
from bankable.udfs.cells import OMITTED, CellError, rows_of
from bankable.udfs.registry import Function

# the engine's names of the error kinds, both ways
_CODES = {
    "Div": "#DIV/0!",
    "Na": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "Spill": "#SPILL!",
    "Calc": "#CALC!",
    "Circ": "#CIRC!",
    "NImpl": "#NOT_DONE!",  # the engine reads the formula but cannot do it
    "Error": "#UNREADABLE!",
}
_KINDS = {code: kind for kind, code in _CODES.items()}
_BLOCK_ROWS, _BLOCK_COLUMNS = 1_000, 100  # of what is read from the engine at once

Spot = tuple[int, int]  # row and column from 0

_in_turn = threading.Lock()  # the engine asks from several threads, which only wait for each other


@dataclass
class Calculated:
    """The values of a calculated workbook file: by sheet, then by (row, col) from 0; empty cells
    are absent.
    """

    sheets: dict[str, dict[tuple[int, int], Value]] = field(default_factory=dict)
    names: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    def __getitem__(self, where: str) -> Value:
        """The value at `Sheet!A1` or under a defined name; None for an empty cell."""
        sheet, row, col = locate(where, self.names, self.sheets)
        return self.sheets[sheet].get((row, col))

    def errors(self) -> list[str]:
        """The cells that hold an error value, as `Sheet!A1 #N/A`."""
        return [
            f"{sheet_prefix(name)}{address(*spot)} {value.code}"
            for name, cells in self.sheets.items()
            for spot, value in cells.items()
            if isinstance(value, CellError)
        ]


def calculate(book: Book) -> Book:
    """Give every formula and array block of the book its value; returns the same book."""
    rows.resolve(book)
    data = open_xml.pack(book)
    found, said = _evaluate(data, {name: sheet.cells for name, sheet in book.sheets.items()}, ())
    for name, sheet in book.sheets.items():
        values = found[name]
        for (row, col), cell in sheet.cells.items():
            if cell.formula is not None or cell.block is not None:
                value = values[row, col]
                if value is None:
                    head = cell.block
                    value = 0.0 if head is None else values[head.first_row, head.first_col]
                if isinstance(value, dict):
                    head = cell.block
                    spot = (row, col) if head is None else (head.first_row, head.first_col)
                    value = _explained(_to_python(value), said.get(f"{name}!{address(*spot)}"))
                cell.value = float(value) if type(value) is int else value
    _refuse_faults(book)
    return book


def calculate_file(path: Any, changes: Mapping[str, Value] | None = None) -> Calculated:
    """The values of an .xlsx file, calculated afresh after `changes`; the file itself is not
    touched.

    `changes` maps `Sheet!A1` addresses or defined names (of one cell) to new values.
    """
    path = Path(path)
    return calculate_opened(open_package(open_file(path.read_bytes(), path.name)), changes)


def calculate_opened(opened: Opened, changes: Mapping[str, Value] | None = None) -> Calculated:
    """The values of an opened file, calculated after `changes`."""
    wanted = [
        (*locate(where, opened.names, opened.cells), value)
        for where, value in (changes or {}).items()
    ]
    for sheet, row, col, _ in wanted:
        block = opened.blocks.get(sheet, {}).get((row, col))
        if block is not None:
            raise Refusal(
                f"{sheet_prefix(sheet)}{address(row, col)} is part of the array {block}: it cannot"
                " be changed alone."
            )
        opened.cells[sheet].add((row, col))
    found, said = _evaluate(opened.data, opened.cells, wanted, opened.file.dates_from_1904)
    result = Calculated(names=opened.names)
    for name, cells in opened.cells.items():
        values = {spot: _to_python(found[name][spot]) for spot in sorted(cells)}
        result.sheets[name] = {
            spot: _explained(value, said.get(f"{name}!{address(*spot)}"))
            for spot, value in values.items()
            if value is not None
        }
    return result


def locate(
    where: str, names: Mapping[str, tuple[str, int, int]], sheets: Iterable[str]
) -> tuple[str, int, int]:
    """The sheet, row and column of `Sheet!A1`, `'A sheet'!$A$1` or a defined name (in any case of
    letters).
    """
    if "!" in where:
        sheet, _, cell = where.rpartition("!")
        if sheet.startswith("'") and sheet.endswith("'"):
            sheet = sheet[1:-1].replace("''", "'")
        spot = cell_at(cell)
        for name in sheets:
            if name.lower() == sheet.lower() and spot is not None:
                return (name, *spot)
    for name, target in names.items():
        if name.lower() == where.lower():
            return target
    if "!" in where and spot is not None:
        raise Refusal(f"the workbook has no sheet {sheet!r}; it has {', '.join(sheets)}.")
    if cell_at(where) is not None:
        raise Refusal(
            f"{where} names no sheet: write the sheet before it, as in"
            f" {next(iter(sheets), 'Sheet1')}!{where}."
        )
    raise Refusal(f"the workbook has no cell or defined name {where!r}.")


# The engine ------------------------------------------------------------------------------------


def _read(sheet: Any, name: str, cells: Iterable[Spot]) -> dict[Spot, Any]:
    """The engine's values of the cells, read in blocks that hold some: what lies between far cells
    costs nothing.
    """
    import formualizer

    blocks: dict[Spot, list[Spot]] = {}
    for row, col in cells:
        blocks.setdefault((row // _BLOCK_ROWS, col // _BLOCK_COLUMNS), []).append((row, col))
    values: dict[Spot, Any] = {}
    for spots in blocks.values():
        top, left = min(row for row, _ in spots), min(col for _, col in spots)
        bottom, right = max(row for row, _ in spots), max(col for _, col in spots)
        grid = sheet.get_values(
            formualizer.RangeAddress(name, top + 1, left + 1, bottom + 1, right + 1)
        )
        values |= {(row, col): grid[row - top][col - left] for row, col in spots}
    return values


def _evaluate(
    data: bytes,
    cells: Mapping[str, Iterable[Spot]],
    changes: Iterable[tuple[str, int, int, Value]],
    from_1904: bool = False,
) -> tuple[dict[str, dict[Spot, Any]], dict[str, CellError]]:
    """The values of these cells by sheet, and what our functions said in which cell."""
    import formualizer

    try:
        workbook = _counting_from_1904(data) if from_1904 else formualizer.load_workbook_bytes(data)
    except Exception as error:
        raise Refusal(f"the workbook cannot be calculated: {error}") from error
    workbook.set_temporal_egress("serial")
    said = _register(workbook)
    for sheet, row, col, value in changes:
        workbook.set_value(
            sheet,
            row + 1,
            col + 1,
            _engine_error(value) if isinstance(value, CellError) else _number_or_text(value),
        )
    try:
        workbook.evaluate_all()
    except Exception as error:
        raise Refusal(f"the workbook cannot be calculated: {error}") from error
    return {name: _read(workbook.sheet(name), name, spots) for name, spots in cells.items()}, said


def _counting_from_1904(data: bytes) -> Any:
    """The engine's workbook with days counted as Excel for the Mac once did."""
    import formualizer

    settings = formualizer.EvaluationConfig()
    settings.date_system = "1904"
    return formualizer.Workbook.from_bytes(
        data, config=formualizer.WorkbookConfig(eval_config=settings)
    )


def _number_or_text(value: Value) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _refuse_faults(book: Book) -> None:
    """Raise for a formula that the engine could not read, or for a loop: both are faults of the
    book.
    """
    import formualizer

    for sheet in book:
        for (row, col), cell in sheet.cells.items():
            head = cell.block is None or (cell.block.first_row, cell.block.first_col) == (row, col)
            formula = cell.formula if cell.block is None else cell.block.formula
            if not isinstance(cell.value, CellError) or formula is None or not head:
                continue
            where = f"{sheet_prefix(sheet.name)}{address(row, col)}"
            if cell.value.code == "#CIRC!":
                raise Refusal(
                    f"{where}: the formula {formula} hangs on its own result, or on a cell that"
                    " does"
                )
            if cell.value.code in ("#VALUE!", "#UNREADABLE!"):
                try:
                    formualizer.parse(prepare(formula))
                except Exception as fault:
                    raise Refusal(
                        f"{where}: the formula {formula} cannot be read: {fault}"
                    ) from None


def _register(workbook: Any) -> dict[str, CellError]:
    """Make our functions callbacks; the dict returned fills with their errors by cell during
    evaluation.
    """
    import bankable.udfs  # noqa: F401  (enters all functions in the register)
    from bankable.udfs.registry import FUNCTIONS

    said: dict[str, CellError] = {}

    def callback(function: Function) -> Any:
        def call(*args: Any) -> Any:
            place = (
                args[0]
                if args and isinstance(args[0], str) and args[0].startswith(PLACE_MARK)
                else ""
            )
            given = [_argument(arg) for arg in (args[1:] if place else args)]
            with _in_turn:
                result = answer_cache.answer(function, given)
            if place and isinstance(result, CellError):
                said.setdefault(place[len(PLACE_MARK) :], result)
            return _to_engine(result)

        return call

    for name, function in FUNCTIONS.items():
        workbook.register_function(name, callback(function), min_args=0, max_args=None)
    workbook.register_function(FIT, _fit, min_args=3, max_args=3)
    for name, over_cells in elementwise.callbacks().items():
        workbook.register_function(name, over_cells, min_args=1, max_args=2)
    return said


def _explained(value: Any, said: CellError | None) -> Any:
    """A cell's error with the sentence that our function gave for it, where it was ours."""
    return (
        said
        if said is not None and isinstance(value, CellError) and value.code == said.code
        else value
    )


def _argument(raw: Any) -> Any:
    """A callback's argument as `Function.from_cells` takes it."""
    if isinstance(raw, list):
        return [[_argument(value) for value in row] for row in raw]
    if isinstance(raw, dict):
        return _to_python(raw)
    if isinstance(raw, str) and raw == OMITTED_TEXT:
        return OMITTED
    return raw


def _to_engine(result: Any) -> Any:
    """A function's result as the engine takes it: a blank is an empty text, an error a dict."""
    if result is None:
        return ""
    if isinstance(result, CellError):
        return _engine_error(result)
    if isinstance(result, list):
        return [[_to_engine(value) for value in row] for row in result]
    return result


def _engine_error(error: CellError) -> dict[str, str]:
    return {"type": "Error", "kind": _KINDS.get(error.code, "Value"), "message": error.sentence}


def _to_python(raw: Any) -> Value:
    """A value read from the engine; errors become CellErrors."""
    if isinstance(raw, dict):
        code = _CODES.get(str(raw.get("kind")), "#VALUE!")
        return CellError(code, str(raw.get("message") or code))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    return raw


def _fit(result: Any, height: float, width: float) -> Any:
    """An array formula's result in its range as a spreadsheet puts it: one row or column repeats,
    what is missing is #N/A.
    """
    grid = rows_of(result)
    missing: Any = {"type": "Error", "kind": "Na"}
    out: list[list[Any]] = []
    for i in range(int(height)):
        line = grid[0] if len(grid) == 1 else grid[i] if i < len(grid) else None
        if line is None:
            out.append([missing] * int(width))
            continue
        cells = [
            line[0] if len(line) == 1 else line[j] if j < len(line) else missing
            for j in range(int(width))
        ]
        out.append([0.0 if value is None else value for value in cells])
    return out
