"""The written file: the same bytes twice, every formula with its value, and everything around the
cells in place.
"""

import datetime as dt
import zipfile

import openpyxl
import pytest

from bankable.templates.engine import calculation
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Book
from bankable.udfs.cells import CellError
from tests.templates.small_book import small_book


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write.write(
        calculation.calculate(small_book()), tmp_path_factory.mktemp("book") / "small.xlsx"
    )


def test_same_bytes_twice(path):
    assert write.to_bytes(calculation.calculate(small_book())) == path.read_bytes()


def test_every_formula_has_its_value(path):
    book = calculation.calculate(small_book())
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    for sheet in book:
        for (row, col), cell in sheet.cells.items():
            written = values[sheet.name].cell(row + 1, col + 1)
            if isinstance(cell.value, CellError):
                assert (written.data_type, written.value) == ("e", cell.value.code)
            elif not isinstance(cell.value, dt.date):
                assert written.value == cell.value
            if cell.formula:
                assert formulas[sheet.name].cell(row + 1, col + 1).value == cell.formula


def test_array_tails(path):
    sheet = openpyxl.load_workbook(path)["Data centre"]
    assert sheet["G13"].value.ref == "G13:K13"
    values = openpyxl.load_workbook(path, data_only=True)["Data centre"]
    assert [values.cell(13, col).value for col in range(7, 12)] == pytest.approx(
        [0.935**t for t in range(5)], rel=1e-15
    )


def test_all_digits_and_true_errors(tmp_path):
    book = Book(dt.datetime(2026, 1, 1), "t")
    sheet = book.sheet("S")
    sheet.put(0, 0, 0.1 + 0.2)
    sheet.put(1, 0, "=1/3")
    sheet.array(2, 0, 3, 1, "=SURVIVAL(0)")
    sheet.array(5, 0, 1, 2, "=A1>0", "flag")
    calculation.calculate(book)
    values = openpyxl.load_workbook(write.write(book, tmp_path / "x.xlsx"), data_only=True)["S"]
    assert values["A1"].value == 0.1 + 0.2
    assert values["A2"].value == 1 / 3
    assert [(values.cell(row, 1).data_type, values.cell(row, 1).value) for row in (3, 4, 5)] == [
        ("e", "#NUM!")
    ] * 3
    assert [values["A6"].value, values["B6"].value] == [True, True]


def test_names_validation_and_page(path):
    book = openpyxl.load_workbook(path)
    sheet = book["Data centre"]
    assert book.defined_names["base_rate"].attr_text == "'Data centre'!$D$6"
    validation = sheet.data_validations.dataValidation[0]
    assert (str(validation.sqref), validation.formula1, validation.formula2) == ("D6", "0", "0.2")
    assert validation.prompt == "A yearly rate, 0% to 20%."
    assert sheet.freeze_panes == "G4"
    assert (
        sheet.page_setup.orientation,
        sheet.page_setup.paperSize,
        sheet.page_setup.fitToHeight,
    ) == ("landscape", 9, 0)
    assert sheet.print_title_rows == "$1:$4"
    assert "Page &P of &N" in sheet.oddFooter.right.text
    assert sheet["A1"].hyperlink.location == "Answers!B2"
    assert sheet["B6"].comment.text == "Illustrative."
    assert sheet.row_dimensions[8].outlineLevel == 1
    assert [series.val.numRef.f for series in sheet._charts[0].series] == [
        "'Data centre'!$G$7:$K$7",
        "'Data centre'!$G$8:$K$8",
    ]
    assert sheet["D6"].font.color.rgb == "FF0000FF"
    assert book["Answers"]["B52"].font.color.rgb == "FF008000"


def test_opens_without_recalculating(path):
    with zipfile.ZipFile(path) as parts:
        text = parts.read("xl/workbook.xml").decode()
    assert "fullCalcOnLoad" not in text
    assert f'calcId="{write.CALC_ID}"' in text


def test_newer_functions_carry_their_prefix(tmp_path):
    book = Book(dt.datetime(2026, 1, 1), "t")
    book.sheet("S").put_row(0, 0, ["=NORM.S.DIST(1,TRUE)", "=NORMSDIST(1)"])
    path = write.write(calculation.calculate(book), tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(path)["S"]
    assert [cell.value for cell in sheet[1]] == ["=_xlfn.NORM.S.DIST(1,TRUE)", "=NORMSDIST(1)"]
    assert calculation.calculate_file(path)["S!A1"] == pytest.approx(
        0.8413447460685429, abs=1e-12
    )  # tables of the normal distribution


def test_nothing_is_overwritten_or_left_half_written(tmp_path):
    book = calculation.calculate(small_book())
    path = write.write(book, tmp_path / "x.xlsx")
    with pytest.raises(Refusal, match=r"x\.xlsx exists already"):
        write.write(book, path)
    write.write(book, path, force=True)
    assert write.free_name(path).name == "x-2.xlsx"
    assert write.free_name(tmp_path / "y.xlsx").name == "y.xlsx"
    assert [file.name for file in tmp_path.iterdir()] == ["x.xlsx"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("=1+1", "without a value"),
        ('=IF(1,"","")', "empty text"),
        ("#NUM!", "pass for an error"),
        (float("nan"), "no cell can hold"),
    ],
)
def test_what_no_file_may_hold(content, says):
    book = Book(dt.datetime(2026, 1, 1), "t")
    book.sheet("S").put(1, 1, content)
    if "IF" in str(content):
        calculation.calculate(book)
    with pytest.raises(write.UnfinishedError, match=f"S!B2 .*{says}"):
        write.to_bytes(book)


def test_prints(path, pictures):
    assert len(pictures(path)) >= 2
