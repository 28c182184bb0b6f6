"""Sensitivity and Time as a committee reads them: bounds on every blue cell, names and no keys,
choices kept by key or by name.
"""

from __future__ import annotations

import pytest

from bankable.templates.comparison import compare
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, Sheet
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.measures import MEASURES

SHEETS = ("Sensitivity", "Time")


def printed(sheet: Sheet) -> dict[tuple[int, int], object]:
    """The values on the printed page."""
    assert sheet.print.area is not None
    top, left, bottom, right = sheet.print.area
    return {
        (row, col): cell.value
        for (row, col), cell in sheet.cells.items()
        if top <= row <= bottom and left <= col <= right and cell.value
    }


@pytest.mark.parametrize("name", SHEETS)
def test_every_blue_cell_has_bounds(name: str, shipped_book: Book) -> None:
    sheet = shipped_book[name]
    blue = {spot for spot, cell in sheet.cells.items() if cell.style.startswith("input")}
    bounded = {
        (row, col)
        for rule in sheet.validations
        for row in range(rule.range[0], rule.range[2] + 1)
        for col in range(rule.range[1], rule.range[3] + 1)
    }
    assert blue
    assert blue == bounded


@pytest.mark.parametrize("name", SHEETS)
def test_no_key_faces_the_reader(name: str, shipped_book: Book) -> None:
    keys = {key for key in (*deals.KEYS, *MEASURES) if "_" in key}
    texts = [str(value) for value in printed(shipped_book[name]).values() if isinstance(value, str)]
    assert [text for text in texts if any(key in text.split() for key in keys)] == []


def test_charts_stand_on_one_page_each(shipped_book: Book) -> None:
    sheet = shipped_book["Sensitivity"]
    for chart in sheet.charts:
        end = chart.row + chart.height / 20
        assert not [at for at in sheet.print.row_breaks if chart.row < at < end], chart.alt_text


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("llcr", "LLCR"),
        ("LLCR", "LLCR"),
        ("All-in rate", "All-in rate of the whole debt"),
        ("nothing of the kind", "Minimum DSCR, lender's view"),
    ],
)
def test_a_figure_is_kept_by_its_key_or_its_name(
    kept: str, shown: str, shipped: list[SourcedDeal]
) -> None:
    book = compare.build(
        shipped,
        settings=Settings({"sensitivity_measure": [kept], "sensitivity_down_key": ["gearing"]}),
    )
    assert book["Sensitivity"].value_of("measure") == shown
    assert book["Sensitivity"].value_of("down") == "Gearing requested"


def test_the_first_cell_of_each_grid_is_the_case_as_it_is(shipped_book: Book) -> None:
    sheet = shipped_book["Sensitivity"]
    framed = [
        cell.value
        for cell in sheet.cells.values()
        if cell.style == "framed number2" or cell.style == "framed multiple"
    ]
    assert len(framed) == 3
    assert framed[0] == pytest.approx(sheet.value_of("base"))
    assert framed[1] == pytest.approx(sheet.value_of("base"))


def test_values_that_are_none_of_the_chosen_input_are_told_and_no_error(
    shipped: list[SourcedDeal],
) -> None:
    book = compare.calculated(
        shipped[:2],
        settings=Settings(
            {"sensitivity_down_key": ["tenor"], "sensitivity_across_key": ["Gearing requested"]}
        ),
    )
    sheet = book["Sensitivity"]
    assert sheet.value_of("down_amiss") > 0
    assert "values?" in printed(sheet).values()
    assert book.errors() == []
    assert book["Checks"].value_of("master") == "OK"


def test_the_words_of_a_choice_are_kept_and_calculated(shipped: list[SourcedDeal]) -> None:
    words = ["market in band", "fixed"] * 3 + ["fixed"]
    kept = {
        "sensitivity_down_key": ["Price basis"],
        "sensitivity_across_key": ["coverage"],
        "sensitivity_down_values": words,
    }
    sheet = compare.calculated(shipped[:2], settings=Settings(kept))["Sensitivity"]
    first, col = (
        sheet.placed["across"].row + 4,
        4,
    )  # below the heads and the case's own row, beside the grid
    assert [sheet.value(first + k, col) for k in range(len(words))] == words
    assert sheet.value_of("down_amiss") == 0
    assert "values?" not in printed(sheet).values()


def test_a_loan_that_is_refused_mobilises_nothing(shipped_book: Book) -> None:
    sheet = shipped_book["Time"]
    assert sheet.value_of("mobilised_2") == 0
    assert sheet.value_of("mobilised_per_2") == "n/a"
    assert sheet.value_of("mobilised_1") > 0
    assert "Factory today zero" in str(sheet.value_of("finding_announced"))
