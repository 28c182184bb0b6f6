"""The parts of an .xlsx that the engine needs, made from a `Book`: values, formulas and names.

No styles, no strings table and no pictures are written here; the workbook that people receive is
made by `write`.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.sax.saxutils import escape

from bankable.templates.engine.formulas import fitted, needs_work, our_names, prepare
from bankable.templates.workbook.book import (
    Book,
    Cell,
    Sheet,
    address,
    area,
    column_letters,
    serial,
)
from bankable.udfs.cells import CellError

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def pack(book: Book) -> bytes:
    """The book's values, formulas and defined names as a bare .xlsx package."""
    out = io.BytesIO()
    count = len(book.sheets)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as parts:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml"'
            f' ContentType="{_TYPES}.worksheet+xml"/>'
            for i in range(1, count + 1)
        )
        parts.writestr(
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
            ' Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
            f' ContentType="{_TYPES}.sheet.main+xml"/>{overrides}</Types>',
        )
        parts.writestr("_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")]))
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            _relationships(
                [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, count + 1)]
            ),
        )
        sheets = "".join(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{i}" r:id="rId{i}"/>'
            for i, name in enumerate(book.sheets, 1)
        )
        names = "".join(
            f'<definedName name="{name}">{escape(target.lstrip("="))}</definedName>'
            for name, target in book.names.items()
        )
        names = f"<definedNames>{names}</definedNames>" if names else ""
        parts.writestr(
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}"'
            f' xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>{names}</workbook>',
        )
        ours = our_names()
        for i, sheet in enumerate(book, 1):
            parts.writestr(f"xl/worksheets/sheet{i}.xml", _sheet_part(sheet, ours))
    return out.getvalue()


def _relationships(targets: list[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _sheet_part(sheet: Sheet, ours: frozenset[str]) -> str:
    heads = {(block.first_row, block.first_col): block for block in sheet.blocks}
    letters: dict[int, str] = {}
    out = [f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>']
    current = -1
    for row, col in sorted(sheet.cells):
        cell = sheet.cells[row, col]
        if cell.block is not None:
            block = heads.get((row, col))
            if block is None:
                continue
            text = fitted(
                block.formula, block.rows, block.cols, ours, f"{sheet.name}!{address(row, col)}"
            )[1:]
            where = area(block.first_row, block.first_col, block.last_row, block.last_col)
            content = f'><f t="array" ref="{where}">{escape(text)}</f></c>'
        elif cell.formula is not None:
            text = cell.formula
            if needs_work(text, ours):
                text = prepare(text, ours, f"{sheet.name}!{address(row, col)}")
            content = f"><f>{escape(text[1:])}</f></c>"
        else:
            plain = _plain(cell)
            if plain is None:
                continue
            content = plain
        if row != current:
            out.append(f'{"</row>" if current >= 0 else ""}<row r="{row + 1}">')
            current = row
        if col not in letters:
            letters[col] = column_letters(col)
        out.append(f'<c r="{letters[col]}{row + 1}"{content}')
    out.append(f"{'</row>' if current >= 0 else ''}</sheetData></worksheet>")
    return "".join(out)


def _plain(cell: Cell) -> str | None:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return f' t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (dt.datetime, dt.date)):
        return f"><v>{serial(value)!r}</v></c>"
    if isinstance(value, CellError):
        return f' t="e"><v>{value.code}</v></c>'
    if isinstance(value, str):
        return f' t="str"><v>{escape(value)}</v></c>'
    return f"><v>{float(value)!r}</v></c>"
