"""Books that were tampered with where no formula shows it: names that lead elsewhere, sheets that
nobody sees, arrays cut short, settings. No memo is written of any.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bankable.templates.comparison import tied_out
from bankable.templates.refusal import Refusal
from bankable.templates.workbook.book import Book, address, area

from . import spoil

Copy = Callable[[], Path]
BOOK = "xl/workbook.xml"


def refused(path: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        tied_out.read(path)
    return refusal.value.sentence


def with_sheet(path: Path, name: str, state: str = "visible", cells: str = "") -> Path:
    """One more sheet in the book."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    part = "xl/worksheets/sheet99.xml"
    inside = f'<row r="1">{cells}</row>'
    spoil.add_part(
        path,
        part,
        f'<worksheet xmlns="{main}"><sheetData>{inside}</sheetData></worksheet>'.encode(),
    )
    spoil.replace_text(
        path,
        "[Content_Types].xml",
        "</Types>",
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>',
    )
    spoil.replace_text(
        path,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        f'<Relationship Id="rId999" Type="{office}/worksheet"'
        ' Target="worksheets/sheet99.xml"/></Relationships>',
    )
    return spoil.replace_text(
        path,
        BOOK,
        "</sheets>",
        f'<sheet name="{name}" sheetId="99" state="{state}" r:id="rId999"/></sheets>',
    )


def with_setting(path: Path, element: str, attribute: str) -> Path:
    """A setting put into the workbook part."""
    with zipfile.ZipFile(path) as package:
        text = package.read(BOOK).decode()
    if f"<{element}" in text:
        return spoil.replace_text(path, BOOK, f"<{element}", f"<{element} {attribute}")
    return spoil.replace_text(path, BOOK, "</workbook>", f"<{element} {attribute}/></workbook>")


def test_a_name_led_to_a_very_hidden_sheet(copy: Copy) -> None:
    path = with_sheet(
        copy(), "Z", "veryHidden", '<c r="A1" t="inlineStr"><is><t>Another borrower</t></is></c>'
    )
    with zipfile.ZipFile(path) as package:
        text = package.read(BOOK).decode()
    told = re.search(r'<definedName name="in_borrower">([^<]+)<', text)
    assert told
    spoil.replace_text(path, BOOK, f'"in_borrower">{told[1]}<', '"in_borrower">Z!$A$1<')
    said = refused(path)
    assert "the sheet Z is none of the model's" in said
    assert "the name in_borrower leads to Z!$A$1, in the model to Inputs!$D$7" in said


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_a_sheet_that_the_model_does_not_have(state: str, copy: Copy) -> None:
    assert "the sheet Extra is none of the model's" in refused(with_sheet(copy(), "Extra", state))


def test_a_sheet_of_notes_is_its_owners(copy: Copy) -> None:
    assert tied_out.read(with_sheet(copy(), "Notes")).cells_tied
    assert "the sheet Notes is hidden" in refused(with_sheet(copy(), "Notes", "hidden"))


@pytest.mark.parametrize("sheet", ["Checks", "Lists"])
def test_a_sheet_of_the_model_that_is_hidden(sheet: str, copy: Copy) -> None:
    path = spoil.replace_text(copy(), BOOK, f'name="{sheet}"', f'name="{sheet}" state="veryHidden"')
    assert f"the sheet {sheet} is hidden" in refused(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ('<definedName name="mine">Inputs!$D$11</definedName>', "the name mine"),
        ('<definedName name="in_capex" localSheetId="1">Lists!$A$1</definedName>', "in_capex"),
        ('<definedName name="IN_CAPEX">Lists!$A$1</definedName>', "in_capex"),
    ],
)
def test_a_name_that_the_model_does_not_have(name: str, said: str, copy: Copy) -> None:
    path = spoil.replace_text(copy(), BOOK, "</definedNames>", f"{name}</definedNames>")
    assert said in refused(path)


def test_an_array_cut_to_its_first_cell(copy: Copy, small_book: Book) -> None:
    """The rest of the block is then typed, and recalculating finds nothing amiss."""
    sheet = small_book["Frontier"]
    block = next(one for one in sheet.blocks if one.rows * one.cols > 1)
    head = address(block.first_row, block.first_col)
    whole = area(block.first_row, block.first_col, block.last_row, block.last_col)
    path = copy()
    part = spoil.part_of(path, "Frontier")
    for cut in (f'ref="{head}"', f'ref="{head}:{head}"'):
        said = refused(spoil.replace_text(path, part, f'ref="{whole}"', cut))
        assert f"Frontier!{head} fills {head} where the model has one formula over {whole}" in said
        path = copy()
    spoil.replace_text(path, part, f'<f t="array" ref="{whole}">', "<f>")
    assert f"Frontier!{head} fills this cell alone where" in refused(path)


@pytest.mark.parametrize(
    ("element", "attribute", "said"),
    [
        ("calcPr", 'fullPrecision="0"', "as they are displayed"),
        ("calcPr", 'calcMode="manual"', "calculates only when it is told to"),
        ("workbookPr", 'date1904="1"', "counts its dates from 1904"),
    ],
)
def test_a_setting_that_shows_other_figures(
    element: str, attribute: str, said: str, copy: Copy
) -> None:
    assert said in refused(with_setting(copy(), element, attribute))


@pytest.mark.parametrize("formula", ["2+0*TODAY()", "2+0*RAND()", "INDIRECT(&quot;D12&quot;)"])
def test_an_input_that_changes_by_itself(formula: str, copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Inputs", "price_1")
    value = small_book["Inputs"].value_of("price_1")
    path = spoil.cell(copy(), "Inputs", where, f"<f>{formula}</f><v>{value}</v>")
    assert f"Inputs!{where} is an input and holds" in refused(path)


def test_a_plain_calculation_in_an_input_is_its_owners(copy: Copy, small_book: Book) -> None:
    where = spoil.spot_of(small_book, "Inputs", "price_1")
    value = small_book["Inputs"].value_of("price_1")
    path = spoil.cell(copy(), "Inputs", where, f"<f>{value}*1</f><v>{value}</v>")
    assert tied_out.read(path).cells_tied


def test_a_formula_among_the_notes(copy: Copy, small_book: Book) -> None:
    path = copy()
    part = spoil.part_of(path, "Inputs")
    far = '<row r="300"><c r="B300"><f>1+1</f><v>2</v></c></row></sheetData>'
    assert "Inputs!B300 holds '=1+1' where the model has nothing" in refused(
        spoil.replace_text(path, part, "</sheetData>", far)
    )
