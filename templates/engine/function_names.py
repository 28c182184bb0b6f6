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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape, quoteattr

from bankable.templates.engine.formulas import our_names, renamed
from bankable.templates.engine.open_xml import attributes

ADDIN = "bankable.xlam"
WEB = "_xldudf_BANKABLE_"  # shown by Excel on the web as BANKABLE.NAME

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
_ELEMENTS = "f|formula|formula1|formula2|definedName|calculatedColumnFormula|totalsRowFormula"
_FORMULA = re.compile(rf"(<((?:\w+:)?(?:{_ELEMENTS}))(?:\s[^>]*)?(?<!/)>)([^<]+)(</\2>)")
_THRESHOLD = re.compile(r"""(<(?:\w+:)?cfvo\b[^>]*?\bval=")([^"]*)(")""")
_OUR_LINK = re.compile(r"(?:^|[\\/])bankable\.xlam$", re.IGNORECASE)
_REFERENCES = re.compile(
    r"<((?:\w+:)?)externalReferences\b[^>]*?(?:/>|>(.*?)</\1externalReferences>)", re.DOTALL
)
_REFERENCE = re.compile(r"<(?:\w+:)?externalReference\b([^>]*?)/>")
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


def rebind(source: bytes, to: str, addin: str = ADDIN) -> Rebound:
    """The workbook with our functions named for where it is going: plain, web or desktop."""
    with zipfile.ZipFile(io.BytesIO(source)) as package:
        parts = {item.filename: package.read(item) for item in package.infolist()}
        items = package.infolist()
    links = list(_links(parts))
    ours = [i for i, link in enumerate(links, 1) if link.is_ours]
    done = Rebound(b"")
    keep = ours[0] if ours and to == "desktop" else None
    number = keep or len(links) + 1
    opening = {"plain": "", "web": WEB, "desktop": f"[{number}]!"}[to]
    used: set[str] = set()
    changed = _rewrite(parts, opening, _test(ours), used, done)
    dropped = [i for i in ours if i != keep]
    if to == "desktop" and not keep and done.calls:
        changed |= _add_link({**parts, **changed}, number, addin, sorted(used))
        done.links.append(f"link to the add-in: {addin}")
    for i in reversed(dropped):
        changed |= _drop_link({**parts, **changed}, links[i - 1])
        done.links.append(f"removed the link to {links[i - 1].target}")
    if dropped:
        changed |= _renumber({**parts, **changed}, dropped)
    done.data = _packed(
        items, parts, changed, {link.part for link in (links[i - 1] for i in dropped)}
    )
    return done


# Formulas --------------------------------------------------------------------------------------


def _test(ours: list[int]) -> Callable[[str], bool]:
    """Whether the prefix of a call stands for our add-in: the number of its link, or its file."""

    def is_ours(where: str) -> bool:
        place = where[:-1].strip("'")
        if place.startswith("[") and place.endswith("]") and place[1:-1].isdigit():
            return int(place[1:-1]) in ours
        return _OUR_LINK.search(place.replace("[", "").replace("]", "")) is not None

    return is_ours


def _formula_parts(parts: dict[str, bytes]) -> Iterator[str]:
    yield from (
        name
        for name in parts
        if name.startswith("xl/")
        and name.endswith(".xml")
        and not name.startswith("xl/externalLinks/")
    )


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
    for name in _formula_parts(parts):
        new = _in_formulas(parts[name], change)
        if new is not parts[name]:
            changed[name] = new
    return changed


def _renumber(parts: dict[str, bytes], dropped: list[int]) -> dict[str, bytes]:
    """Links after a removed one move up: `[3]Sheet!A1` becomes `[2]Sheet!A1`."""

    def number(found: re.Match[str]) -> str:
        if found[1] is not None:
            return found[0]
        return f"{found[2]}{int(found[3]) - sum(i < int(found[3]) for i in dropped)}{found[4]}"

    changed = {}
    for name in _formula_parts(parts):
        new = _in_formulas(parts[name], lambda formula: _NUMBER.sub(number, formula))
        if new is not parts[name]:
            changed[name] = new
    return changed


# The link to the add-in ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Link:
    """An external link of the workbook: its relation, its part, and the file that it leads to."""

    relation: str
    part: str
    target: str

    @property
    def is_ours(self) -> bool:
        return _OUR_LINK.search(self.target) is not None


def _relations(data: bytes) -> dict[str, dict[str, str]]:
    text = data.decode("utf-8-sig")
    found = (attributes(tag) for tag in re.findall(r"<(?:\w+:)?Relationship\b([^>]*?)/?>", text))
    return {relation["Id"]: relation for relation in found}


def _links(parts: dict[str, bytes]) -> Iterator[_Link]:
    """The links in the order in which formulas number them."""
    references = _REFERENCES.search(parts["xl/workbook.xml"].decode("utf-8-sig"))
    relations = _relations(parts["xl/_rels/workbook.xml.rels"])
    for tag in _REFERENCE.findall(references[2] or "") if references else []:
        relation = attributes(tag)["id"]
        where = relations[relation]["Target"]
        part = where.lstrip("/") if where.startswith("/") else f"xl/{where}"
        own = parts.get(_relations_part(part))
        target = next(iter(_relations(own).values()))["Target"] if own and _relations(own) else ""
        yield _Link(relation, part, unquote(target))


def _relations_part(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _drop_link(parts: dict[str, bytes], link: _Link) -> dict[str, bytes]:
    """The parts that speak of a link, without it."""
    book = parts["xl/workbook.xml"].decode("utf-8")
    book = re.sub(
        rf'<(?:\w+:)?externalReference\b[^>]*"{re.escape(link.relation)}"[^>]*?/>', "", book
    )
    book = re.sub(r"<((?:\w+:)?)externalReferences\b[^>]*>\s*</\1externalReferences>", "", book)
    relations = parts["xl/_rels/workbook.xml.rels"].decode("utf-8")
    relations = re.sub(
        rf'<(?:\w+:)?Relationship\b[^>]*\bId="{re.escape(link.relation)}"[^>]*?/>', "", relations
    )
    types = parts["[Content_Types].xml"].decode("utf-8")
    types = re.sub(
        rf'<(?:\w+:)?Override\b[^>]*\bPartName="/{re.escape(link.part)}"[^>]*?/>', "", types
    )
    return {
        "xl/workbook.xml": book.encode("utf-8"),
        "xl/_rels/workbook.xml.rels": relations.encode("utf-8"),
        "[Content_Types].xml": types.encode("utf-8"),
    }


def _add_link(
    parts: dict[str, bytes], number: int, addin: str, names: list[str]
) -> dict[str, bytes]:
    """The parts that Excel for Windows writes for the functions of an add-in."""
    file_number = next(
        i for i in range(1, 10_000) if f"xl/externalLinks/externalLink{i}.xml" not in parts
    )
    part = f"xl/externalLinks/externalLink{file_number}.xml"
    relations = _relations(parts["xl/_rels/workbook.xml.rels"])
    relation = next(f"rId{i}" for i in range(1, 10_000) if f"rId{i}" not in relations)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    defined = "".join(f'<definedName name="{name}"/>' for name in names)
    target = _address(addin)
    book = parts["xl/workbook.xml"].decode("utf-8")
    reference = f'<externalReference r:id="{relation}"/>'
    if "externalReferences>" in book:
        book = book.replace("</externalReferences>", f"{reference}</externalReferences>")
    else:
        after = re.search(
            r"</sheets>(?:\s*<functionGroups\b.*?(?:/>|</functionGroups>))?", book, re.DOTALL
        )
        assert after is not None
        book = f"{book[: after.end()]}<externalReferences>{reference}</externalReferences>{book[after.end() :]}"
    if "xmlns:r=" not in book:
        book = book.replace(
            reference, f'<externalReference xmlns:r="{_OFFICE}" r:id="{relation}"/>'
        )
    entry = (
        f'<Relationship Id="{relation}" Type="{_OFFICE}/externalLink"'
        f' Target="externalLinks/externalLink{file_number}.xml"/>'
    )
    return {
        "xl/workbook.xml": book.encode("utf-8"),
        "xl/_rels/workbook.xml.rels": (
            parts["xl/_rels/workbook.xml.rels"].replace(
                b"</Relationships>", f"{entry}</Relationships>".encode()
            )
        ),
        "[Content_Types].xml": (
            parts["[Content_Types].xml"].replace(
                b"</Types>",
                f'<Override PartName="/{part}" ContentType="{_LINK_TYPE}"/></Types>'.encode(),
            )
        ),
        part: (
            (
                f'{head}<externalLink xmlns="{_MAIN}"><externalBook xmlns:r="{_OFFICE}"'
                f' r:id="rId1"><definedNames>{defined}</definedNames></externalBook></externalLink>'
            ).encode()
        ),
        _relations_part(part): (
            (
                f"{head}<Relationships"
                ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship'
                f' Id="rId1" Type="{_OFFICE}/externalLinkPath" Target={quoteattr(target)}'
                ' TargetMode="External"/></Relationships>'
            ).encode()
        ),
    }


def _address(addin: str) -> str:
    """A path as Excel writes it in a link; a bare file name is looked for beside the workbook."""
    return (
        f"file:///{quote(addin, safe=':/' + chr(92))}"
        if re.search(r"[\\/]", addin)
        else quote(addin)
    )


def _packed(
    items: list[zipfile.ZipInfo],
    parts: dict[str, bytes],
    changed: dict[str, bytes],
    dropped: set[str],
) -> bytes:
    gone = dropped | {_relations_part(part) for part in dropped}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for item in items:
            if item.filename not in gone:
                package.writestr(
                    item, changed.get(item.filename, parts[item.filename]), item.compress_type
                )
        for name, data in changed.items():
            if name not in parts:
                package.writestr(
                    zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
                )
    return out.getvalue()
