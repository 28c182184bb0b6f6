"""Rewrites how a workbook names our functions: plain, as Excel for Windows saves them, or as Excel
on the web saves them.

Formulas, array formulas, defined names, validations and conditional formats are rewritten in the
package's parts, with the link to the add-in that Excel for Windows adds; everything else stays as
it is, byte for byte.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from xml.sax.saxutils import escape

from bankable.templates.engine import addin_link
from bankable.templates.engine.formulas import our_names, renamed
from bankable.templates.engine.workbook_file import WorkbookFile, open_file

ADDIN = "bankable.xlam"
WEB = "_xldudf_BANKABLE_"  # shown by Excel on the web as BANKABLE.NAME

_WITH_FORMULAS = (
    ".main+xml",
    ".worksheet+xml",
    ".chart+xml",
    ".chartex+xml",
    ".table+xml",
    ".chartsheet+xml",
)
_ELEMENTS = "f|formula|formula1|formula2|definedName|calculatedColumnFormula|totalsRowFormula"
_FORMULA = re.compile(rf"(<((?:\w+:)?(?:{_ELEMENTS}))(?:\s[^>]*)?(?<!/)>)([^<]+)(</\2>)")
_THRESHOLD = re.compile(r"""(<(?:\w+:)?cfvo\b[^>]*?\bval=")([^"]*)(")""")
_NUMBER = re.compile(
    r"""("(?:[^"]|"")*")|('\[|(?<![\w\]])\[)(\d+)(\](?:[\w.\-]*!|(?:[^'\[\]]|'')*'!))"""
)


@dataclass
class Rebound:
    """The rewritten workbook, how many calls in how many formulas it holds, and what was done about
    the link.
    """

    data: bytes
    calls: int = 0
    formulas: int = 0
    links: list[str] = field(default_factory=list)


def rebind(source: bytes | WorkbookFile, to: str, addin: str = ADDIN) -> Rebound:
    """The workbook with our functions named for where it is going: plain, web or desktop."""
    file = open_file(source, "the workbook") if isinstance(source, bytes) else source
    parts = dict(file.parts)
    links = list(addin_link.links_of(file))
    ours = [i for i, link in enumerate(links, 1) if link.is_ours]
    done = Rebound(b"")
    keep = ours[0] if ours and to == "desktop" else None
    number = keep or len(links) + 1
    opening = {"plain": "", "web": WEB, "desktop": f"[{number}]!"}[to]
    used: set[str] = set()
    readable = file.of_type(*_WITH_FORMULAS)
    changed = _rewrite(parts, readable, opening, _test(ours), used, done)
    dropped = [i for i in ours if i != keep]
    if to == "desktop" and not keep and done.calls:
        changed |= addin_link.add_link(file, {**parts, **changed}, addin, sorted(used))
        done.links.append(f"link to the add-in: {addin}")
    for i in reversed(dropped):
        changed |= addin_link.drop_link(file, {**parts, **changed}, links[i - 1])
        done.links.append(f"removed the link to {links[i - 1].target}")
    if dropped:
        changed |= _renumber({**parts, **changed}, readable, dropped)
    done.data = _packed(file, changed, {links[i - 1].part for i in dropped})
    return done


# Formulas --------------------------------------------------------------------------------------


def _test(ours: list[int]) -> Callable[[str], bool]:
    """Whether the prefix of a call stands for our add-in: the number of its link, or its file."""

    def is_ours(where: str) -> bool:
        place = where[:-1].strip("'")
        if place.startswith("[") and place.endswith("]") and place[1:-1].isdigit():
            return int(place[1:-1]) in ours
        return addin_link.OUR_FILE.search(place.replace("[", "").replace("]", "")) is not None

    return is_ours


def _in_formulas(data: bytes, change: Callable[[str], str]) -> bytes:
    """The part with `change` done to every formula in it; the same bytes where it changes none."""

    def element(found: re.Match[str]) -> str:
        formula = unescape(found[3])
        new = change(formula)
        return found[0] if new == formula else f"{found[1]}{escape(new)}{found[4]}"

    def threshold(found: re.Match[str]) -> str:
        formula = unescape(found[2])
        new = change(formula)
        return (
            found[0]
            if new == formula
            else f"{found[1]}{escape(new, {chr(34): '&quot;'})}{found[3]}"
        )

    text = data.decode("utf-8")
    new = _THRESHOLD.sub(threshold, _FORMULA.sub(element, text))
    return data if new == text else new.encode("utf-8")


def _rewrite(
    parts: dict[str, bytes],
    readable: list[str],
    opening: str,
    is_ours: Callable[[str], bool],
    used: set[str],
    done: Rebound,
) -> dict[str, bytes]:
    names = our_names()
    called = re.compile(
        rf"(?:^|(?<=\W)|(?<=_))({'|'.join(sorted(names, key=len, reverse=True))})\s*\(",
        re.IGNORECASE,
    )

    def change(formula: str) -> str:
        if "(" not in formula or not called.search(formula):
            return formula
        new, calls = renamed(formula, opening, is_ours, names)
        done.calls, done.formulas = done.calls + calls, done.formulas + bool(calls)
        if calls:
            used.update(found[1].upper() for found in called.finditer(new))
        return new

    changed = {}
    for name in readable:
        new = _in_formulas(parts[name], change)
        if new is not parts[name]:
            changed[name] = new
    return changed


def _renumber(parts: dict[str, bytes], readable: list[str], dropped: list[int]) -> dict[str, bytes]:
    """Links after a removed one move up: `[3]Sheet!A1` becomes `[2]Sheet!A1`."""

    def number(found: re.Match[str]) -> str:
        if found[1] is not None:
            return found[0]
        return f"{found[2]}{int(found[3]) - sum(i < int(found[3]) for i in dropped)}{found[4]}"

    changed = {}
    for name in readable:
        new = _in_formulas(parts[name], lambda formula: _NUMBER.sub(number, formula))
        if new is not parts[name]:
            changed[name] = new
    return changed


def _packed(file: WorkbookFile, changed: dict[str, bytes], dropped: set[str]) -> bytes:
    gone = dropped | {addin_link.relations_part(part) for part in dropped}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for item in file.items:
            if item.filename not in gone:
                data = changed.get(item.filename, file.parts[item.filename])
                package.writestr(item, data, item.compress_type)
        for name, data in changed.items():
            if name not in file.parts:
                package.writestr(
                    zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
                )
    return out.getvalue()
