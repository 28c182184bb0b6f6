"""What stands around the figures: heads, dates, sources in short, sign changes, the order of the
sheets.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools

import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.comparison.sheets import frame, inputs, newton, scenario_list
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Block, Book, Sheet, serial
from bankable.templates.workbook.settings import Settings
from bankable.udfs.deal.deal import INPUTS, evaluate


def said(book: Book, label: str) -> object:
    """What the Cover says beside a label."""
    cells = book["Cover"].cells
    return next(
        cells[row, 2].value
        for (row, col), cell in cells.items()
        if col == 1 and cell.value == label
    )


def test_every_sheet_says_the_scenario_in_its_head(shipped: list[SourcedDeal]) -> None:
    book = compare.calculated(shipped[:1], settings=Settings({"scenario": ["Combined downside"]}))
    for sheet in book:
        row = frame.UNITS_ROW if sheet.name == "Checks" else frame.STATUS_ROW
        assert str(sheet.value(row, 1)).endswith("Scenario in force: Combined downside"), sheet.name
        assert sheet.cells[row, 1].style == "scenario"


def test_the_head_of_a_case_has_the_dates_of_its_row(shipped_book: Book) -> None:
    for name, row in (("Data centre", "year_ends"), ("Data centre build", "month_ends")):
        sheet = shipped_book[name]
        dates = [sheet.value(frame.UNITS_ROW, col) for col in range(6, 31)]
        assert dates == sheet.values_of(row)[:25]
    close = dt.date(2026, 12, 31)
    completion = dt.date(2028, 6, 30)  # 18 months on
    sheet = shipped_book["Data centre"]
    assert shipped_book["Timeline"].value_of("close") == serial(close)
    assert sheet.value(frame.STATUS_ROW, 6) == serial(completion)


@pytest.mark.parametrize("typed", ["soon", -5.0, 5e6])
def test_a_close_that_is_no_date_is_not_kept(typed: object, shipped: list[SourcedDeal]) -> None:
    book = compare.build(shipped[:1], settings=Settings({"timeline_close": [typed]}))
    assert book["Timeline"].value_of("close") == serial(inputs.CLOSE)


def test_a_comparison_bears_the_day_and_a_shipped_book_the_release(
    shipped_book: Book, shipped: list[SourcedDeal]
) -> None:
    assert said(shipped_book, "Built on") == compare.RELEASED
    assert said(compare.build(shipped, day=dt.date(2027, 1, 2)), "Built on") == dt.date(2027, 1, 2)


def test_engine_room_comes_last_and_grey(shipped_book: Book) -> None:
    assert list(shipped_book.sheets)[-4:] == ["Timeline", "Returns", "Deals", "Lists"]
    assert {shipped_book[name].tab for name in ("Timeline", "Returns", "Deals", "Lists")} == {
        frame.ENGINE_ROOM
    }


def test_rates_a_year_say_so_and_small_ones_show_two_decimals(shipped_book: Book) -> None:
    units = {field.name: field.metadata["unit"] for field in INPUTS}
    assert units["tariff"] == units["input_tariff"] == "%"
    assert units["renewal"] == "% a renewal"
    for key in (
        "pd_base",
        "offtaker_pd",
        "termination",
        "firm_lapse",
        "upfront_fee",
        "commitment_fee",
        "limit_loss_rate",
    ):
        place = shipped_book["Inputs"].placed[f"{key}_1"]
        assert shipped_book["Inputs"].cells[place.row, place.col].style == "input rate", key


@pytest.mark.parametrize(
    ("sources", "short"),
    [
        (["illustrative: a guess", "illustrative"], "illustrative"),
        (
            ["River Bend, 245 MW: cre360signal.com, 2026", "illustrative", "illustrative"],
            "1: cre360signal.com, 2026; 2, 3: illustrative",
        ),
        (["$7.0bn over 15 years: 7,000 / 245; more"], "$7.0bn over 15 years"),
        (
            ["a long account of where the figure was found that does not end where a column does"],
            None,
        ),
    ],
)
def test_sources_in_short(sources: list[str], short: str | None) -> None:
    got = inputs.short_source(sources)
    assert got == short if short else got.endswith(" ...") and len(got) <= inputs.SHORT + 2


def test_sign_changes_are_those_of_the_flows() -> None:
    """A plant that stands still for two years after its contract is lost pays in again: out, in,
    out, in.
    """
    case = deal_file.load(deal_file.shipped_path("data_centre"))
    deal = dataclasses.replace(
        case.deal,
        contract_stop_year=6,
        retool_months=24,
        refill_months=0,
        fixed_cost=200.0,
        idle_cost=1.0,
    )
    book = compare.calculated([dataclasses.replace(case, deal=deal)])
    results = evaluate(deal)
    changes = {}
    for name, _, _, key in newton.IRRS:
        signs = [-1, *(1 if flow > 0 else -1 for flow in results[key][0] if flow)]
        changes[name] = sum(a != b for a, b in itertools.pairwise(signs))
        assert book["Returns"].value_of(f"c1_signs_{name}") == changes[name]
    assert changes["project"] == 3


def test_the_hash_counts_calls_of_functions(
    shipped: list[SourcedDeal], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = said(compare.build(shipped[:1]), "Model hash (formulas)")
    laid = Sheet.array

    def another(
        sheet: Sheet, row: int, col: int, rows: int, cols: int, formula: str, style: str = "number"
    ) -> Block:
        return laid(
            sheet, row, col, rows, cols, formula.replace("DEAL_SCENARIOS(", "DEAL_METRICS("), style
        )

    monkeypatch.setattr(Sheet, "array", another)
    assert said(compare.build(shipped[:1]), "Model hash (formulas)") != before


def test_a_base_that_moves_an_input_is_refused_and_red(shipped: list[SourcedDeal]) -> None:
    sheet = compare.build(shipped[:1])["Scenarios"]
    blue = [
        (row, col) for (row, col), cell in sheet.cells.items() if cell.style.startswith("input ")
    ]
    first = scenario_list.COLUMNS.first
    for row, col in blue:
        found = [
            v
            for v in sheet.validations
            if v.range[0] <= row <= v.range[2] and v.range[1] <= col <= v.range[3]
        ]
        assert len(found) == 1, (row, col)
        if col == first:
            value = sheet.cells[row, col].value
            assert (found[0].low, found[0].high) == (value, value)
            assert any(
                c.range == (row, col, row, col) and c.rule == value for c in sheet.conditionals
            )


def test_no_input_claims_a_source_that_it_lacks(shipped: list[SourcedDeal]) -> None:
    assert not [
        text for case in shipped for text in case.sources.values() if "default of the input" in text
    ]
    assert (
        inputs.short_source(
            ["rejected lease claims are capped by 11 USC 502(b)(6); illustrative share"]
        )
        == "illustrative"
    )


@pytest.mark.parametrize("cases", [1, 2, 6])
def test_heads_stand_for_any_number_of_cases(cases: int, shipped: list[SourcedDeal]) -> None:
    book = compare.build((shipped * 2)[:cases])
    assert book["Inputs"].print.pages_wide == 1
    assert (
        book["Inputs"].print.area[3] == inputs.source_column(cases, 1) - 2
    )  # to the source in short
    for sheet in book:
        assert sheet.freeze is None or sheet.freeze[0] <= frame.FIRST_ROW
