"""The parts of an .xlsx that the engine needs: made from a `Book`, or taken from a file with its
array padding cleared.

No styles, no strings table and no pictures are written here; the workbook that people receive is
made by `write`. A file's own parts are kept as they are, only its cells with formulas are edited.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from xml.sax.saxutils import escape

from bankable.templates.engine.formulas import (
    fitted,
    names_with_calls,
    needs_work,
    our_names,
    prepare,
    with_names,
)
from bankable.templates.workbook.book import (
    Book,
    Cell,
    Sheet,
    address,
    area,
    cell_at,
    column_letters,
    serial,
)
from bankable.udfs.cells import CellError

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MOST_IN_BLOCK = 2_000_000  # cells of one array formula: a whole column, and some


# From a Book -----------------------------------------------------------------------------------


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


# From a file -----------------------------------------------------------------------------------


@dataclass
class Opened:
    """A file made ready for the engine, and what it holds by sheet; `names` are those of single
    cells, `ranges` the others.

    `formulas` has the text of the cell whose formula a cell shares (`shared` groups them), and none
    for the tail of an array block; `saved_errors` are the error codes of cells with formulas;
    `parts` says where a sheet is in the package.
    """

    data: bytes
    cells: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    blocks: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    names: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    shared: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    saved_errors: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


CELL = re.compile(r"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
FORMULA = re.compile(r"<((?:\w+:)?)f\b([^>]*?)(?:/>|>(.*?)</\1f>)", re.DOTALL)
VALUE = re.compile(r"<((?:\w+:)?)v\b[^>]*>(.*?)</\1v>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG = re.compile(
    r"<(?:\w+:)?(sheet|Relationship|definedName)\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?\1>|>)", re.DOTALL
)


def attributes(text: str) -> dict[str, str]:
    """An element's attributes, their namespaces taken off."""
    return {
        found[1].rpartition(":")[2]: unescape(found[2] if found[2] is not None else found[3])
        for found in _ATTRIBUTE.finditer(text)
    }


def _tags(text: str, name: str) -> list[tuple[dict[str, str], str]]:
    return [
        (attributes(found[2]), unescape(found[3] or ""))
        for found in _TAG.finditer(text)
        if found[1] == name
    ]


def open_package(source: bytes, held: Mapping[str, set[tuple[int, int]]] | None = None) -> Opened:
    """Read an .xlsx, rewriting its formulas for the engine and emptying the padding of its array
    blocks.

    The formulas of `held` cells (by sheet; all of a block, and all that share a formula) are left
    out: they keep their saved values.
    """
    edited: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(source)) as parts:
        book_part = "xl/workbook.xml"
        book_text = parts.read(book_part).decode("utf-8-sig")
        targets = {
            tag["Id"]: tag["Target"]
            for tag, _ in _tags(
                parts.read("xl/_rels/workbook.xml.rels").decode("utf-8-sig"), "Relationship"
            )
        }
        opened = Opened(b"")
        ours = our_names()
        defined = {
            tag["name"]: text
            for tag, text in _tags(book_text, "definedName")
            if "localSheetId" not in tag
        }
        named = names_with_calls(defined, ours)
        for tag, _ in _tags(book_text, "sheet"):
            target = targets[tag["id"]]
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" not in part:
                continue
            edited[part] = _edit_sheet(
                parts.read(part).decode("utf-8-sig"),
                tag["name"],
                opened,
                ours,
                named,
                (held or {}).get(tag["name"], set()),
            )
            opened.parts[tag["name"]] = part
        for tag, text in _tags(book_text, "definedName"):
            sheet, _, cell = text.rpartition("!")
            spot = cell_at(cell)
            if "localSheetId" in tag:
                continue
            if spot is None:
                opened.ranges[tag["name"]] = text
                continue
            opened.names[tag["name"]] = (
                sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet,
                *spot,
            )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target_parts:
            for item in parts.infolist():
                target_parts.writestr(
                    item.filename, edited.get(item.filename) or parts.read(item.filename)
                )
    opened.data = out.getvalue()
    return opened


def _edit_sheet(
    text: str,
    name: str,
    opened: Opened,
    ours: frozenset[str],
    named: dict[str, str],
    held: set[tuple[int, int]],
) -> str:
    cells: set[tuple[int, int]] = set()
    blocks: dict[tuple[int, int], str] = {}
    heads: set[tuple[int, int]] = set()
    formulas: dict[tuple[int, int], str] = {}
    masters: dict[str, str] = {}
    shared: dict[tuple[int, int], str] = {}
    errors: dict[tuple[int, int], str] = {}
    for found in CELL.finditer(text):
        inside = found[3]
        if not inside:
            continue
        spot = cell_at(attributes(found[2]).get("r", ""))
        if spot is None:
            raise ValueError(f"sheet {name} has cells without addresses")
        cells.add(spot)
        formula = FORMULA.search(inside)
        if formula is not None:
            written = unescape(formula[3] or "")
            group = attributes(formula[2]).get("si")
            if group is not None:
                written = masters.setdefault(group, written)
                shared[spot] = group
            formulas[spot] = written
            if 't="e"' in found[2] and (saved := VALUE.search(inside)):
                errors[spot] = saved[2]
        if formula is not None and 't="array"' in formula[2] and spot not in held:
            where = attributes(formula[2])["ref"]
            heads.add(spot)
            first, last = cell_at(where.partition(":")[0]), cell_at(where.rpartition(":")[2])
            if first is None or last is None:
                raise ValueError(f"sheet {name}: {where} is no range")
            if (last[0] - first[0] + 1) * (last[1] - first[1] + 1) > _MOST_IN_BLOCK:
                raise ValueError(
                    f"sheet {name}, cell {address(*spot)}: the array formula fills {where}, too"
                    " many cells to calculate"
                )
            for row in range(first[0], last[0] + 1):
                for col in range(first[1], last[1] + 1):
                    blocks[row, col] = where
    opened.cells[name] = cells | set(blocks)
    opened.blocks[name] = blocks
    opened.formulas[name], opened.shared[name], opened.saved_errors[name] = formulas, shared, errors

    def edit(found: re.Match[str]) -> str:
        inside = found[3]
        if not inside:
            return found[0]
        formula = FORMULA.search(inside)
        if formula is None and not blocks:
            return found[0]
        spot = cell_at(attributes(found[2])["r"])
        assert spot is not None
        if spot in held and formula is not None:
            return found[0].replace(formula[0], "")
        if spot in blocks and spot not in heads:
            return ""
        if formula is None or not formula[3]:
            return found[0]
        before = unescape(formula[3])
        written = with_names(before, named) if named else before
        place = f"{name}!{address(*spot)}"
        if spot in heads:
            first, last = (
                cell_at(part)
                for part in (blocks[spot].partition(":")[0], blocks[spot].rpartition(":")[2])
            )
            assert first is not None
            assert last is not None
            ready = fitted(
                "=" + written, last[0] - first[0] + 1, last[1] - first[1] + 1, ours, place
            )[1:]
        elif needs_work(written, ours):
            ready = prepare("=" + written, ours, "" if "shared" in formula[2] else place)[1:]
        elif written != before:
            ready = written
        else:
            return found[0]
        prefix = found[1]
        return (
            f"<{prefix}c{found[2]}><{prefix}f{formula[2]}>{escape(ready)}</{prefix}f></{prefix}c>"
        )

    return CELL.sub(edit, text)
