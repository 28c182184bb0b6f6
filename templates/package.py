"""The parts of an .xlsx that the engine needs: made from a `Book`, or taken from a file with its array padding cleared.

No styles, no strings table and no pictures are written here; the workbook that people receive is made by
`write`. A file's own parts are kept as they are, only its cells with formulas are edited.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from html import unescape
from xml.sax.saxutils import escape

from templates.book import Book, Cell, Sheet, address, area, column_letters
from templates.formulas import fitted, needs_work, our_names, prepare
from udfs.cells import CellError

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = dt.datetime(1899, 12, 30)


def serial(day: dt.datetime | dt.date) -> float:
    """A date as a spreadsheet counts it."""
    moment = day if isinstance(day, dt.datetime) else dt.datetime(day.year, day.month, day.day)
    return (moment.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)


# From a Book -----------------------------------------------------------------------------------


def pack(book: Book) -> bytes:
    """The book's values, formulas and defined names as a bare .xlsx package."""
    out = io.BytesIO()
    count = len(book.sheets)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as parts:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for i in range(1, count + 1)
        )
        parts.writestr(
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="'
            'application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{overrides}</Types>',
        )
        parts.writestr("_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")]))
        parts.writestr(
            "xl/_rels/workbook.xml.rels", _relationships([("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, count + 1)])
        )
        sheets = "".join(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(book.sheets, 1)
        )
        names = "".join(f'<definedName name="{name}">{escape(target.lstrip("="))}</definedName>' for name, target in book.names.items())
        names = f"<definedNames>{names}</definedNames>" if names else ""
        parts.writestr(
            "xl/workbook.xml", f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>{names}</workbook>'
        )
        ours = our_names()
        for i, sheet in enumerate(book, 1):
            parts.writestr(f"xl/worksheets/sheet{i}.xml", _sheet_part(sheet, ours))
    return out.getvalue()


def _relationships(targets: list[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for i, (kind, target) in enumerate(targets, 1)
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
            text = fitted(block.formula, block.rows, block.cols, ours, f"{sheet.name}!{address(row, col)}")[1:]
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


# From a file -----------------------------------------------------------------------------------


@dataclass
class Opened:
    """A file made ready for the engine, and what it holds: cells and blocks by sheet, names of single cells."""

    data: bytes
    cells: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    blocks: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    names: dict[str, tuple[str, int, int]] = field(default_factory=dict)


_CELL = re.compile(r"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
_FORMULA = re.compile(r"<((?:\w+:)?)f\b([^>]*?)(?:/>|>(.*?)</\1f>)", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")
_TAG = re.compile(r"<(?:\w+:)?(sheet|Relationship|definedName)\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?\1>|>)", re.DOTALL)


def cell_at(text: str) -> tuple[int, int] | None:
    """Row and column (from 0) of an A1 address; None where it is none."""
    found = _ADDRESS.match(text.strip())
    if found is None:
        return None
    col = 0
    for letter in found[1].upper():
        col = col * 26 + ord(letter) - 64
    return int(found[2]) - 1, col - 1


def _attributes(text: str) -> dict[str, str]:
    return {found[1].rpartition(":")[2]: unescape(found[2] if found[2] is not None else found[3]) for found in _ATTRIBUTE.finditer(text)}


def _tags(text: str, name: str) -> list[tuple[dict[str, str], str]]:
    return [(_attributes(found[2]), unescape(found[3] or "")) for found in _TAG.finditer(text) if found[1] == name]


def open_package(source: bytes) -> Opened:
    """Read an .xlsx, rewriting its formulas for the engine and emptying the padding of its array blocks."""
    edited: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(source)) as parts:
        book_part = "xl/workbook.xml"
        book_text = parts.read(book_part).decode("utf-8-sig")
        targets = {
            tag["Id"]: tag["Target"] for tag, _ in _tags(parts.read("xl/_rels/workbook.xml.rels").decode("utf-8-sig"), "Relationship")
        }
        opened = Opened(b"")
        ours = our_names()
        for tag, _ in _tags(book_text, "sheet"):
            target = targets[tag["id"]]
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" not in part:
                continue
            edited[part] = _edit_sheet(parts.read(part).decode("utf-8-sig"), tag["name"], opened, ours)
        for tag, text in _tags(book_text, "definedName"):
            sheet, _, cell = text.rpartition("!")
            spot = cell_at(cell)
            if spot is None or "localSheetId" in tag:
                continue
            opened.names[tag["name"]] = (sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet, *spot)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target_parts:
            for item in parts.infolist():
                target_parts.writestr(item.filename, edited.get(item.filename) or parts.read(item.filename))
    opened.data = out.getvalue()
    return opened


def _edit_sheet(text: str, name: str, opened: Opened, ours: frozenset[str]) -> str:
    cells: set[tuple[int, int]] = set()
    blocks: dict[tuple[int, int], str] = {}
    heads: set[tuple[int, int]] = set()
    for found in _CELL.finditer(text):
        inside = found[3]
        if not inside:
            continue
        spot = cell_at(_attributes(found[2]).get("r", ""))
        if spot is None:
            raise ValueError(f"sheet {name} has cells without addresses")
        cells.add(spot)
        formula = _FORMULA.search(inside)
        if formula is not None and 't="array"' in formula[2]:
            where = _attributes(formula[2])["ref"]
            heads.add(spot)
            first, last = cell_at(where.partition(":")[0]), cell_at(where.rpartition(":")[2])
            if first is None or last is None:
                raise ValueError(f"sheet {name}: {where} is no range")
            for row in range(first[0], last[0] + 1):
                for col in range(first[1], last[1] + 1):
                    blocks[row, col] = where
    opened.cells[name] = cells | set(blocks)
    opened.blocks[name] = blocks

    def edit(found: re.Match[str]) -> str:
        inside = found[3]
        if not inside:
            return found[0]
        formula = _FORMULA.search(inside)
        if formula is None and not blocks:
            return found[0]
        spot = cell_at(_attributes(found[2])["r"])
        assert spot is not None
        if spot in blocks and spot not in heads:
            return ""
        if formula is None or not formula[3]:
            return found[0]
        written = unescape(formula[3])
        place = f"{name}!{address(*spot)}"
        if spot in heads:
            first, last = (cell_at(part) for part in (blocks[spot].partition(":")[0], blocks[spot].rpartition(":")[2]))
            assert first is not None
            assert last is not None
            ready = fitted("=" + written, last[0] - first[0] + 1, last[1] - first[1] + 1, ours, place)[1:]
        elif needs_work(written, ours):
            ready = prepare("=" + written, ours, "" if "shared" in formula[2] else place)[1:]
        else:
            return found[0]
        prefix = found[1]
        return f"<{prefix}c{found[2]}><{prefix}f{formula[2]}>{escape(ready)}</{prefix}f></{prefix}c>"

    return _CELL.sub(edit, text)
