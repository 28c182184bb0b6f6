"""A workbook file made ready for the engine: its formulas rewritten, the padding of its array blocks
emptied, its dates counted as the engine counts them.

The file's own parts are kept as they are, only its cells with formulas are edited, in a copy.
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

from bankable.templates.engine.cell_xml import CELL, FORMULA, VALUE, attributes
from bankable.templates.engine.formulas import (
    fitted,
    names_with_calls,
    needs_work,
    our_names,
    prepare,
    with_names,
)
from bankable.templates.engine.workbook_file import WorkbookFile
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import address, cell_at, serial, sheet_prefix

DAYS_TO_1904 = 1462  # what a date counts less where the file counts from 1904
_MOST_IN_BLOCKS = 2_000_000  # cells of a sheet's array formulas: a whole column, and some
_SETTINGS = re.compile(r"<(?:\w+:)?calcPr\b[^<>]*?(?:/>|></(?:\w+:)?calcPr\s*>)")
_DATE_KIND = re.compile(r"""\st\s*=\s*["']d["']""")

Spot = tuple[int, int]


@dataclass
class Opened:
    """A file made ready for the engine, and what it holds by sheet; `names` are those of single
    cells, `ranges` the others.

    `formulas` has the text of the cell whose formula a cell shares (`shared` groups them), and none
    for the tail of an array block; `saved_errors` are the error codes of cells with formulas;
    `parts` says where a sheet is in the package.
    """

    data: bytes
    file: WorkbookFile
    cells: dict[str, set[Spot]] = field(default_factory=dict)
    blocks: dict[str, dict[Spot, str]] = field(default_factory=dict)
    names: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, dict[Spot, str]] = field(default_factory=dict)
    shared: dict[str, dict[Spot, str]] = field(default_factory=dict)
    saved_errors: dict[str, dict[Spot, str]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


def open_package(file: WorkbookFile, held: Mapping[str, set[Spot]] | None = None) -> Opened:
    """The file ready for the engine; what it cannot read is refused by sheet and cell.

    The formulas of `held` cells (by sheet; all of a block, and all that share a formula) are left
    out: they keep their saved values.
    """
    opened = Opened(b"", file)
    ours = our_names()
    defined = {name.name: name.text for name in file.names if name.sheet is None}
    named = names_with_calls(defined, ours)
    edited = {file.book_part: _SETTINGS.sub("", file.text(file.book_part))}
    for sheet in file.worksheets:
        opened.parts[sheet.name] = sheet.part
        kept = (held or {}).get(sheet.name, set())
        reader = _SheetReader(file, sheet.name, kept, ours, named)
        edited[sheet.part] = reader.edited(file.text(sheet.part))
        reader.enter(opened)
    for name, text in defined.items():
        where, _, cell = text.rpartition("!")
        spot = cell_at(cell)
        if spot is None:
            opened.ranges[name] = text
            continue
        where = where[1:-1].replace("''", "'") if where.startswith("'") else where
        opened.names[name] = (where, *spot)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for part, data in file.parts.items():
            package.writestr(part, edited.get(part, data))
    opened.data = out.getvalue()
    return opened


def date_number(text: str, from_1904: bool) -> float:
    """A date that a file writes as 2024-03-31 or 2024-03-31T12:00:00, as the file counts dates."""
    number = serial(dt.datetime.fromisoformat(text.strip()))
    return number - DAYS_TO_1904 if from_1904 else number


class _SheetReader:
    """One sheet being read and edited."""

    def __init__(
        self,
        file: WorkbookFile,
        name: str,
        held: set[Spot],
        ours: frozenset[str],
        named: dict[str, str],
    ) -> None:
        self.file, self.name, self.held, self.ours, self.named = file, name, held, ours, named
        self.cells: set[Spot] = set()
        self.blocks: dict[Spot, str] = {}
        self.heads: set[Spot] = set()
        self.formulas: dict[Spot, str] = {}
        self.masters: dict[str, str] = {}
        self.shared: dict[Spot, str] = {}
        self.errors: dict[Spot, str] = {}
        self.dated = False

    def edited(self, text: str) -> str:
        """The sheet's XML as the engine is to read it."""
        for found in CELL.finditer(text):
            if found[3]:
                self._note(found)
        return CELL.sub(self._edit, text)

    def enter(self, opened: Opened) -> None:
        """What was found, entered by the sheet's name."""
        opened.cells[self.name] = self.cells | set(self.blocks)
        opened.blocks[self.name] = self.blocks
        opened.formulas[self.name] = self.formulas
        opened.shared[self.name] = self.shared
        opened.saved_errors[self.name] = self.errors

    def _refuse(self, what: str, spot: Spot | None = None) -> Refusal:
        cell = f", {sheet_prefix(self.name)}{address(*spot)}" if spot else f", sheet {self.name}"
        return Refusal(f"{self.file.name}{cell}, {what}")

    def _note(self, found: re.Match[str]) -> None:
        spot = cell_at(attributes(found[2]).get("r", ""))
        if spot is None:
            raise self._refuse("has cells without addresses: save it in Excel or LibreOffice.")
        if spot in self.cells:
            raise self._refuse("stands in the file twice: save it in Excel or LibreOffice.", spot)
        self.cells.add(spot)
        self.dated = self.dated or _DATE_KIND.search(found[2]) is not None
        formula = FORMULA.search(found[3])
        if formula is None:
            return
        written = unescape(formula[3] or "")
        told = attributes(formula[2])
        group = told.get("si")
        if group is not None:
            written = self.masters.setdefault(group, written)
            self.shared[spot] = group
        self.formulas[spot] = written
        if 't="e"' in found[2] and (saved := VALUE.search(found[3])):
            self.errors[spot] = saved[2]
        if told.get("t") == "array" and spot not in self.held:
            self._note_block(spot, told.get("ref", ""))

    def _note_block(self, spot: Spot, where: str) -> None:
        self.heads.add(spot)
        first, last = cell_at(where.partition(":")[0]), cell_at(where.rpartition(":")[2])
        if first is None or last is None or first > last or first[1] > last[1]:
            raise self._refuse(f"has an array formula whose range {where!r} is none.", spot)
        many = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
        if many + len(self.blocks) > _MOST_IN_BLOCKS:
            raise self._refuse(
                f"has an array formula that fills {where}, too many cells to calculate.", spot
            )
        for row in range(first[0], last[0] + 1):
            for col in range(first[1], last[1] + 1):
                self.blocks[row, col] = where

    def _edit(self, found: re.Match[str]) -> str:
        inside = found[3]
        if not inside:
            return found[0]
        formula = FORMULA.search(inside)
        if formula is None and not self.blocks:
            return self._dated(found) if self.dated else found[0]
        spot = cell_at(attributes(found[2])["r"])
        assert spot is not None
        if spot in self.held and formula is not None:
            kept = found[0].replace(formula[0], "")
            return CELL.sub(self._dated, kept) if self.dated else kept
        if spot in self.blocks and spot not in self.heads:
            return ""
        if formula is None or not formula[3]:
            return self._dated(found) if self.dated and formula is None else found[0]
        before = unescape(formula[3])
        ready = self._prepared(spot, before, "shared" in formula[2])
        if ready == before:
            return found[0]
        prefix = found[1]
        return (
            f"<{prefix}c{found[2]}><{prefix}f{formula[2]}>{escape(ready)}</{prefix}f></{prefix}c>"
        )

    def _prepared(self, spot: Spot, before: str, shared: bool) -> str:
        """A formula as the engine takes it, without its =."""
        written = with_names(before, self.named) if self.named else before
        place = f"{self.name}!{address(*spot)}"
        if spot in self.heads:
            area = self.blocks[spot]
            first, last = cell_at(area.partition(":")[0]), cell_at(area.rpartition(":")[2])
            assert first is not None
            assert last is not None
            rows, cols = last[0] - first[0] + 1, last[1] - first[1] + 1
            return fitted("=" + written, rows, cols, self.ours, place)[1:]
        if needs_work(written, self.ours):
            return prepare("=" + written, self.ours, "" if shared else place)[1:]
        return written

    def _dated(self, found: re.Match[str]) -> str:
        """A cell whose date is written out, with the number that it stands for."""
        value = VALUE.search(found[3] or "")
        if value is None or not _DATE_KIND.search(found[2]):
            return found[0]
        try:
            number = date_number(value[2], self.file.dates_from_1904)
        except ValueError:
            spot = cell_at(attributes(found[2])["r"])
            raise self._refuse(f"holds {value[2]!r}, which is no date.", spot) from None
        prefix = found[1]
        kind = _DATE_KIND.sub("", found[2])
        return f"<{prefix}c{kind}><{prefix}v>{number!r}</{prefix}v></{prefix}c>"
