"""How a workbook names our functions, rewritten one way and the other, and nothing else changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bankable.templates.engine.function_names import rebind
from bankable.templates.engine.opened_file import open_package
from bankable.templates.engine.workbook_file import open_file
from tests.doors import excel_saved

CALL = re.compile(r"(?:HAZARD_FROM_PD|SURVIVAL|OFFTAKE_NPV)\s*\(")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return excel_saved.write(tmp_path / "saved by Excel.xlsx")


def test_plain_is_without_any_trace_of_the_saver(saved: Path) -> None:
    done = rebind(saved.read_bytes(), "plain")
    parts = excel_saved.parts(done.data)
    assert done.calls == 10
    assert not any("bankable.xlam" in text for text in parts.values())
    sheet = parts["xl/worksheets/sheet1.xml"]
    for piece in (
        "<f>HAZARD_FROM_PD(A1)</f><v>2.0202707317519466E-2</v>",
        '<f t="array" ref="A3:A6">SURVIVAL(A2,A1,,1)</f>',
        '<f t="shared" ref="C3:C5" si="0">HAZARD_FROM_PD(A3/2)</f>',
        "<formula>HAZARD_FROM_PD($A$1)&gt;0.5</formula>",
        'val="HAZARD_FROM_PD($A$1)"',
        "<formula1>HAZARD_FROM_PD(A1)&lt;1</formula1>",
        '<c r="A9"><f>HAZARD_FROM_PD(A1)</f>',
        # a text in quotes is no call; spaces stay
        '"[1]!SURVIVAL("&amp;HAZARD_FROM_PD(A1)&amp;")",HAZARD_FROM_PD( A1 ))',
    ):
        assert piece in sheet
    assert ">OFFTAKE_NPV(0.07,15,100,1,0.02)</definedName>" in parts["xl/workbook.xml"]


def test_the_other_link_stays_and_its_number_follows(saved: Path) -> None:
    before, after = (
        excel_saved.parts(saved),
        excel_saved.parts(rebind(saved.read_bytes(), "plain").data),
    )
    gone = {"xl/externalLinks/externalLink1.xml", "xl/externalLinks/_rels/externalLink1.xml.rels"}
    assert set(before) - set(after) == gone
    assert "<f>[1]Rates!$B$2+1</f>" in after["xl/worksheets/sheet1.xml"]
    assert "'[1]Old + rates'!$A$1&amp;Tbl[2]</f>" in after["xl/worksheets/sheet1.xml"]
    assert ">[1]Rates!$A$1:$B$9</definedName>" in after["xl/workbook.xml"]
    assert (
        '<externalReferences><externalReference r:id="rId3"/></externalReferences>'
        in after["xl/workbook.xml"]
    )
    assert 'Id="rId2"' not in after["xl/_rels/workbook.xml.rels"]
    assert "externalLink1.xml" not in after["[Content_Types].xml"]
    same = set(after) - {
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }
    assert all(after[name] == before[name] for name in same)


def test_outside_the_formulas_not_a_byte_changes(saved: Path) -> None:
    before, after = (
        excel_saved.parts(saved),
        excel_saved.parts(rebind(saved.read_bytes(), "plain").data),
    )
    formulas = re.compile(r'(<(f|formula|formula1)\b[^>]*>)[^<]*(</\2>)|(val=")[^"]*"')
    for name in ("xl/worksheets/sheet1.xml",):
        assert formulas.sub(r"\1\3", before[name]) == formulas.sub(r"\1\3", after[name])


def test_to_the_web_as_excel_on_the_web_saves_it(saved: Path) -> None:
    parts = excel_saved.parts(rebind(saved.read_bytes(), "web").data)
    assert "<f>_xldudf_BANKABLE_HAZARD_FROM_PD(A1)</f>" in parts["xl/worksheets/sheet1.xml"]
    assert "bankable.xlam" not in "".join(parts.values())


@pytest.mark.parametrize("way", ["web", "desktop"])
def test_there_and_back_is_the_plain_book(way: str, saved: Path) -> None:
    plain = rebind(saved.read_bytes(), "plain").data
    there = rebind(plain, way)
    back = rebind(there.data, "plain")
    assert there.calls == back.calls == 10
    assert excel_saved.parts(back.data) == excel_saved.parts(plain)


def test_to_the_desktop_adds_the_link_after_the_others(saved: Path) -> None:
    plain = rebind(saved.read_bytes(), "plain").data
    done = rebind(plain, "desktop", r"C:\Users\she\My add-ins\bankable.xlam")
    parts = excel_saved.parts(done.data)
    assert "<f>[2]!HAZARD_FROM_PD(A1)</f>" in parts["xl/worksheets/sheet1.xml"]
    assert "<f>[1]Rates!$B$2+1</f>" in parts["xl/worksheets/sheet1.xml"]
    assert (
        r'Target="file:///C:\Users\she\My%20add-ins\bankable.xlam"'
        in parts["xl/externalLinks/_rels/externalLink1.xml.rels"]
    )
    for name in ("HAZARD_FROM_PD", "OFFTAKE_NPV", "SURVIVAL"):
        assert f'<definedName name="{name}"/>' in parts["xl/externalLinks/externalLink1.xml"]


def test_a_book_that_is_as_asked_for_stays_as_it_is(saved: Path) -> None:
    plain = rebind(saved.read_bytes(), "plain").data
    assert excel_saved.parts(rebind(plain, "plain").data) == excel_saved.parts(plain)


def test_the_desktop_form_keeps_the_link_that_is_there(saved: Path) -> None:
    parts = excel_saved.parts(rebind(saved.read_bytes(), "desktop").data)
    assert (
        parts["xl/externalLinks/externalLink1.xml"]
        == excel_saved.PARTS["xl/externalLinks/externalLink1.xml"]
    )
    assert '<c r="A9"><f>[1]!HAZARD_FROM_PD(A1)</f>' in parts["xl/worksheets/sheet1.xml"]


def test_a_function_of_the_same_name_in_another_workbook_is_not_ours(
    saved: Path, tmp_path: Path
) -> None:
    import zipfile

    path = tmp_path / "foreign.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for name, text in excel_saved.parts(saved).items():
            package.writestr(name, text.replace("<f>C1*2</f>", "<f>[2]!SURVIVAL(C1)</f>"))
    assert (
        "<f>[1]!SURVIVAL(C1)</f>"
        in excel_saved.parts(rebind(path.read_bytes(), "plain").data)["xl/worksheets/sheet1.xml"]
    )


def test_every_spelling_is_known() -> None:
    from bankable.templates.engine.formulas import renamed

    ours = frozenset({"DSCR_X"})
    for spelling in (
        "dscr_x",
        "BANKABLE.DSCR_X",
        "_xldudf_BANKABLE_DSCR_X",
        "[7]!_xldudf_BANKABLE_DSCR_X",
        "_xll.DSCR_X",
        "[1]!DSCR_X",
    ):
        new, calls = renamed(f"=1+{spelling} (A1)", "", lambda where: where == "[1]!", ours)
        assert (new.upper(), calls) == ("=1+DSCR_X (A1)", 1), spelling
    for other in (
        "MY_DSCR_X(1)",
        "[2]!DSCR_X(1)",
        "DSCR_XY(1)",
        '"DSCR_X(1)"',
        "Tbl[DSCR_X]",
        "DSCR_X+1",
    ):
        assert renamed(f"={other}", "x.", lambda where: where == "[1]!", ours) == (f"={other}", 0)


@pytest.mark.parametrize("form", ["plain", "web", "desktop"])
def test_the_engine_reads_every_form(form: str, saved: Path, tmp_path: Path) -> None:
    from bankable.templates.engine.recalculate import recalculate

    path = tmp_path / f"{form}.xlsx"
    path.write_bytes(rebind(saved.read_bytes(), form).data)
    done = recalculate(path)
    values = done.values
    assert list(done.held) == ["Deal!A7", "Deal!C7"]
    assert done.held["Deal!A7"] == "reads another workbook"
    assert values["Deal!C1"] == values["Deal!A9"] == pytest.approx(0.0202027073, abs=1e-9)
    assert values["Deal!A6"] == pytest.approx(0.9231163463866358, abs=1e-12)
    assert values["Deal!C4"] == pytest.approx(0.6540, abs=1e-3)
    assert values["Deal!A8"] == pytest.approx(1024.3907556234844, abs=1e-9)


def test_calculating_needs_no_rewriting(saved: Path) -> None:
    opened = open_package(open_file(saved.read_bytes(), saved.name))
    assert opened.formulas["Deal"][0, 2] == "[1]!HAZARD_FROM_PD(A1)"


@pytest.mark.parametrize("book", ["xl/workbook.xml", "xl/book2.xml", "workbook.xml"])
def test_the_link_is_put_where_the_workbook_part_is(book: str, tmp_path: Path) -> None:
    from bankable.templates.engine.recalculate import recalculate
    from tests.templates import packages

    cells = '<row r="1"><c r="A1"><f>SUM(SURVIVAL(2,0,0.5))</f><v>1.5</v></c></row>'
    path = packages.write(tmp_path / "book.xlsx", packages.parts(cells, book=book))
    path.write_bytes(rebind(path.read_bytes(), "desktop").data)
    file = open_file(path.read_bytes(), path.name)
    assert [file.link_target(part) for part in file.links] == ["bankable.xlam"]
    assert all(part in file.parts for part in file.links)
    assert recalculate(path).values["S!A1"] == 1.5
    assert "[1]!SURVIVAL(" in file.text("xl/worksheets/sheet1.xml")
    back = open_file(rebind(path.read_bytes(), "plain").data, path.name)
    assert back.links == []
    assert back.text("xl/worksheets/sheet1.xml") == packages.sheet(cells)
