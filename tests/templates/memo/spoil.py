"""Ways to spoil a workbook as people, programs and attackers do: its parts are edited as text, so
nothing else changes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from bankable.templates.workbook.book import Book, address, cell_at


def rewrite(path: Path, edit: Callable[[dict[str, bytes]], None]) -> Path:
    """The package with its parts changed by `edit`, in place."""
    with zipfile.ZipFile(path) as package:
        parts = {part.filename: package.read(part) for part in package.infolist()}
    edit(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def part_of(path: Path, sheet: str) -> str:
    """The part of a sheet, which XlsxWriter numbers in tab order."""
    with zipfile.ZipFile(path) as package:
        names = re.findall(r'<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def cell(path: Path, sheet: str, where: str, inside: str) -> Path:
    """One cell's contents replaced by raw XML; a cell that is not there is put at the end of its
    row.
    """
    part = part_of(path, sheet)

    def edit(parts: dict[str, bytes]) -> None:
        text = parts[part].decode()
        kept = re.compile(rf'<c r="{where}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
        kind = ' t="str"' if "<t>" in inside else ""
        raw = inside.replace("<t>", "<v>").replace("</t>", "</v>")
        new, count = kept.subn(
            lambda found: f'<c r="{where}"{found[1] or ""}{kind}>{raw}</c>', text, count=1
        )
        if not count:
            row = re.sub(r"\D", "", where)
            before = re.compile(rf'(<row r="{row}"[^>]*>.*?)(<c r="G{row}")', re.DOTALL)
            new, count = before.subn(rf'\1<c r="{where}"{kind}>{raw}</c>\2', text, count=1)
        assert count == 1, where
        parts[part] = new.encode()

    return rewrite(path, edit)


def formula_of(book: Book, sheet: str, where: str) -> tuple[str, object]:
    """A cell's formula, as XML takes it, and its saved value."""
    spot = cell_at(where)
    assert spot is not None
    cell = book[sheet].cells[spot]
    return (
        str(cell.formula)[1:].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        cell.value,
    )


def spot_of(book: Book, sheet: str, key: str) -> str:
    """The address of a key's cell on a sheet; of the first year's where it is a row."""
    place = book[sheet].placed[key]
    return address(place.row, place.col if place.columns is None else place.columns.first)


def add_part(path: Path, name: str, data: bytes) -> Path:
    """One more part in the package."""
    return rewrite(path, lambda parts: parts.__setitem__(name, data))


def drop_name(path: Path, name: str) -> Path:
    """A defined name taken out."""

    def edit(parts: dict[str, bytes]) -> None:
        text = parts["xl/workbook.xml"].decode()
        parts["xl/workbook.xml"] = re.sub(
            rf'<definedName name="{name}">.*?</definedName>', "", text
        ).encode()

    return rewrite(path, edit)


def replace_text(path: Path, part: str, old: str, new: str) -> Path:
    """A text replaced in one part; fails where it is not there."""

    def edit(parts: dict[str, bytes]) -> None:
        text = parts[part].decode()
        assert old in text
        parts[part] = text.replace(old, new).encode()

    return rewrite(path, edit)
