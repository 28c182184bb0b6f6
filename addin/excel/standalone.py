"""A workbook that carries the functions itself: the built .xlsx with the VBA wrappers put in, for
users who may install no add-in.

Only the parts that must change do: the content types, the workbook's relationships and its code
name.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from importlib import resources

from bankable.addin.excel import com_server
from bankable.addin.excel.system import this_system
from bankable.udfs.cells import wrong_value

_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PROJECT_TYPE = "application/vnd.ms-office.vbaProject"
_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_DATE = (1980, 1, 1, 0, 0, 0)


def as_installed(xlsx: bytes) -> bytes:
    """The workbook with the wrappers of the way that is installed for this user: the COM server's
    where `bankable install --com-server` was run, the DLL's anywhere else.
    """
    by_com_server = sys.platform == "win32" and com_server.is_registered(this_system())
    return with_macros(xlsx, shipped_project(by_com_server))


def shipped_project(by_com_server: bool = False) -> bytes:
    """The VBA project in this package, of either way to start Python."""
    name = "vbaProject_com_server.bin" if by_com_server else "vbaProject.bin"
    return (resources.files("bankable.addin.excel") / "files" / name).read_bytes()


def with_macros(xlsx: bytes, project: bytes | None = None) -> bytes:
    """The workbook as an .xlsm with the wrappers in it (or with another VBA project); the same
    bytes each time.
    """
    if project is None:
        project = shipped_project()
    try:
        source = zipfile.ZipFile(io.BytesIO(xlsx))
    except zipfile.BadZipFile:
        raise wrong_value("this is no .xlsx workbook: build it with `bankable compare`.") from None
    out = io.BytesIO()
    with source, zipfile.ZipFile(out, "w") as target:
        if "xl/vbaProject.bin" in source.namelist():
            raise wrong_value("this workbook has macros already: take the .xlsx.")
        for part in source.infolist():
            data = source.read(part)
            edit = _EDITS.get(part.filename)
            _put(
                target, part.filename, edit(data.decode("utf-8")).encode("utf-8") if edit else data
            )
        _put(target, "xl/vbaProject.bin", project)
    return out.getvalue()


def _put(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    part = zipfile.ZipInfo(name, _DATE)
    part.compress_type = zipfile.ZIP_DEFLATED
    part.create_system = 0
    target.writestr(part, data)


def _content_types(text: str) -> str:
    text = text.replace(_BOOK_TYPE, _MACRO_TYPE)
    if f'Extension="bin" ContentType="{_PROJECT_TYPE}"' in text:
        return text
    own = f'<Override PartName="/xl/vbaProject.bin" ContentType="{_PROJECT_TYPE}"/>'
    return text.replace("</Types>", own + "</Types>", 1)


def _relationships(text: str) -> str:
    highest = max((int(number) for number in re.findall(r'\bId="rId(\d+)"', text)), default=0)
    own = f'<Relationship Id="rId{highest + 1}" Type="{_RELATION}" Target="vbaProject.bin"/>'
    return text.replace("</Relationships>", own + "</Relationships>", 1)


def _workbook(text: str) -> str:
    if re.search(r"<workbookPr\b[^>]*codeName=", text):
        return text
    if "<workbookPr" in text:
        return re.sub(r"<workbookPr\b", '<workbookPr codeName="ThisWorkbook"', text, count=1)
    return re.sub(
        r"(<fileVersion\b[^>]*/>|<workbook\b[^>]*>)(?!.*<fileVersion)",
        r'\1<workbookPr codeName="ThisWorkbook"/>',
        text,
        count=1,
    )


_EDITS = {
    "[Content_Types].xml": _content_types,
    "xl/_rels/workbook.xml.rels": _relationships,
    "xl/workbook.xml": _workbook,
}
