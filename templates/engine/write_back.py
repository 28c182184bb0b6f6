"""New values put into a workbook's package: the cells that changed are rewritten where they stand,
every other byte of a sheet stays.

Formulas, styles, charts, names, validations and all other parts are copied as they are.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from bankable.templates.engine.cell_xml import CELL, DATA, FORMULA, ROW, VALUE, attributes
from bankable.templates.engine.opened_file import DAYS_TO_1904, date_number
from bankable.templates.engine.recalculate import Recalculated, Spot
from bankable.templates.engine.workbook_file import MAIN, WorkbookFile
from bankable.templates.workbook.book import Value, address, cell_at, serial
from bankable.templates.workbook.write import FILE_ERRORS
from bankable.udfs.cells import CellError

_TYPE = re.compile(r"""\s+t\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TEXT = f"{{{MAIN}}}t"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def patched(done: Recalculated) -> tuple[bytes, int]:
    """The workbook with its new values, and how many cells of it changed."""
    wanted = _wanted(done)
    out, count = io.BytesIO(), 0
    file = done.opened.file
    texts = _shared_texts(file)
    sheet_of = {part: sheet for sheet, part in done.opened.parts.items()}
    with zipfile.ZipFile(out, "w") as target:
        for item in file.items:
            data = file.parts[item.filename]
            sheet = sheet_of.get(item.filename)
            if sheet is not None:
                mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
                text, changed = _sheet(
                    data.decode("utf-8-sig"),
                    wanted[sheet],
                    texts,
                    done.opened.blocks[sheet],
                    file.dates_from_1904,
                )
                data, count = mark + text.encode("utf-8") if changed else data, count + changed
            target.writestr(item, data, item.compress_type)
    return out.getvalue(), count


def _wanted(done: Recalculated) -> dict[str, dict[Spot, Value]]:
    """By sheet the value of every formula, of every cell of an array block, and of every changed
    input.
    """
    from bankable.templates.engine.calculation import locate

    opened = done.opened
    wanted: dict[str, dict[Spot, Value]] = {}
    for sheet in opened.parts:
        values = done.values.sheets[sheet]
        spots = (set(opened.formulas[sheet]) | set(opened.blocks[sheet])) - {
            spot for name, spot in done.kept if name == sheet
        }
        wanted[sheet] = {spot: values.get(spot, 0.0) for spot in spots}
    for where, value in done.changes.items():
        sheet, row, col = locate(where, opened.names, opened.cells)
        if isinstance(value, (dt.datetime, dt.date)):
            value = serial(value) - (DAYS_TO_1904 if opened.file.dates_from_1904 else 0)
        wanted[sheet][row, col] = value
    return wanted


def _shared_texts(file: WorkbookFile) -> list[str]:
    """The texts that cells of type `s` point to, without the readings of Japanese writing."""
    part = file.part_of("sharedStrings")
    if part is None or part not in file.parts:
        return []
    spoken = f"{{{MAIN}}}rPh"
    texts = []
    for item in ElementTree.fromstring(file.parts[part]).iterfind(f"{{{MAIN}}}si"):
        pieces = [found for child in item if child.tag != spoken for found in child.iter(_TEXT)]
        texts.append("".join(found.text or "" for found in pieces))
    return texts


def _sheet(
    text: str,
    wanted: Mapping[Spot, Value],
    texts: list[str],
    blocks: Mapping[Spot, str],
    from_1904: bool,
) -> tuple[str, int]:
    left, changed = dict(wanted), 0

    def cell(found: re.Match[str]) -> str:
        nonlocal changed
        spot = cell_at(attributes(found[2]).get("r", ""))
        if spot is None or spot not in left:
            return found[0]
        new = _cell(found, left.pop(spot), texts, spot in blocks, from_1904)
        changed += new != found[0]
        return new

    text = CELL.sub(cell, text)
    added = {spot: value for spot, value in left.items() if value is not None}
    return (_with_cells(text, added), changed + len(added)) if added else (text, changed)


def _cell(
    found: re.Match[str], value: Value, texts: list[str], in_block: bool, from_1904: bool
) -> str:
    """A cell with its new value; the cell as it was where that is the value it had. An empty text
    in a block is no value.
    """
    prefix, told, inside = found[1], found[2], found[3] or ""
    formula = FORMULA.search(inside)
    saved, type_found = VALUE.search(inside), _TYPE.search(told)
    saved_kind = (type_found[1] or type_found[2]) if type_found else "n"
    if saved is None and formula is None and in_block and value == "":
        return found[0]
    if saved is not None and saved_kind == "s":
        number = int(saved[2])
        if isinstance(value, str) and number < len(texts) and texts[number] == _plain(value):
            return found[0]
    elif saved is not None and _same(saved[2], saved_kind, value, from_1904):
        return found[0]
    kind, content = _written(prefix, value, formula is not None or in_block)
    told = _TYPE.sub("", told)
    body = (formula[0] if formula else "") + content
    head = f"<{prefix}c{told.rstrip()}{kind}"
    return f"{head}>{body}</{prefix}c>" if body else f"{head}/>"


def _same(saved: str, kind: str, value: Value, from_1904: bool) -> bool:
    if isinstance(value, bool):
        return kind == "b" and saved == str(int(value))
    if isinstance(value, CellError):
        return kind == "e" and saved == _code(value)
    if isinstance(value, str):
        return kind == "str" and saved == _text(value)
    if isinstance(value, (int, float)) and kind in ("n", "d"):
        try:
            return (float(saved) if kind == "n" else date_number(saved, from_1904)) == value
        except ValueError:
            return False
    return False


def _written(prefix: str, value: Value, is_result: bool) -> tuple[str, str]:
    """The type attribute and the value element of a cell."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ' t="b"', f"<{prefix}v>{int(value)}</{prefix}v>"
    if isinstance(value, CellError):
        return ' t="e"', f"<{prefix}v>{_code(value)}</{prefix}v>"
    if isinstance(value, str):
        space = ' xml:space="preserve"' if value != value.strip() else ""
        if is_result:
            return ' t="str"', f"<{prefix}v{space}>{_text(value)}</{prefix}v>"
        return (
            ' t="inlineStr"',
            f"<{prefix}is><{prefix}t{space}>{_text(value)}</{prefix}t></{prefix}is>",
        )
    assert not isinstance(value, dt.date)  # made a number with the others
    number = float(value)
    return (
        "",
        (
            f"<{prefix}v>{int(number) if number.is_integer() and abs(number) < 1e15 else repr(number)}</{prefix}v>"
        ),
    )


def _plain(value: str) -> str:
    """A text as a file can hold it."""
    return _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", value)


def _text(value: str) -> str:
    return escape(_plain(value))


def _code(error: CellError) -> str:
    return error.code if error.code in FILE_ERRORS else "#VALUE!"


# Cells that the file did not have --------------------------------------------------------------


def _with_cells(text: str, added: Mapping[Spot, Value]) -> str:
    """The sheet with new cells put into their rows, and new rows among the others."""
    data = DATA.search(text)
    assert data is not None
    prefix, rows = data[1], data[3] or ""
    by_row: dict[int, dict[int, Value]] = {}
    for (row, col), value in added.items():
        by_row.setdefault(row, {})[col] = value
    pieces, end = [], 0
    for found in ROW.finditer(rows):
        number = int(attributes(found[2])["r"]) - 1
        pieces.append(rows[end : found.start()])
        pieces += [_new_row(prefix, row, by_row.pop(row)) for row in sorted(by_row) if row < number]
        pieces.append(
            _row_with(found, number, by_row.pop(number)) if number in by_row else found[0]
        )
        end = found.end()
    pieces.append(rows[end:])
    pieces += [_new_row(prefix, row, by_row[row]) for row in sorted(by_row)]
    whole = f"<{prefix}sheetData{data[2]}>{''.join(pieces)}</{prefix}sheetData>"
    return text[: data.start()] + whole + text[data.end() :]


def _new_cell(prefix: str, row: int, col: int, value: Value) -> str:
    kind, content = _written(prefix, value, False)
    return f'<{prefix}c r="{address(row, col)}"{kind}>{content}</{prefix}c>'


def _new_row(prefix: str, row: int, values: Mapping[int, Value]) -> str:
    cells = "".join(_new_cell(prefix, row, col, values[col]) for col in sorted(values))
    return f'<{prefix}row r="{row + 1}">{cells}</{prefix}row>'


def _row_with(found: re.Match[str], row: int, values: Mapping[int, Value]) -> str:
    prefix, left, pieces, end, inside = found[1], dict(values), [], 0, found[3] or ""
    for cell in CELL.finditer(inside):
        spot = cell_at(attributes(cell[2])["r"])
        assert spot is not None
        pieces.append(inside[end : cell.start()])
        pieces += [
            _new_cell(prefix, row, col, left.pop(col)) for col in sorted(left) if col < spot[1]
        ]
        pieces.append(cell[0])
        end = cell.end()
    pieces.append(inside[end:])
    pieces += [_new_cell(prefix, row, col, left[col]) for col in sorted(left)]
    told = re.sub(
        r'\s+spans="[^"]*"', "", found[2]
    )  # an optional hint that the new cells may outgrow
    return f"<{prefix}row{told}>{''.join(pieces)}</{prefix}row>"
