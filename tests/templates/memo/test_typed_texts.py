"""What a user typed is printed as it stands: no markup, no placeholder, no field; and the memo's
pictures and template take nothing from elsewhere.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from hypothesis import given
from hypothesis import strategies as st

from bankable.templates.comparison import compare, tied_out
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.memo import paper, review
from bankable.templates.memo import write as memo_write
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write

NAME = "**Bold** [[write here]] $x$ <w:b/> & =1+1"
BORROWER = "]] **[[Approved]]** [[date"


@pytest.fixture(scope="module")
def odd(shipped: list[SourcedDeal], tmp_path_factory: pytest.TempPathFactory) -> tied_out.Filled:
    """A tied-out workbook whose texts look like markup."""
    case = shipped[1]
    deal = replace(case.deal, case_name=NAME, borrower=BORROWER)
    sources = case.sources | {"capex": "[[source]] **checked**"}
    book = compare.calculated([replace(case, deal=deal, sources=sources)])
    return tied_out.read(write.write(book, tmp_path_factory.mktemp("odd") / "**odd** [[b]].xlsx"))


def runs(document: docx.document.Document) -> list[tuple[str, str, bool]]:
    """Text, style and boldness of every run in the body and its tables."""
    paragraphs = list(document.paragraphs)
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                paragraphs += cell.paragraphs
    return [(run.text, run.style.name, bool(run.bold)) for one in paragraphs for run in one.runs]


def test_typed_texts_are_no_markup_in_the_memo(odd: tied_out.Filled) -> None:
    data, _, placeholders = memo_write.compose(memo_write.opened(None, None), odd, 1)
    document = docx.Document(io.BytesIO(data))
    whole = "\n".join(text for text, _, _ in runs(document))
    for typed in (NAME, BORROWER, "[[source]] **checked**", "**odd** [[b]].xlsx"):
        assert typed in whole
    assert not [words for _, words in placeholders if "write here" in words or "Approved" in words]
    marked = [text for text, style, _ in runs(document) if style == paper.PLACEHOLDER]
    assert marked
    assert not [text for text in marked if "Approved" in text or "write here" in text]
    assert not [text for text, _, is_bold in runs(document) if is_bold and text == "Bold"]
    assert document.core_properties.title == f"Credit memorandum: {NAME}"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert b"\xef\xb7\x90" not in package.read("word/document.xml")


def test_typed_texts_are_no_markup_in_the_review(odd: tied_out.Filled, tmp_path: Path) -> None:
    (tmp_path / "**a** [[b]].csv").write_text("year,cfads,debt_service\n1,118.2,89\n")
    out = tmp_path / "review.docx"
    review.review(str(odd.path), str(tmp_path / "**a** [[b]].csv"), str(out))
    document = docx.Document(str(out))
    whole = "\n".join(text for text, _, _ in runs(document))
    for typed in (NAME, BORROWER, "**a** [[b]].csv"):
        assert typed in whole
    marked = [text for text, style, _ in runs(document) if style == paper.PLACEHOLDER]
    assert not [text for text in marked if "Approved" in text or "write here" in text]


@given(st.text(alphabet=st.sampled_from("*[]ab \x07\u202e$"), max_size=30))
def test_any_typed_text_is_one_run(text: str) -> None:
    document = docx.Document()
    page = paper.Paper(document)
    made = page.text(paper.typed(text))
    assert made.text == paper.seen(text)
    assert len(made.runs) <= 1
    assert not page.placeholders


# Pictures ----------------------------------------------------------------------------------------

DRAWN = """
    import hashlib
    from bankable.templates.memo import pictures
    png = pictures.dscr_paths([1, 2, 3], [("a $x$ b", [1.2, None, 1.5])], 1.3, 1.1)
    print(hashlib.sha256(png).hexdigest())
"""


def drawn(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(DRAWN)],
        cwd=folder,
        env=os.environ | {"MPLCONFIGDIR": str(folder / "own")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_pictures_take_no_settings_from_the_current_folder(tmp_path: Path) -> None:
    """Such a file sets fonts and sizes, and has LaTeX started."""
    plain, odd = tmp_path / "plain", tmp_path / "odd"
    for folder in (plain, odd):
        (folder / "own").mkdir(parents=True)
    for place in (odd / "matplotlibrc", odd / "own" / "matplotlibrc"):
        place.write_text(
            "text.usetex: True\nlines.linewidth: 9\naxes.facecolor: red\nsavefig.pad_inches: 2\n"
        )
    assert drawn(plain) == drawn(odd)


# Templates ---------------------------------------------------------------------------------------


def template_without(folder: Path, *names: str) -> Path:
    """A Word document without some of its styles, as other programs write it."""
    document = docx.Document()
    for name in names:
        element = document.styles[name].element
        element.getparent().remove(element)
    document.save(str(folder / "bank.docx"))
    return folder / "bank.docx"


@pytest.mark.parametrize(
    "names",
    [("Table Grid",), ("Table Grid", "Caption", "List Bullet", "Title", "Heading 1"), ("Normal",)],
)
def test_a_template_without_the_styles_of_word(
    tied: tied_out.Filled, tmp_path: Path, names: tuple[str, ...]
) -> None:
    document = memo_write.opened(str(template_without(tmp_path, *names)), None)
    data, _, _ = memo_write.compose(document, tied, 1)
    made = docx.Document(io.BytesIO(data))
    assert {*names, "Table Grid"} <= {style.name for style in made.styles}
    assert "Table Grid" in {table.style.name for table in made.tables}


def test_a_style_of_another_kind_is_told(tmp_path: Path) -> None:
    document = docx.Document()
    document.styles.add_style("Placeholder", WD_STYLE_TYPE.PARAGRAPH)
    document.save(str(tmp_path / "bank.docx"))
    with pytest.raises(
        Refusal, match=r"bank\.docx has a style Placeholder that is of another kind"
    ):
        memo_write.opened(str(tmp_path / "bank.docx"), None)


def test_a_template_without_a_page_is_told(tmp_path: Path) -> None:
    document = docx.Document()
    for section in document.element.body.findall(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}sectPr"
    ):
        document.element.body.remove(section)
    document.save(str(tmp_path / "bank.docx"))
    with pytest.raises(Refusal, match="that can serve as template"):
        memo_write.opened(str(tmp_path / "bank.docx"), None)
