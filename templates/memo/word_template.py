"""The Word template of the memo, made from code: styles, page, header and footer; `python -m
bankable.addin.generate` writes it.

A bank's own template takes its place; the few styles that it lacks are added to it by `complete`.
"""

from __future__ import annotations

import datetime as dt
import io
from importlib import resources
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from bankable.templates.memo.paper import PAPERS, PLACEHOLDER, add_field, same_bytes
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.styles import GREY, NAVY

FONT = "Arial"
BODY = 9
MADE = dt.datetime(2026, 11, 23)


def shipped() -> Path:
    """The template that travels with the package."""
    return Path(str(resources.files("bankable.templates") / "memo" / "memo.docx"))


def files() -> dict[str, bytes]:
    """The template's bytes, for the generator."""
    return {"templates/memo/memo.docx": template()}


def template() -> bytes:
    """The template itself."""
    document = docx.Document()
    for element in list(document.element.body):
        if not element.tag.endswith("sectPr"):
            document.element.body.remove(element)
    _existing(document)
    complete(document)
    _page(document)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "Bankable", "Credit memorandum", ""
    properties.created = properties.modified = MADE
    properties.last_modified_by, properties.revision = "Bankable", 1
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _font(
    style: Any,
    size: float,
    colour: str | None = None,
    bold: bool | None = None,
    italic: bool | None = None,
) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)
    if bold is not None:
        style.font.bold = bold
    if italic is not None:
        style.font.italic = italic


def _space(style: Any, before: float, after: float, line: float = 1.0) -> None:
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), line


def _existing(document: Any) -> None:
    """The styles that Word knows by name, given our look."""
    styles = document.styles
    _font(styles["Normal"], BODY)
    _space(styles["Normal"], 0, 4, 1.08)
    _font(styles["Title"], 17, NAVY, True)
    _space(styles["Title"], 0, 1)
    border = styles["Title"].element.find(f".//{qn('w:pBdr')}")
    if border is not None:
        border.getparent().remove(border)
    _font(styles["Subtitle"], 9.5, GREY, False, False)
    _space(styles["Subtitle"], 0, 5)
    for name, size, before, after in (
        ("Heading 1", 12.5, 11, 4),
        ("Heading 2", 10, 7, 2),
        ("Heading 3", 9, 5, 2),
    ):
        _font(styles[name], size, NAVY, True)
        _space(styles[name], before, after)
        styles[name].paragraph_format.keep_with_next = True
    _font(styles["Caption"], 8, NAVY, True)
    _space(styles["Caption"], 5, 3)
    for name in ("List Bullet", "List Number"):
        _font(styles[name], BODY)
        _space(styles[name], 0, 2, 1.05)
    for name in ("Header", "Footer"):
        _font(styles[name], 7.5, GREY)
        for tabs in styles[name].element.findall(f".//{qn('w:tabs')}"):
            tabs.getparent().remove(tabs)
    for spacing in styles["Subtitle"].element.findall(f"{qn('w:rPr')}/{qn('w:spacing')}"):
        spacing.getparent().remove(spacing)


def complete(document: Any, origin: str = "the template") -> None:
    """Add the styles that the memo uses where a template lacks them; one of another kind under such
    a name is refused.
    """
    styles = document.styles
    kinds = {style.name: style.type for style in styles}
    for name, kind in kinds.items():
        if name in USED and kind != USED[name]:
            raise Refusal(
                f"{origin} has a style {name} that is of another kind than the memo's"
                f" ({USED[name].name.lower()}): give it another name in Word."
            )
    names = set(kinds)
    if "Normal" not in names:
        styles.add_style("Normal", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    for name in (
        "Title",
        "Subtitle",
        "Heading 1",
        "Heading 2",
        "Caption",
        "List Bullet",
        "Header",
        "Footer",
    ):
        if name not in names:
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if PLACEHOLDER not in names:
        style = styles.add_style(PLACEHOLDER, WD_STYLE_TYPE.CHARACTER)
        shading = OxmlElement("w:shd")  # a style may not hold a highlight
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "FFFF00")):
            shading.set(qn(f"w:{name}"), value)
        style.element.get_or_add_rPr().append(shading)
    for name, size, colour, before, after in (
        ("Memo Note", 7.5, GREY, 1, 4),
        ("Memo Small", 4, None, 0, 0),
        ("Memo Cell", 8, None, 0.8, 0.8),
        ("Memo Contents", 8.5, NAVY, 0, 0.5),
    ):
        if name not in names:
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            _font(style, size, colour)
            _space(style, before, after)
    if "Memo Picture" not in names:
        style = styles.add_style("Memo Picture", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _space(style, 3, 0)
        style.paragraph_format.keep_with_next = True
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if "Table Grid" not in names:
        styles.element.append(parse_xml(_GRID.format(names=nsdecls("w"))))
    if "Memo Table" not in names:
        styles.element.append(parse_xml(_TABLE.format(names=nsdecls("w"), font=FONT, navy=NAVY)))


# The styles that a memo or a review uses, by what they are for.
USED = {
    **dict.fromkeys(
        (
            *("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Caption", "List Bullet"),
            *("Header", "Footer", "Memo Note", "Memo Small", "Memo Cell", "Memo Contents"),
            "Memo Picture",
        ),
        WD_STYLE_TYPE.PARAGRAPH,
    ),
    PLACEHOLDER: WD_STYLE_TYPE.CHARACTER,
    "Table Grid": WD_STYLE_TYPE.TABLE,
    "Memo Table": WD_STYLE_TYPE.TABLE,
}

_GRID = """<w:style {names} w:type="table" w:styleId="TableGrid">
<w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="39"/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="auto"/>
<w:left w:val="single" w:sz="4" w:space="0" w:color="auto"/>
<w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/>
<w:right w:val="single" w:sz="4" w:space="0" w:color="auto"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="auto"/>
<w:insideV w:val="single" w:sz="4" w:space="0" w:color="auto"/></w:tblBorders></w:tblPr></w:style>"""

_TABLE = """<w:style {names} w:type="table" w:customStyle="1" w:styleId="MemoTable">
<w:name w:val="Memo Table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/>
<w:pPr><w:spacing w:before="15" w:after="15" w:line="240" w:lineRule="auto"/></w:pPr>
<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}"/><w:sz w:val="16"/><w:szCs w:val="16"/></w:rPr>
<w:tblPr><w:tblBorders>
<w:top w:val="single" w:sz="6" w:space="0" w:color="{navy}"/>
<w:bottom w:val="single" w:sz="6" w:space="0" w:color="{navy}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="D9D9D9"/></w:tblBorders>
<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="FFFFFF"/></w:rPr>
<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{navy}"/></w:tcPr></w:tblStylePr></w:style>"""


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = PAPERS["a4"]
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(1.7), Cm(1.6)
    section.header_distance = section.footer_distance = Cm(0.8)
    footer = section.footer.paragraphs[0]
    footer.paragraph_format.tab_stops.clear_all()
    footer.paragraph_format.tab_stops.add_tab_stop(Cm(17), WD_TAB_ALIGNMENT.RIGHT)
    footer.add_run("Confidential. Amounts in $ million unless the unit says otherwise.\tPage ")
    add_field(footer, "PAGE", "1")
    footer.add_run(" of ")
    add_field(footer, "NUMPAGES", "10")
    header = section.header.paragraphs[0]
    header.paragraph_format.tab_stops.clear_all()
    header.paragraph_format.tab_stops.add_tab_stop(Cm(17), WD_TAB_ALIGNMENT.RIGHT)
    properties = OxmlElement("w:fldSimple")
    properties.set(qn("w:instr"), " TITLE ")
    run = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = "Credit memorandum"
    run.append(words)
    properties.append(run)
    header._p.append(properties)
