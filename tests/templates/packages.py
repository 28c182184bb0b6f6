"""Small workbooks written part by part, as spreadsheet programs and attackers write them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

CELLS = '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1*3</f><v>6</v></c></row>'


def relations(*entries: tuple[str, str], office: str = OFFICE, more: str = "") -> str:
    """A part of relations: kind and target, numbered rId1, rId2, ..."""
    inside = "".join(
        f'<Relationship Id="rId{i}" Type="{office}/{kind}" Target="{target}"{more}/>'
        for i, (kind, target) in enumerate(entries, start=1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{inside}</Relationships>'


def types(*overrides: tuple[str, str]) -> str:
    """The list of content types, .rels and .xml being known."""
    inside = "".join(
        f'<Override PartName="/{part}" ContentType="{KIND}.{kind}+xml"/>'
        for part, kind in overrides
    )
    return (
        f'<Types xmlns="{TYPES}"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inside}</Types>'
    )


def sheet(cells: str = CELLS, after: str = "", main: str = MAIN) -> str:
    """A worksheet with these rows."""
    return f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>{after}</worksheet>'


def parts(
    cells: str = CELLS,
    properties: str = "",
    calculation: str = "",
    book: str = "xl/workbook.xml",
    place: str = "xl/worksheets/sheet1.xml",
    main: str = MAIN,
    office: str = OFFICE,
    after: str = "",
) -> dict[str, str]:
    """The parts of a workbook with one sheet S."""
    folder, _, name = book.rpartition("/")
    return {
        "[Content_Types].xml": types((book, "sheet.main"), (place, "worksheet")),
        "_rels/.rels": relations(("officeDocument", book), office=office),
        book: (
            f'<workbook xmlns="{main}" xmlns:r="{office}"><workbookPr {properties}/><sheets><sheet'
            f' name="S" sheetId="1" r:id="rId1"/></sheets><calcPr {calculation}/></workbook>'
        ),
        f"{folder}/_rels/{name}.rels".lstrip("/"): relations(
            ("worksheet", f"/{place}"), office=office
        ),
        place: sheet(cells, after, main),
    }


def write(path: Path, held: Mapping[str, str | bytes]) -> Path:
    """The parts in a file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in held.items():
            package.writestr(name, data)
    return path
