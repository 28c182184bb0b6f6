"""The memo as an outsider sees it: python-docx reads it, openpyxl reads the workbook, and every
printed figure is found there.

The first half knows nothing of the code that wrote it; each case's memo is read on its own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from openpyxl.utils import range_boundaries

NUMBER = re.compile(r"\(?\$?-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:%|x)?\)?")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CASES = pytest.mark.parametrize("case", [1, 2, 3])


@pytest.fixture(scope="module")
def cells(workbook: Path) -> Any:
    return openpyxl.load_workbook(workbook, data_only=True)


def tables(path: Path) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in docx.Document(str(path)).tables
    ]


def appendix(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, printed text and cell of every figure that the memo declares."""
    for table in tables(path):
        if table[0] == ["Figure", "As printed", "Cell"] or table[0] == [
            "Input",
            "Value",
            "Cell",
            "Source",
        ]:
            yield from ((row[0], row[1], row[2]) for row in table[1:])


def values(cells: Any, reference: str) -> list[Any]:
    sheet, _, area = reference.rpartition("!")
    left, top, right, bottom = range_boundaries(area)
    return [
        cell.value
        for row in cells[sheet.strip("'")].iter_rows(top, bottom, left, right)
        for cell in row
    ]


def agrees(text: str, value: Any) -> bool:
    """Whether a printed text is the cell's value, to the digits printed."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value) in text
    found = NUMBER.search(text)
    if found is None:
        return False
    bare = found[0].strip("()$x%").replace(",", "").replace("$", "")
    shown = float(bare) * (-1 if found[0].startswith("(") and found[0].endswith(")") else 1)
    digits = len(bare.partition(".")[2])
    scale = 100 if "%" in found[0] else 1
    return abs(shown - value * scale) <= 0.5000001 * 10**-digits


@CASES
def test_every_figure_of_the_appendix_is_in_the_workbook(
    memos: list[Path], cells: Any, case: int
) -> None:
    checked, wrong = 0, []
    for name, text, reference in appendix(memos[case - 1]):
        found = values(cells, reference)
        parts = text.split("; ") if len(found) > 1 else [text]
        assert len(parts) == len(found), (name, reference)
        for part, value in zip(parts, found, strict=True):
            checked += 1
            if not agrees(part, value):
                wrong.append((name, part, value, reference))
    assert checked > 350
    assert not wrong


def first_page(path: Path) -> list[str]:
    """The texts before the first page break, tables included."""
    texts = []
    for element in docx.Document(str(path)).element.body:
        if element.find(f".//{W}pageBreakBefore") is not None:
            break
        texts.append(
            "".join(node.text or "" for node in element.iter(f"{W}t"))
            if element.tag == f"{W}p"
            else ""
        )
        if element.tag == f"{W}tbl":
            texts += [
                "".join(node.text or "" for node in cell.iter(f"{W}t"))
                for cell in element.iter(f"{W}tc")
            ]
    return texts


def figures_in(text: str) -> list[str]:
    text = re.sub(r"\[To be written:[^\]]*\]", "", text)
    return [found.strip("()$") for found in NUMBER.findall(text)]


@CASES
def test_every_number_on_the_first_page_and_in_the_tables_is_in_the_appendix(
    memos: list[Path], case: int
) -> None:
    path = memos[case - 1]
    declared: set[str] = set()
    for _, text, _ in appendix(path):
        declared |= set(figures_in(text)) | {text}
    names = {text for _, text, _ in appendix(path) if not NUMBER.fullmatch(text)}
    said = [
        text
        for table in tables(path)
        if table[0][:1] not in (["Figure"], ["Input"], ["Section"])
        for row in table
        for text in row
    ]
    said += first_page(path)
    undeclared = []
    for text in said:
        bare = text.removeprefix("Figure 1")
        for name in sorted(names, key=len, reverse=True):
            bare = bare.replace(name, "")
        undeclared += [(figure, text) for figure in figures_in(bare) if figure not in declared]
    assert len(said) > 150
    assert not undeclared


@CASES
def test_the_memo_says_what_the_summary_decides(memos: list[Path], cells: Any, case: int) -> None:
    decision = cells["Summary"].cell(5, 3 + case).value
    first = " ".join(first_page(memos[case - 1]))
    assert f"Result of the credit tests. {decision}." in first
    assert "Approval is the committee's." in first
    whole = " ".join(paragraph.text for paragraph in docx.Document(str(memos[case - 1])).paragraphs)
    assert " approve " not in whole


@CASES
def test_three_to_five_risks_each_with_figure_and_mitigant(memos: list[Path], case: int) -> None:
    risks = next(
        table for table in tables(memos[case - 1]) if table[0][0] == "Risk and its figure"
    )[1:]
    assert 3 <= len(risks) <= 5
    assert all(NUMBER.search(row[0]) and len(row[1]) > 10 for row in risks)


def test_the_risks_are_this_deals_own(memos: list[Path]) -> None:
    chosen = [
        {
            row[0].partition(".")[0]
            for row in next(t for t in tables(m) if t[0][0] == "Risk and its figure")[1:]
        }
        for m in memos
    ]
    assert chosen[0] != chosen[1] != chosen[2]
    assert "The offtaker defaults" in chosen[0]
    assert "The contract ends early" in chosen[1]


@CASES
def test_every_placeholder_is_marked_and_listed_at_the_end(memos: list[Path], case: int) -> None:
    document = docx.Document(str(memos[case - 1]))
    runs = [
        run for paragraph in document.element.body.iter(f"{W}p") for run in paragraph.iter(f"{W}r")
    ]
    marked, unmarked = [], []
    for run in runs:
        text = "".join(node.text or "" for node in run.iter(f"{W}t"))
        if "[To be written" in text:
            style = run.find(f"{W}rPr/{W}rStyle")
            (
                marked if style is not None and style.get(f"{W}val") == "Placeholder" else unmarked
            ).append(text)
    listed = next(table for table in tables(memos[case - 1]) if table[0] == ["Section", "What"])
    assert not unmarked
    assert sum(row[1].count(";") + 1 for row in listed[1:]) >= len(marked) > 10
    ends = " ".join(row[1] for row in listed)
    assert all(text.removeprefix("[To be written: ").rstrip("]") in ends for text in marked)


SECTIONS = (
    "Borrower and sponsor",
    "Sources and uses",
    "Structure and support",
    "Sources of repayment",
    "Offtaker and contract",
    "Construction and ramp",
    "Interest rate and hedge",
    "Cash flow and coverage",
    "Sensitivities and break-evens",
    "Rating rationale and regulatory treatment",
    "Security and recovery",
    "Covenants and policy exceptions",
    "Conditions precedent and monitoring",
    "Approvals",
)


@CASES
def test_word_finds_headings_captions_fields_and_alternative_texts(
    memos: list[Path], case: int
) -> None:
    document = docx.Document(str(memos[case - 1]))
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    studied = "What a contract and each tool would change"  # of the case studied on Support alone
    assert (studied in heads) == (case == 2)
    assert tuple([head for head in heads if head != studied][: len(SECTIONS)]) == SECTIONS
    xml = document.element.xml
    assert "TOC \\o" in xml
    assert xml.count("SEQ Table") >= 6
    assert xml.count("<w:tblHeader/>") >= 8
    pictures = document.element.body.iter(
        "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
    )
    alts = [picture.get("descr") for picture in pictures]
    assert len(alts) >= 4
    assert all(alt and len(alt) > 40 for alt in alts)
    footer = document.sections[0].footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert document.core_properties.title.startswith("Credit memorandum: ")


ORDER = {  # children of an element in the order that the schema (ECMA-376) demands
    "tblPr": (
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc"
        " tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption"
        " tblDescription"
    ),
    "tcPr": (
        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText"
        " vAlign hideMark"
    ),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike color spacing w kern position sz szCs"
        " highlight u shd lang"
    ),
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing ind"
        " contextualSpacing jc outlineLvl rPr"
    ),
}


def test_the_parts_are_sound_xml_in_the_schemas_order(memos: list[Path]) -> None:
    for path in memos:
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    ElementTree.fromstring(package.read(name))
            for part in ("word/document.xml", "word/styles.xml", "word/footer1.xml"):
                root = ElementTree.fromstring(package.read(part))
                for name, order in ORDER.items():
                    rank = {f"{W}{child}": i for i, child in enumerate(order.split())}
                    for element in root.iter(f"{W}{name}"):
                        places = [rank[child.tag] for child in element if child.tag in rank]
                        assert places == sorted(places), (
                            path.name,
                            part,
                            ElementTree.tostring(element)[:400],
                        )


def test_libreoffice_prints_eight_to_twelve_pages(memos: list[Path], tmp_path: Path) -> None:
    from tests.calc import libreoffice

    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice (soffice)")
    pypdfium2 = pytest.importorskip("pypdfium2")
    pdf = libreoffice.convert(
        memos[2], "pdf", tmp_path, libreoffice.make_profile(tmp_path / "profile")
    )
    document = pypdfium2.PdfDocument(pdf)
    assert 8 <= len(document) <= 12
    first = document[0].get_textpage().get_text_range()
    assert "Result of the credit tests" in first
    assert "What stands against it" in first
    assert "Borrower and sponsor" not in first


# With the code that writes it ------------------------------------------------------------------


def test_the_same_workbook_gives_the_same_bytes(memos: list[Path], tied: Any) -> None:
    from bankable.templates.memo import write

    assert write.compose(write.opened(None, None), tied, 2)[0] == memos[1].read_bytes()


def test_a_banks_own_template_is_used(tied: Any, tmp_path: Path) -> None:
    from bankable.templates.memo import write

    own = docx.Document()
    own.sections[0].header.paragraphs[0].text = "First Bank of Cherokee"
    own.save(str(tmp_path / "bank.docx"))
    document = write.opened(str(tmp_path / "bank.docx"), "letter")
    data, _, _ = write.compose(document, tied, 1)
    (tmp_path / "memo.docx").write_bytes(data)
    made = docx.Document(str(tmp_path / "memo.docx"))
    assert made.sections[0].header.paragraphs[0].text == "First Bank of Cherokee"
    assert round(made.sections[0].page_width.cm, 2) == 21.59


def test_what_changed_since_the_last_submission(tied: Any, tmp_path: Path) -> None:
    import dataclasses

    from bankable.templates.comparison import compare, tied_out
    from bankable.templates.deal_file import SourcedDeal
    from bankable.templates.memo import write as memo_write
    from bankable.templates.workbook import write

    before = dataclasses.replace(tied.cases[2].deal, public_offtake_years=0, coverage=0.5)
    old = compare.calculated([SourcedDeal(before, {}, "")])
    earlier = tied_out.read(write.write(old, tmp_path / "old.xlsx"))
    data, _, _ = memo_write.compose(memo_write.opened(None, None), tied, 3, earlier)
    (tmp_path / "memo.docx").write_bytes(data)
    found = {tuple(row) for table in tables(tmp_path / "memo.docx") for row in table}
    assert ("Public offtake", "0", "10") in found
    assert ("Guarantee coverage", "50.0%", "70.0%") in found
    text = " ".join(p.text for p in docx.Document(str(tmp_path / "memo.docx")).paragraphs)
    assert (
        "Decision: Does not meet credit tests before, Meets credit tests with support now." in text
    )
    assert any(row[2].startswith("[old.xlsx]Summary!") for row in found if len(row) == 3)


def test_a_deal_with_every_tool_and_one_without_a_contract(
    shipped: list[Any], tmp_path: Path
) -> None:
    import dataclasses

    from bankable.templates.comparison import compare, tied_out
    from bankable.templates.deal_file import SourcedDeal
    from bankable.templates.memo import write

    tools = {
        "grant": 300.0,
        "public_equity": 0.3,
        "tariff": 0.2,
        "balloon": 0.3,
        "delay_months": 3,
        "hedge_ratio": 0.0,
    }
    odd = [
        dataclasses.replace(shipped[2].deal, case_name="All tools", **tools),
        dataclasses.replace(
            shipped[1].deal,
            case_name="No contract",
            contract_years=0,
            firm_years=0,
            contract_share=0.0,
        ),
    ]
    cases = [SourcedDeal(deal, {}, "") for deal in odd]
    book = tied_out.Filled(
        Path("odd.xlsx"), compare.calculated(cases), cases, ["All tools", "No contract"]
    )
    for case in (1, 2):
        data, figures, _ = write.compose(write.opened(None, None), book, case)
        (tmp_path / "memo.docx").write_bytes(data)
        whole = " ".join(
            node.text or ""
            for node in docx.Document(str(tmp_path / "memo.docx")).element.body.iter(f"{W}t")
        )
        assert "$n/a" not in whole
        assert not re.search(r"\bnan\b", whole)
        assert len(figures.taken) > 250
        assert ("Balloon." in whole) == (case == 1)
