"""The link to the add-in that Excel for Windows keeps in a workbook: found, added and taken out.

Each step gives the parts that it changes, as text edited where it stands, so that all else in the
package stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from bankable.templates.engine.workbook_file import MAIN, OFFICE, WorkbookFile
from bankable.templates.refusal import Refusal

_LINK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
_TYPES = "[Content_Types].xml"
OUR_FILE = re.compile(r"(?:^|[\\/])bankable\.xlam$", re.IGNORECASE)
_AFTER_SHEETS = re.compile(
    r"</((?:\w+:)?)sheets\s*>(?:\s*<\1functionGroups\b.*?(?:/>|</\1functionGroups>))?", re.DOTALL
)

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Link:
    """An external link of the workbook: its relation, its part, and the file that it leads to."""

    relation: str
    part: str
    target: str

    @property
    def is_ours(self) -> bool:
        return OUR_FILE.search(self.target) is not None


def links_of(file: WorkbookFile) -> Iterator[Link]:
    """The links in the order in which formulas number them."""
    relation_of = {found.target: name for name, found in file.relations.items()}
    for part in file.links:
        yield Link(relation_of[part], part, file.link_target(part))


def relations_part(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def drop_link(file: WorkbookFile, parts: Parts, link: Link) -> Parts:
    """The parts that speak of a link, without it."""
    book = parts[file.book_part].decode("utf-8")
    book = re.sub(
        rf'<(?:\w+:)?externalReference\b[^>]*"{re.escape(link.relation)}"[^>]*?/>', "", book
    )
    book = re.sub(r"<((?:\w+:)?)externalReferences\b[^>]*>\s*</\1externalReferences>", "", book)
    relations = parts[relations_part(file.book_part)].decode("utf-8")
    relations = re.sub(
        rf'<(?:\w+:)?Relationship\b[^>]*\bId="{re.escape(link.relation)}"[^>]*?/>', "", relations
    )
    types = parts[_TYPES].decode("utf-8")
    types = re.sub(
        rf'<(?:\w+:)?Override\b[^>]*\bPartName="/{re.escape(link.part)}"[^>]*?/>', "", types
    )
    return {
        file.book_part: book.encode("utf-8"),
        relations_part(file.book_part): relations.encode("utf-8"),
        _TYPES: types.encode("utf-8"),
    }


def add_link(file: WorkbookFile, parts: Parts, addin: str, names: list[str]) -> Parts:
    """The parts that Excel for Windows writes for the functions of an add-in."""
    file_number = next(
        i for i in range(1, 10_000) if f"xl/externalLinks/externalLink{i}.xml" not in parts
    )
    part = f"xl/externalLinks/externalLink{file_number}.xml"
    relation = next(f"rId{i}" for i in range(1, 10_000) if f"rId{i}" not in file.relations)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    defined = "".join(f'<definedName name="{name}"/>' for name in names)
    target = _address(addin)
    book = parts[file.book_part].decode("utf-8")
    after = _AFTER_SHEETS.search(book)
    plain = (
        b"</Types>" in parts[_TYPES]
        and b"</Relationships>" in parts[relations_part(file.book_part)]
    )
    if after is None or not plain:
        raise Refusal(
            f"{file.name} is written in a way in which no link can be added here: save it"
            " again in Excel or LibreOffice."
        )
    prefix = after[1]
    space = "" if "xmlns:r=" in book else f' xmlns:r="{OFFICE}"'
    reference = f'<{prefix}externalReference{space} r:id="{relation}"/>'
    end = f"</{prefix}externalReferences>"
    if end in book:
        book = book.replace(end, f"{reference}{end}")
    else:
        whole = f"<{prefix}externalReferences>{reference}{end}"
        book = f"{book[: after.end()]}{whole}{book[after.end() :]}"
    beside = file.book_part.rpartition("/")[0] == "xl"
    where = f"externalLinks/externalLink{file_number}.xml" if beside else f"/{part}"
    entry = f'<Relationship Id="{relation}" Type="{OFFICE}/externalLink" Target="{where}"/>'
    return {
        file.book_part: book.encode("utf-8"),
        relations_part(file.book_part): (
            parts[relations_part(file.book_part)].replace(
                b"</Relationships>", f"{entry}</Relationships>".encode()
            )
        ),
        _TYPES: (
            parts[_TYPES].replace(
                b"</Types>",
                f'<Override PartName="/{part}" ContentType="{_LINK_TYPE}"/></Types>'.encode(),
            )
        ),
        part: (
            (
                f'{head}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}"'
                f' r:id="rId1"><definedNames>{defined}</definedNames></externalBook></externalLink>'
            ).encode()
        ),
        relations_part(part): (
            (
                f"{head}<Relationships"
                ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship'
                f' Id="rId1" Type="{OFFICE}/externalLinkPath" Target={quoteattr(target)}'
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
