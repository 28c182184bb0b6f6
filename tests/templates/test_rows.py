"""The row language: tokens become the references that a modeller would have typed, and faults are
named.
"""

import datetime as dt

import pytest

from bankable.templates.workbook.book import Book, TimeColumns
from bankable.templates.workbook.rows import (
    UnknownKeyError,
    block,
    lay,
    path,
    ref,
    resolve,
    scalar,
    text_of,
)


@pytest.fixture
def book() -> Book:
    book = Book(dt.datetime(2026, 1, 1), "rows")
    book.sheet("Summary")
    sheet = book.sheet("Data centre")
    lay(
        sheet,
        [path("year", "Year", "no.", "={year<}+1", total="sum"), scalar("rate", "Rate", "%", 0.05)],
        11,
        30,
    )
    return book


def formula(book: Book, text: str, position: int = 2) -> str:
    """A row's formula in the second time column, H, of row 14."""
    lay(book["Data centre"], [path("probe", "Probe", "", text)], 13, 30)
    resolve(book)
    return book["Data centre"].cells[13, 5 + position].formula


@pytest.mark.parametrize(
    ("token", "reference"),
    [
        ("{year}", "H12"),
        ("{rate}", "$D$13"),
        ("{year<}", "G12"),
        ("{year>}", "I12"),
        ("{year:}", "$G$12:$AJ$12"),
        ("{year..}", "$G12:H12"),
        ("{year>>}", "H12:$AJ12"),
        ("{year#1}", "$G$12"),
        ("{year#30}", "$AJ$12"),
        ("{year+}", "$E$12"),
        ("{Data centre!year}", "H12"),
    ],
)
def test_tokens(book, token, reference):
    assert formula(book, f"=1+{token}*2") == f"=1+{reference}*2"


def test_first_column_looks_back_at_the_spacer(book):
    assert formula(book, "={probe<}+1", position=1) == "=F14+1"


def test_last_column(book):
    assert formula(book, "=SUM({year>>})-{year>}", position=30) == "=SUM(AJ12:$AJ12)-AK12"


def test_array_constants_are_left_alone(book):
    assert formula(book, "=SUM({1,2;3,4})*{year}") == "=SUM({1,2;3,4})*H12"


def test_other_sheet_and_link_style(book):
    summary = book["Summary"]
    summary.put(0, 0, "={Data centre!rate}", "rate")
    summary.put(1, 0, "={Data centre!year:}*{Data centre!rate}", "rate")
    resolve(book)
    assert summary.cells[0, 0].formula == "='Data centre'!$D$13"
    assert summary.cells[0, 0].style == "link rate"
    assert summary.cells[1, 0].style == "rate"
    assert ref(book, "Data centre!year#2") == "'Data centre'!$H$12"


def test_a_range_of_two_tokens_names_its_sheet_once(book):
    summary = book["Summary"]
    summary.put(0, 0, "=SUM({Data centre!year#1}:{Data centre!rate})")
    summary.put(1, 0, "=SUM({Data centre!year#1}:INDEX({Data centre!year:},1,2))")
    resolve(book)
    assert summary.cells[0, 0].formula == "=SUM('Data centre'!$G$12:$D$13)"
    # what a function gives is no corner: its argument needs the sheet
    assert summary.cells[1, 0].formula == (
        "=SUM('Data centre'!$G$12:INDEX('Data centre'!$G$12:$AJ$12,1,2))"
    )
    text = "={Data centre!year}:{Data centre!rate}"
    assert text_of(book, book["Data centre"], text.replace("year", "year#1"), "", True) == (
        "='Data centre'!$G$12:$D$13"
    )


def test_a_moving_range_on_another_sheet_names_it_once(book):
    monthly = book.sheet("Build")
    lay(monthly, [path("sum", "Sum", "", "=SUM({Data centre!year#1}:{Data centre!year})")], 0, 30)
    resolve(book)
    assert monthly.cells[0, 8].formula == "=SUM('Data centre'!$G$12:I12)"


def test_a_range_over_two_sheets_is_refused(book):
    book["Summary"].put(0, 0, "=SUM({Data centre!rate}:{Other!rate})")
    lay(book.sheet("Other"), [scalar("rate", "Rate", "%", 0.05)], 0, 30)
    with pytest.raises(UnknownKeyError, match="ends a range that begins on another sheet"):
        resolve(book)


def test_sheets_whose_time_starts_elsewhere_meet_by_position(book):
    monthly = book.sheet("Build")
    lay(monthly, [path("flag", "Flag", "", "={Data centre!year}")], 0, TimeColumns(10, 5))
    resolve(book)
    assert monthly.cells[0, 10].formula == "='Data centre'!G12"


def test_rows_may_be_named_before_they_are_laid(book):
    later = book.sheet("Later")
    book["Summary"].put(0, 0, "={Later!x}")
    lay(later, [scalar("x", "X", "", 1.0)], 0, 3)
    resolve(book)
    assert book["Summary"].cells[0, 0].formula == "=Later!$D$1"


def test_totals_and_blocks(book):
    sheet = book["Data centre"]
    lay(sheet, [block("s", "Survival", "", "=F({year:},{rate})", total="=MAX({s:})")], 20, 30)
    resolve(book)
    assert sheet.cells[11, 4].formula == "=SUM($G12:$AJ12)"
    assert sheet.cells[20, 4].formula == "=MAX($G$21:$AJ$21)"
    assert sheet.blocks[0].formula == "=F($G$12:$AJ$12,$D$13)"
    assert sheet.keys["s"] == 20


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "={yaer}",
            (
                r"'Data centre'!G14 \(row probe\): there is no row 'yaer' on sheet Data centre;"
                r" near: year"
            ),
        ),
        ("={Nowhere!x}", "the book has no sheet 'Nowhere'"),
        ("={rate<}", "is a scalar row"),
        ("={year#31}", "30 time columns"),
    ],
)
def test_faults_name_row_and_key(book, text, says):
    with pytest.raises(UnknownKeyError, match=says):
        formula(book, text)


def test_path_in_a_scalar_needs_a_suffix(book):
    lay(book["Data centre"], [scalar("one", "One", "", "={year}")], 13, 30)
    with pytest.raises(UnknownKeyError, match=r"one.*year.*add a suffix"):
        resolve(book)


def test_a_key_stands_once(book):
    with pytest.raises(ValueError, match=r"rate.*row 13 already"):
        lay(book["Data centre"], [scalar("rate", "Rate", "", 1)], 14, 30)
