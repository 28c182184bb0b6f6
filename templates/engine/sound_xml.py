"""Whether a part of a workbook is XML that every program reads alike, and small enough to be read.

The parts are read with patterns afterwards; what is let through here is what makes their cost grow
no faster than the length of a part: well-formed, no document type, no markup within comments.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from itertools import accumulate
from xml.parsers import expat

from bankable.templates.engine.cell_xml import MERGED, REFERENCE
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import cell_at

MOST_CELLS = 4_000_000  # in a sheet
LONGEST_FORMULA = 8_192  # characters, as in Excel
MOST_SHARED = 4_000_000  # characters of long formulas that cells of a sheet share, written out
DEEPEST_FORMULA = 256  # open parentheses; Excel takes 64 levels
_LONG = 1_000
MOST_COVERED = 250_000  # cells that merges and hyperlinks of a sheet cover
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_DATA = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_ROOT = re.compile(rb"<(?:(\w+):)?worksheet[\s/>]")
_FOREIGN = re.compile(rb"<[^<>]*\sxmlns[\s:=]")
_LONG_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s>])([^<>]*)>([^<]{%d,})</(?:\w+:)?f\s*>" % _LONG)
_FOLLOWS = re.compile(rb"<(?:\w+:)?f\s[^<>]*\bsi\s*=\s*[\"'](\d+)")
_GROUP = re.compile(rb"\bsi\s*=\s*[\"'](\d+)")
_READ_BY_PATTERN = (
    ".main+xml",
    ".worksheet+xml",
    ".externalLink+xml",
    ".chart+xml",
    ".chartex+xml",
    ".table+xml",
    ".chartsheet+xml",
)


class _Found(Exception):  # noqa: N818 - it carries what was found out of the parser
    pass


def refuse_unsound(file: str, part: str, data: bytes, kind: str) -> None:
    """Raise where the part is no sound XML; a part of another content type passes."""
    if not (kind.endswith(("+xml", "/xml")) or part.endswith((".xml", ".rels"))):
        return
    if data.startswith(_MARKS):
        raise Refusal(
            f"{file}, part {part}, is not written in UTF-8: save it again in Excel or LibreOffice."
        )
    said = _fault(data, kind.endswith(_READ_BY_PATTERN))
    if said and (said.startswith("a document type") or not part.startswith("customXml/")):
        raise Refusal(
            f"{file} holds {said} in {part}, which no spreadsheet program writes: it is not opened."
            if not said.startswith("damaged")
            else f"{file} is damaged and cannot be read ({part}, {said[8:]}): take it from its"
            " sender again."
        )


def _fault(data: bytes, by_pattern: bool) -> str:
    parser = expat.ParserCreate(namespace_separator=" ")
    where: list[int] = []

    def stop(what: str) -> None:
        raise _Found(what)

    def encoding(_version: str, named: str | None, _standalone: int) -> None:
        if named and named.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
            stop(f"the encoding {named[:20]}")

    def aside(*texts: str) -> None:
        if any("<" in text or ">" in text for text in texts):
            stop("a comment with markup")
        where.append(parser.CurrentByteIndex)

    parser.XmlDeclHandler = encoding
    parser.StartDoctypeDeclHandler = lambda *_: stop("a document type")
    if by_pattern:
        parser.CommentHandler = parser.ProcessingInstructionHandler = aside
        parser.StartCdataSectionHandler = lambda: stop("a CDATA section")
    try:
        parser.Parse(data, True)
    except _Found as found:
        return str(found)
    except expat.ExpatError as error:
        return f"damaged {error}"
    cells = _DATA.search(data) if where else None
    return "a comment among cells" if cells and where[-1] > cells.start() else ""


def refuse_sheet(file: str, sheet: str, data: bytes) -> None:
    """Raise where a sheet is laid in a way that programs read differently, or covers more than any
    program lays out.
    """
    where = f"{file}, sheet {sheet},"
    root, cells = _ROOT.search(data), _DATA.search(data)
    if root is None:
        raise Refusal(f"{where} is no worksheet: it is not opened.")
    if data.count(b"<c") + data.count(b":c") > MOST_CELLS:
        raise Refusal(f"{where} holds more than {MOST_CELLS:,} cells: it is not opened.")
    if cells is None:
        return
    prefix = root[1] + b":" if root[1] else b""
    end = data.find(b"</" + prefix + b"sheetData")
    inside = data[cells.start() : end if end > 0 else cells.end()]
    again = _DATA.search(data, cells.end())
    if again or (b"xmlns" in inside and _FOREIGN.search(inside)) or _strange(inside, root[1]):
        raise Refusal(
            f"{where} is laid in a way that programs read differently: it is not opened. Save it"
            " again in Excel or LibreOffice."
        )
    _refuse_long(where, inside)
    _refuse_covered(where, data[cells.start() + len(inside) :].decode("utf-8", "replace"))


def _strange(inside: bytes, prefix: bytes | None) -> bool:
    """Whether cells bear another prefix than their sheet: other programs do not take them for
    cells.
    """
    if prefix is None:
        return b":c " in inside and re.search(rb"<\w+:c[\s/>]", inside) is not None
    return re.search(rb"<(?!" + prefix + rb":)(?:\w+:)?c[\s/>]", inside) is not None


def _refuse_long(where: str, inside: bytes) -> None:
    """Formulas longer than a program writes, and long ones shared by so many cells that writing
    them out takes minutes.
    """
    shared: dict[bytes, int] = {}
    for found in _LONG_FORMULA.finditer(inside):
        text = unescape(found[2].decode("utf-8", "replace"))
        if len(text) > LONGEST_FORMULA:
            raise Refusal(
                f"{where} has a formula of {len(text):,} characters, more than Excel takes: it is"
                " not opened."
            )
        if text.count("(") > DEEPEST_FORMULA and _depth(text) > DEEPEST_FORMULA:
            raise Refusal(
                f"{where} has a formula nested more than {DEEPEST_FORMULA} levels deep, which no"
                " spreadsheet program takes: it is not opened."
            )
        group = _GROUP.search(found[1])
        if group is not None:
            shared[group[1]] = len(text)
    if not shared:
        return
    followers = Counter(found[1] for found in _FOLLOWS.finditer(inside))
    if sum(length * followers[group] for group, length in shared.items()) > MOST_SHARED:
        raise Refusal(
            f"{where} shares a formula of {max(shared.values()):,} characters among so many cells"
            " that reading them takes minutes: it is not opened."
        )


def _depth(text: str) -> int:
    return max(accumulate((ch == "(") - (ch == ")") for ch in text))


def _refuse_covered(where: str, text: str) -> None:
    covered = 0
    for found in MERGED.finditer(text):
        area = REFERENCE.search(found[0])
        first, _, last = (area[1] if area else "").partition(":")
        start, end = cell_at(first), cell_at(last or first)
        if start and end:
            (top, left), (bottom, right) = start, end
            covered += (abs(bottom - top) + 1) * (abs(right - left) + 1)
        if covered > MOST_COVERED:
            raise Refusal(
                f"{where} merges or links more than {MOST_COVERED:,} cells ({area and area[1]}): it"
                " is not opened."
            )
