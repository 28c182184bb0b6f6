"""Where a workbook that is open in Excel lies, and where what is written for it goes.

A workbook from SharePoint or OneDrive lies on a web address; xlwings then looks for a copy on this
machine and fails where there is none, so Excel itself is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bankable.addin.excel.system import documents_folder


def place_of(book: Any) -> str:
    """Path or web address of a workbook as Excel tells it; its name where Excel tells none."""
    try:
        return str(book.api.FullName)
    except Exception:  # whatever COM raises
        return str(book.name)


def beside(book: Any, stem: str, ending: str) -> Path:
    """A free name beside the workbook; in the documents folder where it was never saved or lies on
    a web address.
    """
    place = place_of(book)
    path = Path(place)
    local = "://" not in place and path.is_absolute() and path.parent.is_dir()
    folder = path.parent if local else documents_folder()
    return free(folder, f"{Path(book.name).stem} {stem}", ending)


def free(folder: Path, stem: str, ending: str) -> Path:
    """The first name of that kind that nothing bears."""
    number = 1
    while (path := folder / f"{stem}{f' ({number})' if number > 1 else ''}{ending}").exists():
        number += 1
    return path
