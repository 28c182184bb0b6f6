"""Opening a workbook that somebody else has had in hand: what is refused before a single cell of it
is believed.

A refusal is one sentence that names the file, what is wrong with it and what to do.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from bankable.templates.refusal import Refusal

LARGEST_FILE = 50 * 2**20
LARGEST_UNPACKED = 400 * 2**20
MOST_PARTS = 2_000
STEEPEST = 200  # unpacked over packed; a comparison has about 10
_STEEP_FROM = 20 * 2**20
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_KINDS = {
    ".xls": "an Excel 97-2003 workbook",
    ".xlsb": "a binary workbook",
    ".ods": "a LibreOffice workbook",
    ".csv": "a list, not a workbook",
    ".pdf": "a PDF",
    ".docx": "a Word document",
}


def open_workbook(path: Path) -> tuple[Any, Any]:
    """The workbook twice, as saved values and as formulas, after every guard; Refusal where it may
    not be trusted.
    """
    refuse_unfit(path)
    try:
        return openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    except PermissionError:
        raise _locked(path) from None
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble on
        said = (
            str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
        )
        raise Refusal(
            f"{path.name} is damaged and cannot be read ({said}): take it from its sender again."
        ) from None


def refuse_unfit(path: Path, foreign: bool = True) -> None:
    """Every guard that needs no reading of cells; without `foreign`, links to other workbooks and
    data connections pass.
    """
    if not path.exists():
        raise Refusal(f"there is no file {path}.")
    if path.is_dir():
        raise Refusal(f"{path} is a folder: name the workbook in it.")
    if path.suffix.lower() in _OTHER_KINDS:
        raise Refusal(
            f"{path.name} is {_OTHER_KINDS[path.suffix.lower()]}: save the comparison as .xlsx."
        )
    if path.stat().st_size == 0:
        raise Refusal(f"{path.name} is empty.")
    if path.stat().st_size > LARGEST_FILE:
        raise Refusal(
            f"{path.name} is larger than {LARGEST_FILE >> 20} MB: a comparison is about one. Is it"
            " the right file?"
        )
    refuse_open_elsewhere(path)
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if start == _COMPOUND:
            raise Refusal(
                f"{path.name} is protected by a password, or is an old .xls: save it as an open"
                " .xlsx."
            )
        if not start.startswith(b"PK"):
            raise Refusal(f"{path.name} is not a sound .xlsx file, whatever its name says.")
        with zipfile.ZipFile(path) as package:
            _refuse_package(path, package)
            if foreign:
                _refuse_foreign(path, package)
    except PermissionError:
        raise _locked(path) from None
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal(
            f"{path.name} is not a sound .xlsx file; it may be cut off: take it from its sender"
            " again."
        ) from None


def refuse_open_elsewhere(path: Path) -> None:
    """A file that Excel, Word or LibreOffice holds open may differ from what its screen shows."""
    for beside, program in (
        (f"~${path.name}", "Excel or Word"),
        (f"~${path.name[2:]}", "Word"),
        (f".~lock.{path.name}#", "LibreOffice"),
    ):
        if path.with_name(beside).exists():
            raise Refusal(
                f"{path.name} is open in {program} ({beside} stands beside it): save and close it"
                " there first."
            )


def _locked(path: Path) -> Refusal:
    return Refusal(
        f"{path.name} cannot be read: it may be open in another program. Close it there first."
    )


def _refuse_package(path: Path, package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    unpacked, packed = (
        sum(part.file_size for part in parts),
        max(1, sum(part.compress_size for part in parts)),
    )
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or len(names) != len(set(names)):
        raise Refusal(
            f"{path.name} is packed in a way that no spreadsheet program does: it is not opened."
        )
    if unpacked > LARGEST_UNPACKED or (unpacked > _STEEP_FROM and unpacked / packed > STEEPEST):
        raise Refusal(f"{path.name} unpacks to {unpacked >> 20} MB: it is not opened.")
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal(f"{path.name} is protected by a password: save it as an open .xlsx.")
    if "xl/workbook.xml" not in names:
        raise Refusal(
            f"{path.name} is a package without a workbook in it (xl/workbook.xml): it is not an"
            " .xlsx file."
        )
    for name in names:
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(name):
            raise Refusal(
                f"{path.name} holds a document type in {name}, which no spreadsheet program writes:"
                " it is not opened."
            )


def _refuse_foreign(path: Path, package: zipfile.ZipFile) -> None:
    """Figures that come from elsewhere; the link that Excel writes to our own add-in is none of
    them.
    """
    names = package.namelist()
    linked = sorted(
        name
        for name in names
        if name.startswith("xl/externalLinks/externalLink")
        and not _target(package, name).lower().endswith("bankable.xlam")
    )
    if linked:
        raise Refusal(
            f"{path.name} is linked to {_target(package, linked[0])}: figures from outside cannot"
            " be tied out. Break the links (Data, Edit Links)."
        )
    if "xl/connections.xml" in names:
        raise Refusal(
            f"{path.name} draws on a data connection: figures from outside cannot be tied out."
            " Remove the connection."
        )


def _target(package: zipfile.ZipFile, part: str) -> str:
    folder, _, name = part.rpartition("/")
    try:
        found = re.search(
            r'Target="([^"]+)"',
            package.read(f"{folder}/_rels/{name}.rels").decode("utf-8", "replace"),
        )
    except KeyError:
        found = None
    return found[1] if found else "another workbook"
