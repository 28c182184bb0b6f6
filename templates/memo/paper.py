"""Putting things on paper with python-docx: headings, texts, tables, pictures, fields and
placeholders.

In a text, **words** are bold and [[words]] a placeholder: what only a person can write, marked and
listed. What a user typed goes through `typed` first, so that it is never taken for markup.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from bankable.templates.plain_text import seen
from bankable.templates.workbook.styles import BAND, NAVY, PALE_GREEN, PALE_RED

_TOGETHER = 16  # a table of so many rows stays on one page
_MARKUP = re.compile(r"(\*\*.+?\*\*|\[\[.+?\]\])")
PLACEHOLDER = "Placeholder"
_BEFORE = {  # the elements that must follow, so that what is added stands where the schema wants it
    "w:tblHeader": ("w:tblCellSpacing", "w:jc", "w:hidden", "w:ins", "w:del", "w:trPrChange"),
    "w:shd": ("w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark"),
}


# Characters that Unicode keeps free for a program's own use stand for those of the markup.
_ESCAPED = str.maketrans("*[]", "\ufdd0\ufdd1\ufdd2")
_BACK = str.maketrans("\ufdd0\ufdd1\ufdd2", "*[]")


def typed(text: str) -> str:
    """A text that somebody typed, for a place where markup is read: it is printed as it stands."""
    return seen(text).translate(_ESCAPED)


def as_typed(text: str) -> str:
    """The text again, as it goes on paper."""
    return text.translate(_BACK)


@dataclass
class Paper:
    """A document being written, with what was promised for later: placeholders and counters of
    captions.
    """

    document: Any
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    section: str = "First page"
    tables: int = 0
    pictures: int = 0
    bookmarks: int = 0
    headings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def width(self) -> Emu:
        """The width of the text."""
        page = self.document.sections[-1]
        return Emu(page.page_width - page.left_margin - page.right_margin)

    def heading(self, text: str, level: int = 1, page_break: bool = False) -> None:
        """A heading that the table of contents finds."""
        text = as_typed(text)
        paragraph = self.document.add_heading(text, level)
        paragraph.paragraph_format.page_break_before = page_break
        self.section = text
        if level == 1:
            self.bookmarks += 1
            name = f"Section{self.bookmarks}"
            self.headings.append((text, name))
            start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
            for mark in (start, end):
                mark.set(qn("w:id"), str(self.bookmarks))
            start.set(qn("w:name"), name)
            paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
            paragraph._p.append(end)

    def text(self, words: str, style: str | None = None) -> Any:
        """A paragraph."""
        paragraph = self.document.add_paragraph(style=style)
        self.write(paragraph, words)
        return paragraph

    def bullets(self, lines: Sequence[str]) -> None:
        """A bulleted list."""
        for line in lines:
            self.text(line, "List Bullet")

    def write(self, paragraph: Any, words: str) -> None:
        """Words with their markup, at the end of a paragraph."""
        for part in _MARKUP.split(words):
            if part.startswith("**"):
                paragraph.add_run(as_typed(part[2:-2])).bold = True
            elif part.startswith("[["):
                self.placeholders.append((self.section, part[2:-2]))
                paragraph.add_run(as_typed(f"[To be written: {part[2:-2]}]"), style=PLACEHOLDER)
            elif part:
                paragraph.add_run(as_typed(part))

    def caption(self, kind: str, words: str) -> None:
        """A numbered caption; the number is a field that Word counts."""
        number = self.tables = self.tables + 1 if kind == "Table" else self.tables
        if kind == "Figure":
            number = self.pictures = self.pictures + 1
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ")
        add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
        paragraph.add_run(f". {as_typed(words)}")
        paragraph.paragraph_format.keep_with_next = kind == "Table"

    def table(
        self,
        heads: Sequence[str] | None,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        caption: str | None = None,
        numbers: int = 0,
        style: str = "Memo Table",
        size: float | None = None,
        bold_rows: Sequence[int] = (),
        description: str = "",
    ) -> Any:
        """A table; its heads repeat on every page. `widths` are shares; the last `numbers` columns
        stand right.
        """
        if caption:
            self.caption("Table", caption)
        made = self.document.add_table(rows=0, cols=len(widths))
        made.style = style
        made.alignment = WD_TABLE_ALIGNMENT.CENTER
        made.autofit = False
        if heads:
            line = made.add_row()
            _repeat(line)
            self._fill(line, heads, numbers, size, True)
        for i, row in enumerate(rows):
            line = made.add_row()
            _unbroken(line)
            self._fill(line, row, numbers, size, i in bold_rows)
        look = made._tbl.tblPr.find(qn("w:tblLook"))
        if look is not None:
            look.set(qn("w:val"), "0620" if heads else "0600")
            look.set(qn("w:firstRow"), "1" if heads else "0")
            look.set(qn("w:noVBand"), "1")
            look.set(qn("w:firstColumn"), "0")
            look.set(qn("w:noHBand"), "1")
        _describe(made, caption or description)
        total = sum(widths)
        for i, share in enumerate(widths):
            made.columns[i].width = Emu(int(self.width * share / total))
            for cell in made.columns[i].cells:
                cell.width = Emu(int(self.width * share / total))
        if len(made.rows) <= _TOGETHER:
            for line in made.rows[:-1]:
                for cell in line.cells:
                    cell.paragraphs[0].paragraph_format.keep_with_next = True
        self.document.add_paragraph(style="Memo Small")
        return made

    def _fill(
        self, line: Any, row: Sequence[str], numbers: int, size: float | None, bold: bool
    ) -> None:
        cell_style = self.document.styles[
            "Memo Cell"
        ].style_id  # looked up once a row: that is slow
        for i, words in enumerate(row):
            paragraph = line.cells[i].paragraphs[0]
            paragraph._p.style = cell_style
            self.write(paragraph, words)
            if i >= len(row) - numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            for run in paragraph.runs:
                if size:
                    run.font.size = Pt(size)
                if bold:
                    run.bold = True

    def picture(self, png: bytes, alt: str, caption: str, width: float = 1.0) -> None:
        """A picture with its alternative text and its caption below."""
        paragraph = self.document.add_paragraph(style="Memo Picture")
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Emu(int(self.width * width)))
        shape._inline.docPr.set("descr", as_typed(alt))
        shape._inline.docPr.set("title", as_typed(caption))
        self.caption("Figure", caption)

    def contents(self, at: Any) -> None:
        """The table of contents before the element `at`, its entries already there as links; Word
        adds the page numbers.
        """
        first = True
        for i, (text, name) in enumerate(self.headings):
            paragraph = at.insert_paragraph_before(style="Memo Contents")
            if first:
                _field_char(paragraph, "begin", dirty=True)
                _instruction(paragraph, 'TOC \\o "1-1" \\h \\z')
                _field_char(paragraph, "separate")
                first = False
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), name)
            link.append(paragraph.add_run(text)._r)
            paragraph._p.append(link)
            if i == len(self.headings) - 1:
                _field_char(paragraph, "end")


def shade(cell: Any, colour: str) -> None:
    """A cell's background."""
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:shd")):
        properties.remove(old)
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:color"), "auto")
    shading.set(qn("w:fill"), colour)
    properties.insert_element_before(shading, *_BEFORE["w:shd"])


def verdict(cell: Any, passed: bool | None) -> None:
    """Green for passed, red for failed, nothing where a test does not apply; the words say it
    too.
    """
    if passed is not None:
        shade(cell, PALE_GREEN if passed else PALE_RED)


def band(cell: Any) -> None:
    """The pale blue of a heading within a table."""
    shade(cell, BAND)
    for paragraph in cell.paragraphs:
        for run in paragraph.runs:
            run.bold = True
            run.font.color.rgb = RGBColor.from_string(NAVY)


def add_field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field of Word, such as PAGE or SEQ, with the result that is shown until Word counts
    again.
    """
    _field_char(paragraph, "begin")
    _instruction(paragraph, instruction)
    _field_char(paragraph, "separate")
    paragraph.add_run(shown or "–")
    _field_char(paragraph, "end")


def _field_char(paragraph: Any, kind: str, dirty: bool = False) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    if dirty:
        mark.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(mark)


def _instruction(paragraph: Any, text: str) -> None:
    words = OxmlElement("w:instrText")
    words.set(qn("xml:space"), "preserve")
    words.text = f" {text} "
    paragraph.add_run()._r.append(words)


def _repeat(line: Any) -> None:
    properties = line._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader"):
        properties.append(OxmlElement(name))


def _unbroken(line: Any) -> None:
    line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _describe(table: Any, words: str) -> None:
    """The table's alternative text; the schema wants it last."""
    if words:
        described = OxmlElement("w:tblDescription")
        described.set(qn("w:val"), as_typed(words))
        table._tbl.tblPr.append(described)


def same_bytes(data: bytes) -> bytes:
    """The package with every part's date set to one day, so that the same memo is the same file."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(part.filename))
    return out.getvalue()


PAPERS = {"a4": (Cm(21.0), Cm(29.7)), "letter": (Cm(21.59), Cm(27.94))}
MARGIN = Cm(2)
