"""Text tables as the programs of this world write them: the same rows, however they are encoded,
parted and headed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bankable.templates.refusal import Refusal
from bankable.templates.tables import read_table, text_file
from bankable.templates.tables.table import Table
from tests.templates.tables.conftest import WANTED, told

Read = Callable[..., Table]
PLAIN = "name,group,capex,rate\nDépôt,0097,2400.5,0.65\nB,97,10,0.5\n"
COMMA = PLAIN.replace(".", "\0").replace(",", ";").replace("\0", ",")


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("cp1252"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-32"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),
        PLAIN.replace(",", "|").encode(),
        ("sep=,\r\n" + PLAIN.replace("\n", "\r\n")).encode(),
        COMMA.encode("cp1252"),
        ("sep=;\n" + COMMA).encode(),
        COMMA.replace(";", "\t").encode("utf-16"),
        PLAIN.replace("2400.5", '"2,400.5"').encode(),
        COMMA.replace("2400,5", "2.400,5").encode(),
        COMMA.replace("2400,5", "2 400,5").encode(),
        COMMA.replace("2400,5", "2\u202f400,5").encode(),
        COMMA.replace("2400,5", "2'400,5").encode(),
        PLAIN.replace("0.65", "65%").encode(),
        COMMA.replace("0,65", "65,0 %").encode(),
        PLAIN.replace("name,group,capex,rate", '"Name ",GROUP, Capex ,"rate"').encode(),
        PLAIN.replace("\nB", '\n"B"').replace("Dépôt", '"Dépôt"').encode(),
        PLAIN.replace("2400.5", '"2400.5"').replace(",10,", ',"10",').encode(),
        PLAIN.replace(",", ", ").encode(),
    ],
)
def test_the_same_rows_whatever_program_saved_them(read: Read, content: bytes) -> None:
    table = read(content)
    assert table.texts["name"].tolist() == ["Dépôt", "B"]
    assert table.texts["group"].tolist() == ["0097", "97"]
    assert table.amounts["capex"].tolist() == [2400.5, 10]
    assert table.amounts["rate"].tolist() == [0.65, 0.5]
    assert table.rows.tolist() == [2, 3]
    assert not table.faults


def test_names_are_texts_as_typed(read: Read) -> None:
    typed = [
        "0097",
        "97",
        "1E5",
        "1.10",
        "1.1",
        "TRUE",
        "007",
        "7",
        "1e5",
        "+7",
        "0x10",
        "NaN",
        "-",
    ]
    table = read("name,group,capex\n" + "".join(f"{name},{name},1\n" for name in typed))
    assert table.texts["name"].tolist() == typed
    assert table.texts["group"].tolist() == typed
    assert not table.faults


def test_what_excel_writes_to_keep_zeros_is_the_text_meant(read: Read) -> None:
    assert read('name,capex\n"=""0097""",1\n').texts["name"].tolist() == ["0097"]


def test_a_break_in_a_name_is_a_space_and_the_rows_are_counted_as_excel_does(read: Read) -> None:
    table = read('name,capex\n"Two\r\nlines",1\n\nC,x\n')
    assert table.texts["name"].tolist() == ["Two lines", "C"]
    assert table.rows.tolist() == [2, 4]
    assert set(told(table)) == {(4, "capex")}


def test_title_lines_above_the_heading(read: Read) -> None:
    table = read("Book of loans, Q3\n\nDate: 1.10.2026\n" + PLAIN)
    assert table.rows.tolist() == [5, 6]
    assert table.amounts["capex"].tolist() == [2400.5, 10]
    assert any("heading in row 4" in note for note in table.notes)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tbd", "capex is 'tbd', not a number."),
        ("#REF!", "capex holds the error #REF!: mend that cell first."),
        ("#DIV/0!", "the error #DIV/0!"),
        ("TRUE", "capex is TRUE, a logical value"),
        ("2024-03-31", "a date and not a number"),
        ("31.3.24", "a date and not a number"),
        ("31/03/2024", "a date and not a number"),
        ("Mar-24", "a date and not a number"),
        ("=0.5+0.2", "a formula and not its value"),
        ("nan", "not a number"),
        ("1_300", "not a number"),
        ("0x10", "not a number"),
        ("٥", "not a number"),
        ("(120)", "not a number"),
        ("$2400", "not a number"),
        ("65%", "an amount takes no percent sign"),
        ("1" * 60 + "a", "not a number"),
        ('"1,300"', "capex is '1,300', which may mean 1300 or 1.3: write it without"),
        ("1.300,5", "while the other numbers of the table have decimal points"),
        ('"0,95"', "while the other numbers of the table have decimal points"),
        ("1.2.3", "not a number"),
    ],
)
def test_a_cell_that_is_no_amount_is_named_and_its_row_alone(
    read: Read, typed: str, said: str
) -> None:
    typed = f'"{typed}"' if "," in typed and '"' not in typed else typed
    table = read(f"name,capex,rate\nA,10,0.5\nB,{typed},0.5\nC,30.5,0.25\nD,,0.5\n")
    assert set(told(table)) == {(3, "capex")}
    assert said in told(table)[3, "capex"]
    assert table.amounts["capex"][[0, 2]].tolist() == [10, 30.5]
    assert np.isnan(table.amounts["capex"][[1, 3]]).all()


def test_a_word_among_decimal_commas_leaves_the_others_as_they_are(read: Read) -> None:
    with_word = read("name;capex\nA;0,95\nB;tbd\nC;1,5\n")
    assert set(told(with_word)) == {(3, "capex")}
    assert with_word.amounts["capex"][[0, 2]].tolist() == [0.95, 1.5]


@pytest.mark.parametrize("other", ["0,95", "1234567,5", "1,2345"])
def test_a_point_between_three_digits_beside_decimal_commas_is_never_a_decimal_mark(
    read: Read, other: str
) -> None:
    table = read(f"name;capex;price\nA;2.400;{other}\nB;1.866;{other}\nC;10;{other}\n")
    assert table.amounts["capex"].tolist() == [2400, 1866, 10]
    assert any("in capex 2.400 is read as 2400" in note for note in table.notes)
    mixed = read(f"name;capex;price\nA;2.400;{other}\nB;1.866;{other}\nC;10,5;{other}\n")
    assert set(told(mixed)) == {(2, "capex"), (3, "capex")}
    assert "'2.400', which may mean 2400 or 2,4" in told(mixed)[2, "capex"]


@pytest.mark.parametrize("other", ["0.95", "1234567.5", "1.2345", "0.95x", "0.5%"])
def test_a_comma_in_quotes_beside_decimal_points_is_none_either(read: Read, other: str) -> None:
    rate = "rate" if "%" in other else "price"
    text = f'name,capex,{rate}\nA,"2,400",0.95\nB,"1,866",{other}\nC,10,{other}\n'
    assert read(text).amounts["capex"].tolist() == [2400, 1866, 10]
    mixed = read(text.replace(",10,", ",10.5,"))
    assert {row for row, name in told(mixed) if name == "capex"} == {2, 3}


def test_it_is_a_thousands_mark_where_the_file_shows_it_to_be_one(read: Read) -> None:
    table = read("name;capex;price\nA;2.400;0,95\nB;1.866,5;1\nC;1.234.567;1,300\n")
    assert table.amounts["capex"].tolist() == [2400, 1866.5, 1234567]
    assert table.amounts["price"].tolist() == [0.95, 1, 1.3]
    assert any("decimal comma and a point between thousands" in note for note in table.notes)


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_mark_that_could_be_either_is_named(read: Read, mark: str, separator: str) -> None:
    text = f"name;capex;rate\nA;1{mark}300;1\nB;200;2\n".replace(";", separator)
    assert "may mean 1300 or 1" in told(read(text))[2, "capex"]


def test_decimals_that_show_the_mark_settle_the_same_form(read: Read) -> None:
    assert read("name;capex\nA;1.300\nB;0.5\n").amounts["capex"].tolist() == [1.3, 0.5]
    assert read("name;capex\nA;1,300\nB;0,5\n").amounts["capex"].tolist() == [1.3, 0.5]
    assert read("name,capex\nA,1.300\n").amounts["capex"].tolist() == [1.3]


def test_commas_in_quotes_beside_commas(read: Read) -> None:
    table = read('name,capex,rate\nA,"2400,5","0,65"\nB,"10,25","0,5"\n')
    assert table.amounts["capex"].tolist() == [2400.5, 10.25]
    assert table.amounts["rate"].tolist() == [0.65, 0.5]


def test_a_row_with_a_cell_too_many_is_set_aside(read: Read) -> None:
    """Decimal commas without quotation marks shift a row: 0,95 becomes two cells."""
    for extra in ("0,95", "0,95,7,8"):
        table = read(f"name,capex,rate\nA,10,0.5\nB,10,{extra}\nC,30,0.25\n")
        assert set(told(table)) == {(3, "")}
        assert "cells under 3 headings" in told(table)[3, ""]
        assert table.amounts["rate"][[0, 2]].tolist() == [0.5, 0.25]
    assert not read("name,capex,rate\nA,10,0.5,\nB,10,0.5,,\n").faults


def test_a_file_that_is_cut_off_says_so(read: Read) -> None:
    assert "cut off" in told(read("name,capex,rate\nA,10,0.5\nB,10"))[3, "rate"]
    assert not read("name,capex,rate\nA,10,0.5\nB,10,0.5").faults


def test_totals_and_doubles_are_told(read: Read) -> None:
    table = read("no,name,capex\n1,A,10\n2,A,20\n3,Total Energies,5\n,TOTAL:,35\nSum,,35\n")
    assert table.texts["name"].tolist() == ["A", "A", "Total Energies"]
    assert any("totals: rows 5, 6" in note for note in table.notes)
    assert any("'A' stands in rows 2, 3" in note for note in table.notes)


def test_a_heading_twice_is_refused(read: Read) -> None:
    with pytest.raises(Refusal, match="the column capex twice"):
        read("name,capex,Capex\nA,1,2\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"name,capex\nA\x00,1\n", "not a text file"),
        (b"name,capex\nA\x81,1\n", "not a text file"),
        (b"\xff\xfen\x00a\x00\x00\xd8", "not a text file"),
        (b"a,b\n1,2\n", "none of its first 60 rows is a heading"),
        (b"PK\x03\x04rest", "is no text, whatever its name says"),
        (b'name,capex\n"A,1\nB,2\n', "a quotation mark is opened and never closed"),
        (b"name,capex\n" + b"1," * 2**20, "a line longer than 1 MB"),
    ],
)
def test_what_is_no_table_is_refused(read: Read, content: bytes, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(content)
    assert said in str(refusal.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.csv", "there is no file"),
        (tmp_path, "is not a table"),
        (tmp_path / "book.xls", "give .csv, .xlsx or .parquet"),
    ):
        with pytest.raises(Refusal, match=said):
            read_table.read(path, WANTED)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(Refusal, match="is a folder"):
        read_table.read(tmp_path / "folder.csv", WANTED)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text(PLAIN * 50)
    with pytest.raises(Refusal, match="is larger than"):
        text_file.read(path, WANTED, largest=1000)


def test_a_control_character_in_a_name_is_named(read: Read) -> None:
    table = read("name,capex\nbell\x07,1\nSound,2\nturned\u202etxt,3\n")
    assert set(told(table)) == {(2, "name"), (4, "name")}
    assert "U+0007" in told(table)[2, "name"]


@pytest.mark.parametrize("seed", range(5))
def test_line_by_line_is_the_same_as_at_full_speed(
    read: Read, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Two ways through one file: the quick one only where it may be believed."""
    rng = random.Random(seed)
    separator, mark = rng.choice([(",", "."), (";", ","), (";", "."), ("\t", ",")])
    forms = ["{:.2f}", "{:.0f}", "{:.4f}", "{:.3f}", "{:g}"]
    lines = [separator.join(("name", "group", "capex", "rate", "kind"))]
    for i in range(60):
        cells = [rng.choice(forms).format(rng.uniform(-3, 3000)).replace(".", mark)]
        cells.append(rng.choice(["0.5", "", "65%", "tbd", "1e-2"]).replace(".", mark))
        lines.append(separator.join((f"N{i}", "007", *cells, rng.choice(["a", "b", ""]))))
    text = "\n".join(lines) + "\n"
    quick = read(text)
    monkeypatch.setattr(text_file, "read_quickly", lambda *_: None)
    slow = read(text)
    for name in ("capex", "rate"):
        assert np.array_equal(quick.amounts[name], slow.amounts[name], equal_nan=True)
    assert quick.faults == slow.faults
    assert quick.texts["group"].tolist() == slow.texts["group"].tolist()
    assert quick.words["kind"].tolist() == slow.words["kind"].tolist()
