"""Builds bankable.xlam, and the VBA project for a book that carries the functions itself, on any
system.

The VBA is stored as source only (Excel compiles it when it loads), so the same register always
gives the same bytes. pyOpenVBA writes the project; it is needed to build, never to run.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from xml.sax.saxutils import escape

import bankable
from bankable.addin.excel import ribbon_xml, wrappers

FOLDER = "addin/excel/files"
ADDIN, PROJECT = "bankable.xlam", "vbaProject.bin"  # Python started by xlwings' DLL
COM_ADDIN, COM_PROJECT = "bankable_com_server.xlam", "vbaProject_com_server.bin"

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# [MS-OVBA] 2.3.4.1: a project without compiled code says so in these seven bytes.
_NO_COMPILED_CODE = b"\xcc\x61\xff\xff\x00\x00\x00"
_DOCUMENT = """Attribute VB_Name = "{name}"
Attribute VB_Base = "0{{{base}-0000-0000-C000-000000000046}}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = True
Attribute VB_TemplateDerived = False
Attribute VB_Customizable = True
""".replace("\n", "\r\n")


def vba_project(
    modules: dict[str, str], sheet: str | None, classes: tuple[str, ...] = wrappers.CLASSES
) -> bytes:
    """A vbaProject.bin of these modules; `sheet` is the code name of the book's one sheet, None to
    hold no sheet's module.
    """
    try:
        from pyopenvba import ExcelFile
        from pyopenvba.cfb import CFB
        from pyopenvba.vba import VBAModuleKind
    except ImportError:
        raise ModuleNotFoundError(
            "building the Excel add-in needs pyOpenVBA: python -m pip install '.[build]' in the"
            " project's folder"
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.xlam"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")
            if sheet is None:
                project.delete_module("Sheet1")
            else:
                book.set_module("Sheet1", _DOCUMENT.format(name="Sheet1", base="00020820"))
            for name, text in modules.items():
                if name == "ThisWorkbook":
                    book.set_module(name, _DOCUMENT.format(name=name, base="00020819") + text)
                else:
                    kind = VBAModuleKind.other if name in classes else VBAModuleKind.standard
                    project.add_module(name, text, kind=kind)
            book.save()
        with zipfile.ZipFile(path) as package:
            compound = CFB.from_bytes(package.read("xl/vbaProject.bin"))
    compound.write_stream_in_storage("VBA", "_VBA_PROJECT", _NO_COMPILED_CODE)
    return compound.to_bytes()


def fingerprint(by_com_server: bool = False) -> str:
    """What the add-in was built from, in a few letters: doctor compares it with the installed
    package's.
    """
    modules = wrappers.modules(True, by_com_server)
    texts = [text for _, text in sorted(modules.items())] + [ribbon_xml.ribbon_xml()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def built_from(by_com_server: bool) -> str:
    """What the add-in says of itself in its properties: words in pairs, read by doctor."""
    asked = "server com" if by_com_server else f"xlwings {metadata.version('xlwings')}"
    return f"bankable {bankable.__version__} {asked} build {fingerprint(by_com_server)}"


def xlam(by_com_server: bool = False) -> bytes:
    """bankable.xlam, of either way to start Python."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="bin"'
            ' ContentType="application/vnd.ms-office.vbaProject"/><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
            ' Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
            ' ContentType="application/vnd.ms-excel.addin.macroEnabled.main+xml"/><Override'
            f' PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/><Override'
            f' PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/><Override'
            ' PartName="/docProps/core.xml"'
            ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
        ),
        "_rels/.rels": _relationships(
            (f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            (
                "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
                "customUI/customUI14.xml",
            ),
        ),
        "docProps/core.xml": (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>Bankable</dc:title><dc:description>Worksheet functions for lending against"
            " long projects</dc:description>"
            f"<cp:keywords>{escape(built_from(by_com_server))}</cp:keywords></cp:coreProperties>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr codeName="ThisWorkbook"/>'
            '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relationships(
            (f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
            (f"{_OFFICE}/styles", "styles.xml"),
            ("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"),
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}"><sheetPr codeName="Sheet1"/><sheetData/></worksheet>'
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name'
            ' val="Calibri"/></font></fonts><fills count="2"><fill><patternFill'
            ' patternType="none"/></fill><fill><patternFill'
            ' patternType="gray125"/></fill></fills><borders'
            ' count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs'
            ' count="1"><xf numFmtId="0" fontId="0" fillId="0"'
            ' borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0"'
            ' fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1"><cellStyle'
            ' name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        ),
    }
    data = {name: (_HEAD + text).encode("utf-8") for name, text in parts.items()}
    data["customUI/customUI14.xml"] = ribbon_xml.ribbon_xml().encode("utf-8")
    modules = wrappers.modules(True, by_com_server)
    data["xl/vbaProject.bin"] = vba_project(modules, sheet="Sheet1")
    return zipped(data)


def _relationships(*targets: tuple[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{i}" Type="{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def zipped(parts: dict[str, bytes]) -> bytes:
    """A package of these parts, the same bytes each time and on every system."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_STORED  # zlib's versions differ in their bytes
            part.create_system = 0
            package.writestr(part, data)
    return out.getvalue()


def files() -> dict[str, bytes]:
    """The built files by path, for `python -m bankable.addin.generate`."""
    built = {}
    for by_com_server, addin, project in ((False, ADDIN, PROJECT), (True, COM_ADDIN, COM_PROJECT)):
        built[f"{FOLDER}/{addin}"] = xlam(by_com_server)
        modules = wrappers.modules(False, by_com_server)
        built[f"{FOLDER}/{project}"] = vba_project(modules, sheet=None)
    return built
