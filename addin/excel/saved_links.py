"""How Excel saved a workbook that calls the add-in's functions: under plain names or through a link
to the add-in's place, read from the file's parts.

A copy can be made whose link leads to another machine's place.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

ELSEWHERE = r"file:///C:\Users\somebody%20else\AppData\Roaming\Microsoft\AddIns\bankable.xlam"
_LINKS = re.compile(r"xl/externalLinks/_rels/externalLink\d+\.xml\.rels")
_TARGET = re.compile(r'Target="([^"]*bankable[^"]*)"', re.IGNORECASE)


def told(path: Path) -> dict[str, Any]:
    """The form of the first call in the first sheet, the kinds of links, and the names of the
    parts.
    """
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode("utf-8", "replace")
        formula = re.search(r"<f\b[^>]*>([^<]*)</f>", sheet)
        links = [
            text
            for name in package.namelist()
            if _LINKS.fullmatch(name)
            for text in re.findall(r'Target="([^"]*)"', package.read(name).decode("utf-8"))
        ]
        return {
            "formula": formula[1] if formula else "",
            "attributes": re.findall(r"<f\b([^>]*)>", sheet)[:1],
            "links": [link.rpartition("/")[2].rpartition("\\")[2] for link in links],
            "parts": sorted(package.namelist()),
        }


def led_elsewhere(source: Path, target: Path) -> int:
    """A copy whose links to the add-in lead to another user's folder; how many did."""
    changed = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if _LINKS.fullmatch(name):
                text, count = _TARGET.subn(
                    f'Target="{ELSEWHERE}"'.replace("\\", r"\\"), data.decode()
                )
                changed += count
                data = text.encode()
            new.writestr(name, data, zipfile.ZIP_DEFLATED)
    return changed
