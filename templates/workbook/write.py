"""Writes a calculated `Book` as an .xlsx: every formula with its value beside it, the same bytes
every time.

XlsxWriter does the writing; its cells are put out by a sheet of our own, so that values keep all
their digits and errors and logicals in array blocks stay what they are.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import os
import re
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import CellErrorTuple, Worksheet

from bankable.templates import file_in_place
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import charts, rows, template
from bankable.templates.workbook.book import (
    Block,
    Book,
    Cell,
    Conditional,
    Sheet,
    Validation,
    Value,
    address,
    serial,
    sheet_prefix,
)
from bankable.templates.workbook.styles import DEFAULT_FONT, style
from bankable.udfs.cells import CellError

CALC_ID = (
    191029  # the calculation engine of today's Excel; an older one makes it recalculate on opening
)
FILE_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_PAPER = {"A4": 9, "Letter": 1}
_ESCAPE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class UnfinishedError(ValueError):
    """The book cannot be written as it is: formulas without values, or values that no cell can
    hold.
    """


def free_name(path: str | os.PathLike[str]) -> Path:
    """The path itself where nothing stands there, otherwise `name-2.xlsx`, `name-3.xlsx` and
    so on.
    """
    path = Path(path)
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def refuse_to_overwrite(path: Path, force: bool) -> None:
    """Stop before any work where a file stands that may not be replaced, or where none can be
    written.
    """
    if path.is_dir():
        raise Refusal(f"{path} is a folder: name the file to write.")
    if not path.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {path.parent}: make it first, or write elsewhere.")
    place = file_in_place.place_of(path).absolute()
    if not place.parent.is_dir() or not os.access(place.parent, os.W_OK):
        raise Refusal(
            f"{path} cannot be written: you may not write in its folder. Choose another one."
        )
    if place.exists() and not place.is_file():
        raise Refusal(f"{path} is no file that could be replaced: choose another name.")
    if os.path.lexists(path) and not force:
        raise Refusal(
            f"{path} exists already: choose another name, or allow it to be overwritten with"
            " --force."
        )


def write(book: Book, path: str | os.PathLike[str], force: bool = False) -> Path:
    """Write the calculated book, as a template where the name ends so; an existing file is replaced
    only with `force`, and never left half written.
    """
    path = Path(path)
    refuse_to_overwrite(path, force)
    data = to_bytes(book)
    is_template = path.suffix.lower() == template.SUFFIX
    return put(path, template.as_template(data) if is_template else data)


def put(path: Path, data: bytes) -> Path:
    """Put the bytes in the file all at once: it is never left half written, and a file that is
    replaced keeps its mode and its links.
    """
    return file_in_place.put(path, data)


def to_bytes(book: Book) -> bytes:
    """The calculated book as the bytes of an .xlsx."""
    rows.resolve(book)
    _refuse_unfinished(book)
    out = io.BytesIO()
    file = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "default_format_properties": dict(DEFAULT_FONT),  # it writes into it
        },
    )
    file.set_calc_mode("auto", CALC_ID)
    file.calc_on_load = False
    file.set_properties(
        {
            "title": book.title,
            "author": book.author,
            "subject": book.subject,
            "comments": book.comments,
            "created": book.created,
        }
    )
    styles = _Styles(file)
    for sheet in book:
        _write_sheet(book, sheet, file.add_worksheet(sheet.name, _FullValues), styles)
    for sheet in book:
        for chart in sheet.charts:
            charts.insert(book, sheet, chart, file)
    for name, target in book.names.items():
        if file.define_name(name, "=" + target.lstrip("=")):
            raise UnfinishedError(f"{name} cannot be a defined name")
    file.close()
    return out.getvalue()


class _Styles:
    """The workbook's formats, made when a style is first used."""

    def __init__(self, file: xlsxwriter.Workbook) -> None:
        self._file = file
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._file.add_format(style(name))
        return self._made[name]


# What may not be written -----------------------------------------------------------------------


def _refuse_unfinished(book: Book) -> None:
    faults = []
    for sheet in book:
        for (row, col), cell in sheet.cells.items():
            fault = _fault(
                cell,
                cell.block is not None
                and (cell.block.first_row, cell.block.first_col) != (row, col),
            )
            if fault:
                faults.append(f"{sheet_prefix(sheet.name)}{address(row, col)} {fault}")
    if faults:
        more = f" and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise UnfinishedError("the workbook cannot be written: " + "; ".join(faults[:10]) + more)


def _fault(cell: Cell, tail: bool) -> str | None:
    value = cell.value
    computed = cell.formula is not None or cell.block is not None
    if computed and value is None:
        return "has a formula without a value: calculate the book first"
    if computed and not tail and value == "":
        return 'gives an empty text, which reads as no value: use a flag or "n/a"'
    if isinstance(value, float) and not math.isfinite(value):
        return f"holds {value}, which no cell can hold"
    if isinstance(value, str) and value in FILE_ERRORS:
        return f"holds the text {value}, which would pass for an error"
    if isinstance(value, str) and len(value) > 32767:
        return "holds a text longer than a cell takes"
    return None


# Cells -----------------------------------------------------------------------------------------


class _FullValues(Worksheet):
    """A sheet that writes numbers with all their digits, and errors and logicals as such wherever
    they stand.
    """

    def _get_range_data(self, *corners: int) -> list[Any]:
        # what a chart keeps of its cells: a cell that shows an error has no point
        data = super()._get_range_data(*corners)
        return ["" if isinstance(value, CellError) else value for value in data]

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        # XlsxWriter's own prefixing takes NORMSDIST for NORM.S.DIST
        return _CALL.sub(_prefixed, formula.removeprefix("="))

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell).__name__
        if kind in ("RichString", "Datetime") or not cell.format:
            super()._write_cell(row, col, cell)
            return
        head = f'<c r="{address(row, col)}" s="{cell.format._get_xf_index()}"'
        if kind == "Number":
            text = f"{head}><v>{_digits(cell.number)}</v></c>"
        elif kind == "Formula":
            mark, value = _typed(cell.value)
            text = f"{head}{mark}><f>{cell.formula.translate(_ESCAPE)}</f><v>{value}</v></c>"
        elif kind == "String":
            text = f'{head} t="s"><v>{cell.string}</v></c>'
        elif kind == "Blank":
            text = f"{head}/>"
        elif kind == "ArrayFormula":
            mark, value = _typed(cell.value)
            text = (
                f'{head}{mark}><f t="array"'
                f' ref="{cell.range}">{cell.formula.translate(_ESCAPE)}</f><v>{value}</v></c>'
            )
        elif kind == "Boolean":
            text = f'{head} t="b"><v>{int(cell.boolean)}</v></c>'
        elif kind == "Error":
            text = f'{head} t="e"><v>{cell.error}</v></c>'
        else:
            super()._write_cell(row, col, cell)
            return
        self.fh.write(text)


_CALL = re.compile(r"(?<![A-Za-z0-9_.])([A-Z][A-Z0-9.]*)\(")


# Functions that came after 2007; a file names them with the prefix _xlfn.
# fmt: off
_NEWER = frozenset((
    "AGGREGATE", "CONCAT", "DAYS", "IFNA", "IFS", "MAXIFS", "MINIFS", "NORM.DIST", "NORM.INV", "NORM.S.DIST", "NORM.S.INV",
    "NUMBERVALUE", "PDURATION", "PERCENTILE.EXC", "PERCENTILE.INC", "QUARTILE.INC", "RANK.AVG", "RANK.EQ", "RRI", "SEQUENCE",
    "STDEV.P", "STDEV.S", "SWITCH", "TEXTJOIN", "UNIQUE", "VAR.P", "VAR.S", "XLOOKUP", "XMATCH", "XOR",
))
# fmt: on


def _prefixed(call: re.Match[str]) -> str:
    name = call[1]
    return f"_xlfn.{name}(" if name in _NEWER else call[0]


def _digits(number: float) -> str:
    """The shortest text that reads back as the same number."""
    number = float(number)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _typed(value: Value) -> tuple[str, str]:
    """A formula's value as a cell's type attribute and text."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, CellError):
        return ' t="e"', _file_code(value)
    if isinstance(value, str):
        return ' t="str"', value.translate(_ESCAPE)
    if isinstance(value, (dt.datetime, dt.date)):
        return "", _digits(serial(value))
    return "", _digits(value)  # type: ignore[arg-type]


def _file_code(error: CellError) -> str:
    """The error's code as every spreadsheet since 2007 knows it."""
    return error.code if error.code in FILE_ERRORS else "#VALUE!"


def _write_sheet(book: Book, sheet: Sheet, out: Any, styles: _Styles) -> None:
    for first_row, first_col, last_row, last_col in sheet.merges:
        top = sheet.cells.get((first_row, first_col))
        out.merge_range(
            first_row, first_col, last_row, last_col, "", styles[top.style if top else "text"]
        )
    heads = {(block.first_row, block.first_col): block for block in sheet.blocks}
    for row, col in sorted(sheet.cells):
        cell = sheet.cells[row, col]
        form = styles[cell.style]
        if cell.block is not None:
            _write_block_cell(out, row, col, cell, heads.get((row, col)), form)
        elif cell.formula is not None:
            out.write_formula(row, col, cell.formula, form, cell.value)
        elif cell.link is not None:
            _write_link(out, row, col, cell, form)
        else:
            _write_value(out, row, col, cell.value, form)
        if cell.note:
            out.write_comment(
                row,
                col,
                cell.note,
                {"author": "", "x_scale": 2, "y_scale": 1 + len(cell.note) // 200},
            )
    _lay_out(sheet, out, styles)
    _set_print(sheet, out)
    for validation in sheet.validations:
        _validate(book, sheet, validation, out)
    for conditional in sheet.conditionals:
        _format_conditionally(book, sheet, conditional, out, styles)


def _write_block_cell(
    out: Any, row: int, col: int, cell: Cell, head: Block | None, form: Any
) -> None:
    if head is not None:
        # the head alone, since XlsxWriter would pad the rest with zeros
        out.write_array_formula(row, col, row, col, head.formula, form, cell.value)
        whole = (
            f"{address(row, col)}:{address(head.last_row, head.last_col)}"
            if head.rows * head.cols > 1
            else address(row, col)
        )
        out.table[row][col] = out.table[row][col]._replace(range=whole)
    else:
        _write_value(out, row, col, None if cell.value == "" else cell.value, form)


def _write_value(out: Any, row: int, col: int, value: Value, form: Any) -> None:
    if value is None:
        out.write_blank(row, col, None, form)
    elif isinstance(value, bool):
        out.write_boolean(row, col, value, form)
    elif isinstance(value, str):
        out.write_string(row, col, value, form)
    elif isinstance(value, CellError):
        out.write_blank(row, col, None, form)
        out.table[row][col] = CellErrorTuple(_file_code(value), form, None)
    elif isinstance(value, (dt.datetime, dt.date)):
        out.write_number(row, col, serial(value), form)
    else:
        out.write_number(row, col, value, form)


def _write_link(out: Any, row: int, col: int, cell: Cell, form: Any) -> None:
    target = cell.link or ""
    if "://" not in target and not target.startswith("mailto:"):
        sheet, _, spot = target.partition("!")
        target = f"internal:{sheet_prefix(sheet.strip(chr(39)))}{spot or 'A1'}"
    out.write_url(row, col, target, form, str(cell.value))


# The sheet around the cells --------------------------------------------------------------------


def _lay_out(sheet: Sheet, out: Any, styles: _Styles) -> None:
    levels = {
        col: level for first, last, level in sheet.column_groups for col in range(first, last + 1)
    }
    for col in sorted({*sheet.widths, *levels}):
        out.set_column(col, col, sheet.widths.get(col), None, {"level": levels.get(col, 0)})
    row_levels = {
        row: level for first, last, level in sheet.row_groups for row in range(first, last + 1)
    }
    for row in sorted({*sheet.heights, *row_levels}):
        out.set_row(row, sheet.heights.get(row), None, {"level": row_levels.get(row, 0)})
    if sheet.row_groups or sheet.column_groups:
        out.outline_settings(True, False, False, False)
    if sheet.freeze:
        out.freeze_panes(*sheet.freeze)
    if not sheet.gridlines:
        out.hide_gridlines(2)
    out.set_zoom(sheet.zoom)
    if sheet.tab:
        out.set_tab_color("#" + sheet.tab.lstrip("#"))


def _set_print(sheet: Sheet, out: Any) -> None:
    setup = sheet.print
    if setup.landscape:
        out.set_landscape()
    out.set_paper(_PAPER[setup.paper])
    out.fit_to_pages(setup.pages_wide, setup.pages_tall)
    out.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.7)
    if setup.title_rows:
        out.repeat_rows(*setup.title_rows)
    if setup.title_cols:
        out.repeat_columns(*setup.title_cols)
    if setup.area:
        out.print_area(*setup.area)
    if setup.row_breaks:
        out.set_h_pagebreaks(list(setup.row_breaks))
    out.set_footer(setup.footer)


def _validate(book: Book, sheet: Sheet, validation: Validation, out: Any) -> None:
    where = f"the validation at {sheet_prefix(sheet.name)}{address(*validation.range[:2])}"
    if len(validation.title) > 32 or len(validation.message) > 255 or len(validation.error) > 255:
        raise UnfinishedError(f"{where}: a title takes 32 characters, a message 255")

    def text(value: Any) -> Any:
        return rows.text_of(book, sheet, value, where) if isinstance(value, str) else value

    options: dict[str, Any] = {
        "validate": validation.kind,
        "ignore_blank": validation.blank_allowed,
    }
    if validation.kind == "list":
        options["source"] = (
            text(validation.formula) if validation.formula else list(validation.choices)
        )
    elif validation.kind == "custom":
        options["value"] = text(validation.formula)
    elif validation.low is not None and validation.high is not None:
        options |= {
            "criteria": "between",
            "minimum": text(validation.low),
            "maximum": text(validation.high),
        }
    elif validation.low is not None:
        options |= {"criteria": ">=", "value": text(validation.low)}
    elif validation.high is not None:
        options |= {"criteria": "<=", "value": text(validation.high)}
    else:
        raise UnfinishedError(f"{where} bounds nothing")
    if validation.title:
        options["input_title"] = validation.title
    if validation.message:
        options["input_message"] = validation.message
    if validation.error:
        options |= {
            "error_title": validation.title or "Not allowed",
            "error_message": validation.error,
        }
    if out.data_validation(*validation.range, options):
        raise UnfinishedError(f"{where} was refused: {options}")


_CRITERIA = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}


def _format_conditionally(
    book: Book, sheet: Sheet, conditional: Conditional, out: Any, styles: _Styles
) -> None:
    where = f"the conditional format at {sheet_prefix(sheet.name)}{address(*conditional.range[:2])}"
    rule = (
        rows.text_of(book, sheet, conditional.rule, where)
        if isinstance(conditional.rule, str)
        else conditional.rule
    )
    options: dict[str, Any]
    if conditional.kind in ("two_colours", "three_colours"):
        options = {
            "min_color": "#" + conditional.low_colour,
            "max_color": "#" + conditional.high_colour,
        }
        options["type"] = "2_color_scale" if conditional.kind == "two_colours" else "3_color_scale"
        if conditional.kind == "three_colours":
            options["mid_color"] = "#" + conditional.middle_colour
    elif conditional.kind == "error":
        options = {"type": "errors", "format": styles[conditional.style]}
    elif conditional.kind == "formula":
        options = {"type": "formula", "criteria": rule, "format": styles[conditional.style]}
    elif conditional.kind in _CRITERIA:
        value = f'"{rule}"' if isinstance(rule, str) and not rule.startswith(("=", '"')) else rule
        options = {
            "type": "cell",
            "criteria": _CRITERIA[conditional.kind],
            "value": value,
            "format": styles[conditional.style],
        }
    else:
        raise UnfinishedError(f"{where}: there is no kind {conditional.kind!r}")
    if out.conditional_format(*conditional.range, options):
        raise UnfinishedError(f"{where} was refused")
