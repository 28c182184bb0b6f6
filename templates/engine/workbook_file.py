"""An .xlsx as a package: its parts, found by their relations as spreadsheet programs find them, and
the settings that change what its figures mean.

Every command opens a workbook here and nowhere else. What is damaged, hostile or another kind of
file is refused with a sentence before a cell of it is read, in a time that grows with its length.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree import ElementTree

from bankable.templates.engine import sound_xml
from bankable.templates.refusal import Refusal

LARGEST_UNPACKED = 400 * 2**20
MOST_PARTS = 2_000
STEEPEST = 200  # unpacked over packed; a comparison has about 10
_STEEP_FROM = 20 * 2**20

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/"
_TYPES = "[Content_Types].xml"
_BOOKS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "application/vnd.ms-excel.template.macroEnabled.main+xml",
)
_YES = ("1", "true", "on")


@dataclass(frozen=True)
class Relation:
    """What a part leads to: `kind` is the last word of the relation's type, `target` a part's name,
    or an address where it is `external`; `written` is how the file says it.
    """

    kind: str
    target: str
    external: bool
    written: str


@dataclass(frozen=True)
class SheetPart:
    """A sheet in tab order: `kind` tells a worksheet from a chart sheet and the like."""

    name: str
    part: str
    kind: str
    state: str


@dataclass(frozen=True)
class Defined:
    """A defined name with its text; `sheet` is the number of the sheet that it is local to."""

    name: str
    text: str
    sheet: int | None


@dataclass
class WorkbookFile:
    """A workbook's package, sound as far as its parts go."""

    name: str
    source: bytes
    items: list[zipfile.ZipInfo]
    parts: dict[str, bytes]
    types: dict[str, str]
    book_part: str
    relations: dict[str, Relation] = field(default_factory=dict)
    sheets: list[SheetPart] = field(default_factory=list)
    names: list[Defined] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # parts of external links, in their order
    dates_from_1904: bool = False
    as_displayed: bool = False
    manual: bool = False
    iterates: bool = False

    @property
    def worksheets(self) -> list[SheetPart]:
        return [sheet for sheet in self.sheets if sheet.kind == "worksheet"]

    def text(self, part: str) -> str:
        """A part as text, its byte order mark taken off."""
        return self.parts[part].decode("utf-8-sig")

    def part_of(self, kind: str) -> str | None:
        """The part that the workbook reaches by a relation of this kind, such as its texts."""
        return next((found.target for found in self.relations.values() if found.kind == kind), None)

    def of_type(self, *endings: str) -> list[str]:
        """The parts whose content type ends so, in the package's order."""
        return [part for part, kind in self.types.items() if kind.endswith(endings)]

    def link_target(self, part: str) -> str:
        """Where an external link leads, as it is written in the file."""
        found = relations(self.parts, part)
        return unquote(next(iter(found.values())).written) if found else "another workbook"


def open_file(source: bytes, name: str) -> WorkbookFile:
    """The workbook in these bytes; the Refusal says why it is not opened."""
    try:
        return _read(source, name)
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        OverflowError,
        MemoryError,
    ):
        raise Refusal(
            f"{name} is not a sound .xlsx file; it may be cut off: take it from its sender again."
        ) from None


def relations(parts: dict[str, bytes], part: str) -> dict[str, Relation]:
    """What a part leads to, by the relation's name; "" stands for the package itself."""
    folder, _, file = part.rpartition("/")
    data = parts.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
    if data is None:
        return {}
    found = {}
    for tag in ElementTree.fromstring(data):
        external = tag.get("TargetMode") == "External"
        target = tag.get("Target", "")
        found[tag.get("Id", "")] = Relation(
            tag.get("Type", "").rpartition("/")[2],
            target if external else _resolved(folder, target),
            external,
            target,
        )
    return found


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _read(source: bytes, name: str) -> WorkbookFile:
    with zipfile.ZipFile(io.BytesIO(source)) as package:
        items = package.infolist()
        _refuse_packing(name, items)
        parts = {item.filename: package.read(item) for item in items}
    types = _content_types(name, parts)
    for part in parts:
        sound_xml.refuse_unsound(name, part, parts[part], types[part])
    file = WorkbookFile(name, source, items, parts, types, _book_part(name, parts, types))
    file.relations = relations(parts, file.book_part)
    _read_book(file)
    for sheet in file.worksheets:
        sound_xml.refuse_sheet(name, sheet.name, parts[sheet.part])
    return file


def _refuse_packing(name: str, items: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(item.file_size for item in items)
    packed = max(1, sum(item.compress_size for item in items))
    names = [item.filename.lower() for item in items]
    if len(items) > MOST_PARTS or len(names) != len(set(names)):
        raise Refusal(
            f"{name} is packed in a way that no spreadsheet program does: it is not opened."
        )
    if unpacked > LARGEST_UNPACKED or (unpacked > _STEEP_FROM and unpacked / packed > STEEPEST):
        raise Refusal(f"{name} unpacks to {unpacked >> 20} MB: it is not opened.")
    if any(item.flag_bits & 1 for item in items):
        raise Refusal(f"{name} is protected by a password: save it as an open .xlsx.")


def _content_types(name: str, parts: dict[str, bytes]) -> dict[str, str]:
    """The content type of every part."""
    if _TYPES not in parts:
        raise _no_workbook(name)
    sound_xml.refuse_unsound(name, _TYPES, parts[_TYPES], "application/xml")
    defaults: dict[str, str] = {}
    given: dict[str, str] = {}
    for tag in ElementTree.fromstring(parts[_TYPES]):
        kind = tag.get("ContentType", "")
        if tag.tag.endswith("}Default"):
            defaults[tag.get("Extension", "").lower()] = kind
        elif tag.tag.endswith("}Override"):
            given[tag.get("PartName", "").lstrip("/").lower()] = kind
    return {
        part: given.get(part.lower()) or defaults.get(part.rpartition(".")[2].lower(), "")
        for part in parts
    }


def _no_workbook(name: str) -> Refusal:
    return Refusal(f"{name} is a package without a workbook in it: it is not an .xlsx file.")


def _book_part(name: str, parts: dict[str, bytes], types: dict[str, str]) -> str:
    """The workbook part: the one that the package leads to, and the only one there is."""
    roots = [found for found in relations(parts, "").values() if found.kind == "officeDocument"]
    books = [part for part, kind in types.items() if kind in _BOOKS]
    if len(roots) == 1 and "sheet.binary" in types.get(roots[0].target, ""):
        raise Refusal(f"{name} is a binary workbook (.xlsb): save it as .xlsx.")
    if not roots and not books:
        raise _no_workbook(name)
    if len(roots) == 1 and not roots[0].external and not books and roots[0].target in parts:
        raise Refusal(f"{name} holds no workbook but {types[roots[0].target] or 'another file'}.")
    if len(roots) != 1 or len(books) != 1 or roots[0].target != books[0]:
        named = sorted({*(found.target for found in roots), *books})
        raise Refusal(
            f"{name} holds {len(books) or 'no'} workbook parts and leads to {len(roots)}"
            f" ({', '.join(named[:4])}): programs would show different books, so it is not opened."
            " Save it again in Excel or LibreOffice."
        )
    return books[0]


def _read_book(file: WorkbookFile) -> None:
    root = ElementTree.fromstring(file.parts[file.book_part])
    if root.tag.startswith(f"{{{_STRICT}"):
        raise strict(file.name)
    if root.tag != f"{{{MAIN}}}workbook":
        raise _no_workbook(file.name)
    spaces = {"m": MAIN}
    for tag in root.iterfind("m:sheets/m:sheet", spaces):
        file.sheets.append(_sheet(file, tag))
    for tag in root.iterfind("m:definedNames/m:definedName", spaces):
        local = tag.get("localSheetId")
        number = int(local) if local is not None else None
        file.names.append(Defined(tag.get("name", ""), tag.text or "", number))
    for tag in root.iterfind("m:externalReferences/m:externalReference", spaces):
        link = file.relations.get(tag.get(f"{{{OFFICE}}}id", ""))
        if link is not None:
            file.links.append(link.target)
    properties, calculation = root.find("m:workbookPr", spaces), root.find("m:calcPr", spaces)
    if properties is not None:
        file.dates_from_1904 = properties.get("date1904", "0").lower() in _YES
    if calculation is not None:
        file.as_displayed = calculation.get("fullPrecision", "1").lower() not in _YES
        file.manual = calculation.get("calcMode", "auto") == "manual"
        file.iterates = calculation.get("iterate", "0").lower() in _YES
    _refuse_sheets(file)


def _sheet(file: WorkbookFile, tag: ElementTree.Element) -> SheetPart:
    name = tag.get("name", "")
    found = file.relations.get(tag.get(f"{{{OFFICE}}}id", ""))
    if found is None or found.external or found.target not in file.parts:
        where = found.target if found is not None else "nowhere"
        raise Refusal(
            f"{file.name}, sheet {name}, leads to {where}, which is not in the file: it is not"
            " opened. Take it from its sender again."
        )
    return SheetPart(name, found.target, found.kind, tag.get("state", "visible"))


def _refuse_sheets(file: WorkbookFile) -> None:
    if not file.worksheets:
        raise Refusal(f"{file.name} has no worksheet in it: there is nothing to look at.")
    names = [sheet.name.lower() for sheet in file.sheets]
    reached = [sheet.part for sheet in file.sheets]
    if len(set(names)) != len(names) or len(set(reached)) != len(reached):
        raise Refusal(f"{file.name} lists a sheet twice: save it again in Excel or LibreOffice.")
    hidden = [part for part in file.of_type(".worksheet+xml") if part not in reached]
    if hidden:
        raise Refusal(
            f"{file.name} holds a sheet that its list of sheets does not name ({hidden[0]}): it is"
            " not opened. Save it again in Excel or LibreOffice."
        )
    for sheet in file.worksheets:
        if _STRICT.encode() in file.parts[sheet.part][:2_000]:
            raise strict(file.name)


def strict(name: str) -> Refusal:
    """What is said of the second kind of .xlsx that Excel offers to save."""
    return Refusal(
        f"{name} was saved as 'Strict Open XML Spreadsheet', which is not read here: save it as"
        " 'Excel Workbook (*.xlsx)'."
    )
