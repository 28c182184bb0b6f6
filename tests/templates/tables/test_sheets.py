"""Tables in workbooks and parquet files: errors, formulas without a value, dates and logicals are
named, and a file made to burst is not opened.
"""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from bankable.templates.refusal import Refusal
from bankable.templates.tables import read_table, sheet
from bankable.templates.tables.table import Table
from tests.templates.tables.conftest import WANTED, told

Book = Callable[..., Table]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A function that reads the table that a workbook with given rows holds."""

    def put_and_read(*rows: list[Any], change: Callable[[Any], None] = lambda book: None) -> Table:
        made = openpyxl.Workbook()
        made.active.title = "Deals"
        for row in rows:
            made.active.append(row)
        change(made)
        made.save(tmp_path / "book.xlsx")
        return read_table.read(tmp_path / "book.xlsx", WANTED)

    return put_and_read


HEAD = ["name", "group", "capex", "rate"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("#REF!", "capex holds the error #REF!: mend that cell first."),
        ("=0.5+0.2", "capex holds a formula without a saved value: calculate and save"),
        (dt.date(2024, 3, 31), "capex holds a date or time (2024-03-31"),
        (dt.time(3, 31), "capex holds a date or time"),
        (True, "capex is TRUE, a logical value"),
        ("tbd", "capex is 'tbd', not a number."),
        ("2.400", "which may mean 2400 or 2.4"),
    ],
)
def test_a_cell_that_is_no_amount_is_named_and_its_row_alone(
    book: Book, cell: Any, said: str
) -> None:
    table = book(HEAD, ["A", "g", 10, 0.5], ["B", "g", cell, 0.5], ["C", "g", 30, 0.25])
    assert set(told(table)) == {(3, "capex")}
    assert said in told(table)[3, "capex"]
    assert table.amounts["capex"][[0, 2]].tolist() == [10, 30]


def test_names_as_they_are_shown(book: Book) -> None:
    def padded(made: Any) -> None:
        made.active["B2"].number_format = "0000"

    table = book(
        HEAD,
        ["A", 97, 1, 1],
        [101, 7.5, 1, 1],
        ["007", True, 1, 1],
        ["D", None, 1, 1],
        change=padded,
    )
    assert table.texts["name"].tolist() == ["A", "101", "007", "D"]
    assert table.texts["group"].tolist() == ["0097", "7.5", "TRUE", ""]


def test_a_name_that_is_a_date_or_an_error_is_named(book: Book) -> None:
    table = book(HEAD, [dt.date(2026, 3, 1), "g", 1, 1], ["B", "#N/A", 1, 1], ["C", "=A1", 1, 1])
    assert set(told(table)) == {(2, "name"), (3, "group"), (4, "group")}


def test_the_sheet_and_the_row_are_said(book: Book) -> None:
    def more(made: Any) -> None:
        made.create_sheet("Old").append(HEAD)
        made.create_sheet("Notes", 0).append(["Read me"])
        made.create_sheet("Hidden", 0).append(HEAD)
        made["Hidden"].sheet_state = "hidden"

    table = book(["Loans of Q3"], [], HEAD, ["A", "g", 10, 0.5], [], ["B", "g", 1, 1], change=more)
    assert table.rows.tolist() == [4, 6]
    assert "sheet Deals, heading in row 3" in table.notes[0]
    assert "not read" in table.notes[0]
    assert "Old" in table.notes[0]


def test_a_table_on_a_hidden_sheet_alone_is_refused(book: Book) -> None:
    def hide(made: Any) -> None:
        made.create_sheet("Cover")
        made["Deals"].sheet_state = "hidden"

    with pytest.raises(Refusal, match="hidden sheet Deals"):
        book(HEAD, ["A", "g", 1, 1], change=hide)


def test_an_empty_text_that_a_formula_gave_is_a_blank(tmp_path: Path) -> None:
    """Excel keeps =IF(TRUE,"",1) as a text without characters, and a formula never calculated
    without any value.
    """
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    made.active.append(["A", "g", '=IF(TRUE,"",1)', "=1/2"])
    made.save(tmp_path / "old.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "old.xlsx") as old,
        zipfile.ZipFile(tmp_path / "book.xlsx", "w") as new,
    ):
        for part in old.namelist():
            data = old.read(part).replace(b'<c r="C2"><f>', b'<c r="C2" t="str"><f>')
            new.writestr(part, data.replace(b'fullCalcOnLoad="1"', b""))
    table = read_table.read(tmp_path / "book.xlsx", WANTED)
    assert set(told(table)) == {(2, "rate")}
    assert np.isnan(table.amounts["capex"][0])


def test_zeros_that_a_program_saved_for_formulas_are_no_values(tmp_path: Path) -> None:
    """XlsxWriter, and pandas with it, saves 0 beside each formula and asks for a calculation."""
    frame = pd.DataFrame([["A", "=1+1", 0.5], ["B", 7, 0.5]], columns=["name", "capex", "rate"])
    frame.to_excel(tmp_path / "book.xlsx", index=False, engine="xlsxwriter")
    table = read_table.read(tmp_path / "book.xlsx", WANTED)
    assert set(told(table)) == {(2, "capex")}
    assert table.amounts["capex"][1] == 7


def package(path: Path, cells: bytes, **parts: bytes) -> Path:
    """A workbook whose only sheet is given as XML."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kinds = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = b"http://schemas.openxmlformats.org/package/2006/relationships"
    types = b"http://schemas.openxmlformats.org/package/2006/content-types"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml"
    content = {
        "[Content_Types].xml": b'<Types xmlns="%s"><Default Extension="rels" ContentType='
        b'"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
        b'"/xl/workbook.xml" ContentType="%s.sheet.main+xml"/><Override PartName='
        b'"/xl/worksheets/sheet1.xml" ContentType="%s.worksheet+xml"/></Types>'
        % (types, kind, kind),
        "_rels/.rels": b'<Relationships xmlns="%s"><Relationship Id="a" Type="%s/officeDocument" '
        b'Target="xl/workbook.xml"/></Relationships>' % (links, kinds),
        "xl/workbook.xml": b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" '
        b'r:id="a"/></sheets></workbook>' % (main, kinds),
        "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="%s"><Relationship Id="a" Type='
        b'"%s/worksheet" Target="worksheets/sheet1.xml"/></Relationships>' % (links, kinds),
        "xl/worksheets/sheet1.xml": b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
        % (main, cells),
        **{name.replace("__", "/"): data for name, data in parts.items()},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in content.items():
            made.writestr(name, data)
    return path


def line(row: int, *texts: str) -> bytes:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{row}">{cells}</row>'.encode()


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
ROWS = line(1, "name", "group", "capex", "rate") + line(2, "A", "g", "7", "0.5")


def test_a_cell_far_away_costs_neither_memory_nor_time(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(Refusal, match="none of its first 60 rows is a heading"):
        read_table.read(package(tmp_path / "far.xlsx", FAR), WANTED)
    table = read_table.read(package(tmp_path / "book.xlsx", ROWS + FAR), WANTED)
    assert table.rows.tolist() == [2]
    assert table.amounts["capex"].tolist() == [7]
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>',
        b'<row r="2"><c r="ZZZZZ2"><v>1</v></c></row>',
        b'<row r="x"/>',
        b'<row r="2"><c r="C2" t="s"><v>99</v></c></row>',
        b'<row r="2"><c r="C2" t="d"><v>soon</v></c></row>',
        b"<row><c><v>1</v></c>",
        b"<dimension ref='A1:XFD1048576'/>",
    ],
)
def test_xml_that_no_program_writes_is_an_answer_or_a_sentence(
    tmp_path: Path, cells: bytes
) -> None:
    start = time.monotonic()
    size, sentence = 0, "odd.xlsx"
    try:
        size = read_table.read(package(tmp_path / "odd.xlsx", ROWS + cells), WANTED).size
    except Refusal as refusal:
        sentence = refusal.sentence
    assert size <= 2
    assert "odd.xlsx" in sentence
    assert time.monotonic() - start < 20


def test_a_file_made_to_burst_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "LONGEST_ROW", 2**21)
    wide = b'<row r="3">' + b"<c/>" * 2**20 + b"</row>"
    with pytest.raises(Refusal, match="a row that no spreadsheet program writes"):
        read_table.read(package(tmp_path / "wide.xlsx", ROWS + wide), WANTED)
    monkeypatch.setattr(sheet, "LARGEST_SHEET", 2**20)
    with pytest.raises(Refusal, match="unpacks to more than it may"):
        read_table.read(package(tmp_path / "deep.xlsx", ROWS + line(3, "x") * 2**15), WANTED)
    entity = {"xl__sharedStrings.xml": b'<!DOCTYPE s [<!ENTITY a "aa">]><sst>&a;</sst>'}
    with pytest.raises(Refusal, match="document type"):
        read_table.read(package(tmp_path / "entity.xlsx", ROWS, **entity), WANTED)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,capex\nA,1\n", "is not a sound .xlsx file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected by a password, or is an old .xls"),
        (b"PK\x03\x04 and no more", "is not a sound .xlsx file"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)
    with pytest.raises(Refusal) as refusal:
        read_table.read(tmp_path / "book.xlsx", WANTED)
    assert said in str(refusal.value)


def test_parquet_keeps_texts_and_names_what_is_no_amount(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(
        {
            "name": ["007", "7", "C"],
            "capex": [True, False, True],
            "rate": [0.5, float("nan"), float("inf")],
            "price": pd.to_datetime(["2024-03-31"] * 3),
        }
    ).set_index("name")
    frame.to_parquet(tmp_path / "book.parquet")
    table = read_table.read(tmp_path / "book.parquet", WANTED)
    assert table.texts["name"].tolist() == ["007", "7", "C"]
    assert np.array_equal(table.amounts["rate"], [0.5, np.nan, np.inf], equal_nan=True)
    assert len(table.faults) == 6
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(Refusal, match="not a sound"):
        read_table.read(tmp_path / "bad.parquet", WANTED)


def test_parquet_of_more_rows_than_memory_holds_is_refused(tmp_path: Path) -> None:
    """A column of one value repeated takes a few bytes a million."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    column = pa.array(np.zeros(2**22))
    table = pa.table({"name": pa.array(["A"] * 2**22).dictionary_encode(), "capex": column})
    with pq.ParquetWriter(tmp_path / "many.parquet", table.schema) as writer:
        for _ in range(30):
            writer.write_table(table)
    with pytest.raises(Refusal, match="more than 200,000,000 cells"):
        read_table.read(tmp_path / "many.parquet", WANTED)
