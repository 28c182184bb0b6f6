"""Opening a workbook that somebody else has had in hand: what is refused before a single cell of it
is believed.

A refusal is one sentence that names the file, what is wrong with it and what to do.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

from bankable.templates.engine.workbook_file import WorkbookFile, open_file
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import address

LARGEST_FILE = 50 * 2**20
WIDEST = 5_000_000  # cells that a sheet of ours may span from its first to its last
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
    file = opened(path)
    formulas = cells(file)
    refuse_sprawl(file, formulas)
    return cells(file, data_only=True), formulas


def refuse_sprawl(file: WorkbookFile, formulas: Any) -> None:
    """A sheet with a cell so far out that no program could lay out what lies between."""
    for sheet in formulas.worksheets:
        if sheet.max_row * sheet.max_column > WIDEST:
            far = address(sheet.max_row - 1, sheet.max_column - 1)
            raise Refusal(
                f"{file.name}, sheet {sheet.title}, reaches to {far}: delete what stands so far"
                " from the rest."
            )


def cells(file: WorkbookFile, **options: Any) -> Any:
    """The workbook as openpyxl reads it; the options are openpyxl's."""
    import openpyxl  # slow to import, and most commands read no workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what would be lost on saving; nothing is saved
            return openpyxl.load_workbook(io.BytesIO(file.source), **options)
    except PermissionError:
        raise _locked(file.name) from None
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble on
        words = str(error).strip()
        said = words.splitlines()[0][:120] if words else type(error).__name__
        raise Refusal(
            f"{file.name} is damaged and cannot be read ({said}): take it from its sender again."
        ) from None


def opened(path: Path, foreign: bool = True) -> WorkbookFile:
    """The workbook's package after every guard that needs no reading of cells; without `foreign`,
    links to other workbooks and data connections pass.
    """
    if not path.exists():
        raise Refusal(f"there is no file {path}.")
    if path.is_dir():
        raise Refusal(f"{path} is a folder: name the workbook in it.")
    if not path.is_file():
        raise Refusal(f"{path} is no file that can be read.")
    if path.suffix.lower() in _OTHER_KINDS:
        raise Refusal(
            f"{path.name} is {_OTHER_KINDS[path.suffix.lower()]}: save the comparison as .xlsx."
        )
    size = path.stat().st_size
    if size == 0:
        raise Refusal(f"{path.name} is empty.")
    if size > LARGEST_FILE:
        raise Refusal(
            f"{path.name} is larger than {LARGEST_FILE >> 20} MB: a comparison is about one. Is it"
            " the right file?"
        )
    refuse_open_elsewhere(path)
    try:
        source = path.read_bytes()
    except PermissionError:
        raise _locked(path.name) from None
    if source.startswith(_COMPOUND):
        raise Refusal(
            f"{path.name} is protected by a password, or is an old .xls: save it as an open .xlsx."
        )
    if not source.startswith(b"PK"):
        raise Refusal(f"{path.name} is not a sound .xlsx file, whatever its name says.")
    file = open_file(source, path.name)
    if foreign:
        _refuse_foreign(file)
    return file


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


def _locked(name: str) -> Refusal:
    return Refusal(
        f"{name} cannot be read: it may be open in another program. Close it there first."
    )


def _refuse_foreign(file: WorkbookFile) -> None:
    """Figures that come from elsewhere; the link that Excel writes to our own add-in is none of
    them.
    """
    named = [part for part in file.parts if part.startswith("xl/externalLinks/externalLink")]
    for part in sorted({*named, *file.of_type(".externalLink+xml")}):
        target = file.link_target(part)
        ours = target.lower().endswith("bankable.xlam") and b"sheetName" not in file.parts[part]
        if not ours:
            raise Refusal(
                f"{file.name} is linked to {target}: figures from outside cannot be tied out."
                " Break the links (Data, Edit Links)."
            )
    if file.of_type(".connections+xml") or "xl/connections.xml" in file.parts:
        raise Refusal(
            f"{file.name} draws on a data connection: figures from outside cannot be tied out."
            " Remove the connection."
        )
