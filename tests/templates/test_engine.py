"""The embedded engine: its traps dealt with, files calculated without being touched, LibreOffice's
values met.
"""

import datetime as dt
import zipfile

import pytest

from bankable.templates.engine import calculation
from bankable.templates.engine.formulas import OMITTED_TEXT, prepare
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book
from bankable.udfs import registry
from bankable.udfs.cells import CellError
from tests.templates.small_book import FORMULAS, small_book


def sheet_of(*formulas: str) -> list:
    """The values of formulas down column C, beside 1.0, blank and "n/a" in A1:A3."""
    book = Book(dt.datetime(2026, 1, 1), "t")
    sheet = book.sheet("A sheet")
    sheet.put(0, 0, 1.0)
    sheet.put(2, 0, "n/a")
    for i, formula in enumerate(formulas):
        sheet.put(i, 2, formula)
    calculation.calculate(book)
    return [sheet.value(i, 2) for i in range(len(formulas))]


@pytest.mark.parametrize(
    ("written", "ready"),
    [
        ("=SURVIVAL(4,,0.85)", '=SURVIVAL(4,"~",0.85)'),
        ("=SURVIVAL(4, ,0.85,)", '=SURVIVAL(4, "~",0.85,"~")'),
        ("=SURVIVAL()", "=SURVIVAL()"),
        (
            '=IF(A1="x,,(",SURVIVAL(4,,IF(B1,,2)),"a""b,,")',
            '=IF(A1="x,,(",SURVIVAL(4,"~",IF(B1,,2)),"a""b,,")',
        ),
        (
            "=SUM(SURVIVAL(SUM(1,2),({1,2;3,4}),,'a,,('!B1))",
            "=SUM(SURVIVAL(SUM(1,2),({1,2;3,4}),\"~\",'a,,('!B1))",
        ),
        ("=[1]!SURVIVAL(4)+1", "=SURVIVAL(4)+1"),
        (r"='C:\Users\a b\bankable.xlam'!survival(4,,1)", '=SURVIVAL(4,"~",1)'),
        ("=BANKABLE.SURVIVAL(4)+_xll.SURVIVAL(4)", "=SURVIVAL(4)+SURVIVAL(4)"),
        ("=MY_SURVIVAL(4,,1)", "=MY_SURVIVAL(4,,1)"),
        ("=SUMPRODUCT(ABS(A1:A3))+ABS(A1)", "=SUMPRODUCT(EACH.ABS(A1:A3))+ABS(A1)"),
    ],
)
def test_formulas_made_ready(written, ready):
    assert prepare(written, frozenset({"SURVIVAL"})).replace(OMITTED_TEXT, "~") == ready


def test_left_out_arguments_take_their_defaults():
    in_the_middle, trailing, zero = sheet_of(
        "=SUM(SURVIVAL(4,,,0))", "=SUM(SURVIVAL(4,0,0.5,))", "=SUM(SURVIVAL(4,0,0.5,0))"
    )
    assert in_the_middle == 4
    assert trailing == pytest.approx(1 + 0.5 + 0.25 + 0.125)
    assert zero == pytest.approx(0.5 + 0.25 + 0.125 + 0.0625)


def test_what_a_function_receives(monkeypatch):
    got = []

    class Probe:
        name = "PROBE"

        def from_cells(self, args):
            got.append(args)
            return None

    monkeypatch.setitem(registry.FUNCTIONS, "PROBE", Probe())
    answers = sheet_of("=PROBE(A1:A3,A2,A1:A1)", "=PROBE(1/0,,DATE(2026,1,2),TRUE)")
    assert answers == ["", ""]
    got.sort(key=len)
    assert got[0] == [[[1.0], [None], ["n/a"]], None, 1.0]
    assert got[1][0].code == "#DIV/0!"
    assert got[1][1:] == [registry.OMITTED, 46024.0, True]


def test_errors_keep_their_code_and_sentence():
    mine, carried, native = sheet_of("=SURVIVAL(0)", "=C1+1", "=1/0")
    assert isinstance(mine, CellError)
    assert (mine.code, native.code, carried.code) == ("#NUM!", "#DIV/0!", "#NUM!")
    assert "periods" in mine.sentence


def test_blocks_fill_their_range_as_a_spreadsheet_does():
    book = Book(dt.datetime(2026, 1, 1), "t")
    sheet = book.sheet("S")
    sheet.array(0, 0, 3, 1, "=SURVIVAL(2,0,0.5)")  # too short: #N/A
    sheet.array(0, 1, 1, 1, "=SURVIVAL(2,0,0.5)")  # too long: cut
    sheet.array(0, 2, 2, 2, "=5")  # one value: repeated
    sheet.array(0, 4, 2, 1, "=SURVIVAL(0)")  # an error: in every cell
    sheet.put(5, 0, "=SUM(C1:D2)+A2")
    calculation.calculate(book)
    assert [sheet.value(i, 0) for i in range(2)] == [1.0, 0.5]
    assert sheet.value(2, 0).code == "#N/A"
    assert sheet.value(0, 1) == 1.0
    assert [sheet.value(i, j) for i in (0, 1) for j in (2, 3)] == [5.0] * 4
    assert [sheet.value(i, 4).code for i in (0, 1)] == ["#NUM!"] * 2
    assert sheet.value(5, 0) == 20.5


def test_a_formula_that_cannot_be_read_is_named():
    with pytest.raises(Refusal, match=r"'A sheet'!C1.*=SUM\(1"):
        sheet_of("=SUM(1,,")


def test_a_loop_is_named():
    with pytest.raises(Refusal, match=r"'A sheet'!C1.*hangs on its own result"):
        sheet_of("=C2+1", "=C1")


def test_file_equals_book_and_takes_changes(tmp_path):
    book = calculation.calculate(small_book())
    path = write.write(book, tmp_path / "small.xlsx")
    before = path.read_bytes()
    same = calculation.calculate_file(path)
    for sheet in book:
        for (row, col), cell in sheet.cells.items():
            value = same.sheets[sheet.name].get((row, col))
            if isinstance(cell.value, CellError):
                assert isinstance(value, CellError)
                assert value.code == cell.value.code
            else:
                assert value == cell.value or (value is None and cell.value is None)
    changed = calculation.calculate_file(path, {"base_rate": 0.10, "Data centre!G10": 7.0})
    assert changed["'Data centre'!$H$7"] == pytest.approx(101)
    assert changed["base_rate"] == 0.10
    assert changed["Data centre!H13"] == pytest.approx(0.9)  # inside the block
    assert path.read_bytes() == before
    with pytest.raises(Refusal, match="array G13:K13"):
        calculation.calculate_file(path, {"Data centre!H13": 1})
    with pytest.raises(Refusal, match="no cell or defined name 'nothing'"):
        calculation.calculate_file(path, {"nothing": 1})


def test_file_saved_by_excel_with_the_add_in(tmp_path):
    """Excel writes an add-in's function as [1]!NAME and shared formulas once; both calculate."""
    book = Book(dt.datetime(2026, 1, 1), "t")
    sheet = book.sheet("S")
    sheet.put(0, 0, "=SUM(SURVIVAL(2,,0.5))")
    sheet.put(1, 0, "=A1*2")
    sheet.put(2, 0, "=A2*2")
    path = write.write(calculation.calculate(book), tmp_path / "plain.xlsx")
    saved = tmp_path / "saved.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace(b"SURVIVAL(", b"[1]!SURVIVAL(").replace(
                    b"<f>A1*2</f>", b'<f t="shared" ref="A2:A3" si="0">A1*2</f>'
                )
                text = text.replace(b"<f>A2*2</f>", b'<f t="shared" si="0"/>')
            new.writestr(name, text)
    result = calculation.calculate_file(saved)
    assert [result[f"S!A{i}"] for i in (1, 2, 3)] == [1.5, 3.0, 6.0]


def test_not_a_workbook(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_text("no")
    with pytest.raises(Refusal, match="not a sound"):
        calculation.calculate_file(path)


def same(ours, theirs) -> bool:
    """Equal to 1e-9; errors agree as errors (LibreOffice saves #NUM! as #VALUE!), dates by their
    serial.
    """
    if isinstance(theirs, dt.datetime):
        theirs = float((theirs - dt.datetime(1899, 12, 30)).days)
    if isinstance(ours, CellError) or isinstance(theirs, CellError):
        return isinstance(ours, CellError) and isinstance(theirs, CellError)
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return abs(ours - theirs) <= 1e-9 * max(1, abs(ours), abs(theirs))
    return ours == theirs


def test_values_are_libreoffices(tmp_path, recalculate):
    book = calculation.calculate(small_book())
    path = write.write(book, tmp_path / "small.xlsx")
    theirs = recalculate(path)
    survival = book["Data centre"].keys["survival"]
    wrong = [
        f"{sheet.name} {spot} {cell.formula}: {cell.value!r} and {theirs[sheet.name].get(spot)!r}"
        for sheet in book
        for spot, cell in sheet.cells.items()
        if spot[0] != survival and not same(cell.value, theirs[sheet.name].get(spot))
    ]
    assert wrong == []
    assert len(FORMULAS) >= 50


def test_known_difference_of_the_engine():
    """Excel and LibreOffice find these equal (15 digits); the engine compares exactly, so tests
    need a tolerance.
    """
    assert sheet_of("=0.1+0.2=0.3") == [False]
