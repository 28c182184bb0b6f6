"""Packages as other programs and attackers write them: opened by their relations or refused in a
sentence, by every command, in a time that grows with their length.
"""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bankable.addin import cli
from bankable.templates.engine import workbook_file
from bankable.templates.engine.recalculate import recalculate
from bankable.templates.refusal import Refusal
from tests.templates import packages

COMMANDS = ("calc", "audit", "compare", "memo", "trace", "rebind")
BOOKS_ONLY = {"trace": ["S!A1"], "rebind": ["--to", "web", "--force"]}


def run(command: str, path: Path) -> int:
    return cli.main([command, str(path), *BOOKS_ONLY.get(command, [])])


def strict() -> dict[str, str]:
    return packages.parts(
        main=f"{packages.STRICT}/spreadsheetml/main",
        office=f"{packages.STRICT}/officeDocument/relationships",
    )


def decoy() -> dict[str, str]:
    """Two workbooks in one file: the relation leads to the one, its name to the other."""
    other = packages.parts("<row r='1'><c r='A1'><v>999</v></c></row>", book="xl2/book.xml")
    first = packages.parts()
    both = packages.types(
        ("xl/workbook.xml", "sheet.main"),
        ("xl2/book.xml", "sheet.main"),
        ("xl/worksheets/sheet1.xml", "worksheet"),
    )
    return {**first, "xl2/book.xml": other["xl2/book.xml"]} | {
        "[Content_Types].xml": both,
        "_rels/.rels": other["_rels/.rels"],
        "xl2/_rels/book.xml.rels": other["xl2/_rels/book.xml.rels"],
    }


def unlisted() -> dict[str, str]:
    """A sheet that no list of sheets names."""
    held = packages.parts()
    held["xl/worksheets/sheet2.xml"] = packages.sheet()
    held["[Content_Types].xml"] = packages.types(
        ("xl/workbook.xml", "sheet.main"),
        ("xl/worksheets/sheet1.xml", "worksheet"),
        ("xl/worksheets/sheet2.xml", "worksheet"),
    )
    return held


def changed(part: str, old: str, new: str) -> dict[str, str]:
    held = packages.parts()
    assert old in held[part]
    return {**held, part: held[part].replace(old, new)}


SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
REFUSED: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "Strict Open XML": (strict, "Strict Open XML Spreadsheet"),
    "a Strict sheet in a plain book": (
        lambda: changed(SHEET, packages.MAIN, f"{packages.STRICT}/spreadsheetml/main"),
        "Strict Open XML Spreadsheet",
    ),
    "two workbooks": (decoy, "programs would show different books"),
    "a sheet that is not listed": (unlisted, "its list of sheets does not name"),
    "a sheet listed twice": (
        lambda: changed(BOOK, "</sheets>", '<sheet name="T" sheetId="2" r:id="rId1"/></sheets>'),
        "lists a sheet twice",
    ),
    "no sheet": (
        lambda: changed(BOOK, '<sheet name="S" sheetId="1" r:id="rId1"/>', ""),
        "no worksheet",
    ),
    "a sheet outside the file": (
        lambda: changed("xl/_rels/workbook.xml.rels", "/xl/worksheets/", "../../../etc/"),
        "which is not in the file",
    ),
    "a sheet at an address": (
        lambda: {
            **packages.parts(),
            "xl/_rels/workbook.xml.rels": packages.relations(
                ("worksheet", "file:///s.xml"), more=' TargetMode="External"'
            ),
        },
        "which is not in the file",
    ),
    "a comment with cells in it": (
        lambda: changed(SHEET, "</worksheet>", f"<!--{'<c>' * 60_000}--></worksheet>"),
        "a comment with markup",
    ),
    "a comment among cells": (
        lambda: changed(SHEET, "<v>2</v>", "<v>2<!-- 5 -->1</v>"),
        "a comment among cells",
    ),
    "a CDATA section": (
        lambda: changed(SHEET, "<v>2</v>", "<v><![CDATA[2]]></v>"),
        "a CDATA section",
    ),
    "cells of another kind": (
        lambda: changed(SHEET, "</row>", '<z:c xmlns:z="urn:z" r="A1"><z:v>7</z:v></z:c></row>'),
        "programs read differently",
    ),
    "two tables of cells": (
        lambda: changed(SHEET, "</sheetData>", "</sheetData><sheetData/>"),
        "programs read differently",
    ),
    "all cells merged": (
        lambda: packages.parts(after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "merges or links more than",
    ),
    "a link over all cells": (
        lambda: packages.parts(
            after='<hyperlinks><hyperlink ref="A1:XFD1048576" location="S!A1"/></hyperlinks>'
        ),
        "merges or links more than",
    ),
    "a formula longer than Excel takes": (
        lambda: changed(SHEET, "A1*3", "A1" + "+A1" * 3_000),
        "has a formula of 9,002 characters",
    ),
    "a formula of a thousand levels": (
        lambda: changed(SHEET, "A1*3", "(" * 1_000 + "1" + ")" * 1_000),
        "nested more than 256 levels",
    ),
    "a long formula shared by many cells": (
        lambda: packages.parts(
            f'<row r="1"><c r="A1"><f t="shared" ref="A1:A3000" si="0">A1{"+A1" * 1_500}</f></c>'
            "</row>"
            + "".join(
                f'<row r="{i}"><c r="A{i}"><f t="shared" si="0"/></c></row>'
                for i in range(2, 3_001)
            )
        ),
        "shares a formula of 4,502 characters",
    ),
    "a document type": (
        lambda: changed(SHEET, "<worksheet", '<!DOCTYPE w [<!ENTITY a "b">]><worksheet'),
        "a document type",
    ),
    "broken XML": (lambda: changed(SHEET, "</sheetData>", ""), "damaged"),
    "another encoding": (
        lambda: {
            k: f'<?xml version="1.0" encoding="latin1"?>{v}' if k == SHEET else v
            for k, v in packages.parts().items()
        },
        "the encoding latin1",
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", REFUSED)
def test_a_package_that_programs_would_read_differently_is_refused(
    what: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = REFUSED[what]
    path = packages.write(tmp_path / "book.xlsx", make())
    before = path.read_bytes()
    start = time.perf_counter()
    code = run(command, path)
    assert time.perf_counter() - start < 10
    out = capsys.readouterr()
    assert code == (2 if command == "audit" else 1)
    assert said in out.err, out.err
    assert out.err.count("\n") == 1
    assert out.out == ""
    assert path.read_bytes() == before


def test_a_part_in_another_encoding_than_it_says(tmp_path: Path) -> None:
    held: dict[str, str | bytes] = dict(packages.parts())
    held[SHEET] = str(held[SHEET]).encode("utf-16")
    with pytest.raises(Refusal, match="not written in UTF-8"):
        recalculate(packages.write(tmp_path / "book.xlsx", held))


@pytest.mark.parametrize(
    ("book", "place"),
    [
        ("xl/workbook2.xml", "xl/worksheets/sheet.xml"),
        ("workbook.xml", "sheets/one.xml"),
    ],
)
def test_parts_of_other_names_are_found_by_their_relations(
    book: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = packages.parts(book=book, place=place)
    path = packages.write(tmp_path / "book.xlsx", held)
    assert recalculate(path, {"S!A1": 5.0}).values["S!B1"] == 15
    out = tmp_path / "out.xlsx"
    assert cli.main(["calc", str(path), "--set", "S!A1=5", "-o", str(out)]) == 0
    assert recalculate(out).values["S!B1"] == 15
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out) as new:
        assert old.namelist() == new.namelist()
    capsys.readouterr()
    assert cli.main(["audit", str(path)]) == 0
    assert "1 sheets, 2 cells, 1 formulas" in capsys.readouterr().out


def test_words_that_only_look_like_markup_are_read(tmp_path: Path) -> None:
    """An attribute with >, tags with spaces, a comment above the sheet: all of it is sound XML."""
    cells = (
        "<row r='1' ><c r='A1' ><v >2</v ></c ><c cm='>' r=\"B1\"><f  ca='1'>A1*3</f ><v>6</v></c>"
        "<c r='C1' t='inlineStr'><is><t>a &lt;c&gt; xmlns b</t></is></c><c r='D1'/></row >"
    )
    held = packages.parts(cells)
    held[SHEET] = f'<?xml version="1.0"?><!-- made by a program -->{held[SHEET]}'
    done = recalculate(packages.write(tmp_path / "book.xlsx", held), {"S!A1": 5.0})
    assert done.values["S!B1"] == 15
    assert done.values["S!C1"] == "a <c> xmlns b"


def test_a_prefixed_sheet_is_read(tmp_path: Path) -> None:
    held = packages.parts()
    text = held[SHEET].replace("xmlns=", "xmlns:x=")
    held[SHEET] = text.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    done = recalculate(packages.write(tmp_path / "book.xlsx", held), {"S!A1": 5.0})
    assert done.values["S!B1"] == 15


@pytest.mark.parametrize("where", ["A1", "XFD1048576"])
def test_a_cell_that_stands_twice_or_far_out(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "".join(ch for ch in where if ch.isdigit())
    more = f'<row r="{row}"><c r="{where}"><v>7</v></c></row>'
    path = packages.write(tmp_path / "book.xlsx", packages.parts(packages.CELLS + more))
    start = time.perf_counter()
    if where == "A1":
        assert run("calc", path) == 1
        assert "S!A1, stands in the file twice" in capsys.readouterr().err
    else:
        assert run("calc", path) == run("audit", path) == 0
        for command in ("compare", "memo", "trace"):
            capsys.readouterr()
            assert run(command, path) == 1
            assert "reaches to XFD1048576" in capsys.readouterr().err
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("marks", ["<c ", "<f ", "<v>", '<c r="A1">', "<row>", "<x:c ", "<c><f>"])
def test_time_grows_no_faster_than_length(marks: str) -> None:
    """Whatever is repeated, in a comment, as text or as cells: twice the length takes no more than
    some three times as long.
    """

    def seconds(count: int) -> float:
        took = []
        for held in (
            packages.parts(after=f"<!--{marks * count}-->"),
            packages.parts(f"<row><c r='A1' t='str'><v>{_escaped(marks) * count}</v></c></row>"),
            packages.parts(marks * count),
        ):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as package:
                for name, data in held.items():
                    package.writestr(name, data)
            start = time.perf_counter()
            with contextlib.suppress(Refusal):
                recalculate_bytes(out.getvalue())
            took.append(time.perf_counter() - start)
        return max(took)

    seconds(100)
    assert seconds(40_000) < 3.5 * max(0.1, seconds(20_000))


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def recalculate_bytes(data: bytes) -> None:
    recalculate(workbook_file.open_file(data, "book.xlsx"))


# Anything at all -------------------------------------------------------------------------------

WORDS = (
    *(
        "<",
        ">",
        "/",
        '"',
        "'",
        "=",
        "&",
        "&lt;",
        "&#0;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x ?>",
    ),
    *("<c ", "<c>", "</c>", "<f>", "</f>", "<v>", "</v>", "<row>", "</row>", "</sheetData>"),
    *('r="A1"', 'r="XFD1048576"', 't="s"', 't="d"', 't="e"', 't="array"', 'ref="A1:B2"', 'si="0"'),
    *("A1", "A:A", "1:1048576", "SUM(", ")", "1E999", "-1", "2024-03-31", "#REF!", "xmlns:z='u'"),
    *("date1904='1'", "fullPrecision='0'", "<mergeCell ref='A1:C9'/>", "\u00e9", "\U0001f600", ""),
)


def spoiled(seed: int) -> bytes:
    """A small workbook in which some parts are cut, doubled, mixed or sprinkled with markup."""
    draw = random.Random(seed)
    held: dict[str, bytes] = {name: text.encode() for name, text in packages.parts().items()}
    for _ in range(draw.randint(1, 4)):
        part = draw.choice(list(held))
        data = held[part]
        at = draw.randrange(len(data) + 1)
        kind = draw.randrange(6)
        if kind < 3:
            word = draw.choice(WORDS).encode() * draw.choice((1, 1, 2, 50))
            held[part] = data[:at] + word + data[at + draw.choice((0, 0, 1, 5, 40)) :]
        elif kind == 3:
            held[part] = data[:at]
        elif kind == 4:
            held[draw.choice(("xl/more.xml", "XL/workbook.xml", "a/../b.xml", part))] = data
        else:
            held.pop(part)
            if not held:
                break
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in held.items():
            package.writestr(name, data)
    data = bytearray(out.getvalue())
    for _ in range(draw.choice((0, 0, 0, 3))):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def answers(data: bytes, folder: Path) -> None:
    """An answer or one sentence from every reader, in bounded time."""
    path = folder / "book.xlsx"
    path.write_bytes(data)
    start = time.perf_counter()
    for command in ("calc", "audit", "compare", "trace"):
        code = run(command, path)
        assert code in (0, 1, 2), f"{command} ended with {code}"
    assert time.perf_counter() - start < 20


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**40))
def test_any_package_gives_an_answer_or_a_sentence(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(spoiled(seed), tmp_path)
    assert "should not have happened" not in capsys.readouterr().err


@pytest.mark.exhaustive
@settings(
    max_examples=4_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**40))
def test_a_great_many_packages_give_an_answer_or_a_sentence(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(spoiled(seed), tmp_path)
    assert "should not have happened" not in capsys.readouterr().err
