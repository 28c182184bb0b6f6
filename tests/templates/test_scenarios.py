"""Scenarios, support and frontier in the workbook: native rows follow the scenario in force,
functions agree, choices are kept.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare, tie_out
from bankable.templates.comparison.sheets import scenario_list, support_terms
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book
from bankable.templates.workbook.settings import Settings
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import ALL_MET
from tests.tiers import tiers


def live_deals(book: Book, n: int) -> list[deals.Deal]:
    """The deals in force, as the sheet Deals passes them to the functions."""
    return [
        deals.read({key: book["Deals"].value_of(f"case_{i}_{key}") for key in deals.KEYS})
        for i in range(1, n + 1)
    ]


def failing(book: Book) -> list[str]:
    """What the checks that fail say."""
    sheet = book["Checks"]
    return [
        str(sheet.value(row, 1))
        for (row, col), cell in sheet.cells.items()
        if col == 7 and row > 3 and cell.value == "FAIL"
    ]


SHORT = ("Base", "Contract lost", "Combined downside")


@pytest.mark.parametrize("name", tiers(scenario_list.NAMES, SHORT))
def test_every_row_equals_the_chain_under_every_scenario(
    name: str, shipped: list[SourcedDeal]
) -> None:
    book = compare.calculated(shipped, settings=Settings({"scenario": [name]}))
    assert book["Scenarios"].value_of("scenario") == name
    assert book.errors() == []
    assert book["Checks"].value_of("master") == "OK", failing(book)
    compared, faults = tie_out.differences(
        book, compare.sheet_names(shipped), live_deals(book, len(shipped))
    )
    assert compared > 20_000
    assert not faults, faults[:5]


def test_scenarios_change_what_they_say(shipped_book: Book) -> None:
    sheet = shipped_book["Scenarios"]
    dscr = {
        i: dict(zip(scenario_list.NAMES, sheet.values_of(f"strip_min_dscr_{i}"), strict=True))
        for i in (1, 2, 3)
    }
    assert (
        dscr[1]["Appropriation lapses"] == dscr[1]["Base"]
    )  # a private lease does not hang on appropriations
    assert dscr[1]["Offtaker defaults"] < 1 < dscr[1]["Base"]
    assert (
        dscr[2]["Appropriation lapses"] == dscr[2]["Base"]
    )  # its bank counts on the first year alone
    promised = dict(
        zip(scenario_list.NAMES, sheet.values_of("strip_min_dscr_promised_2"), strict=True)
    )
    assert promised["Appropriation lapses"] == 0 < promised["Base"]  # the plant is closed
    for i in (1, 2, 3):  # the loan was priced before a scenario took the contract away
        rate = dict(
            zip(scenario_list.NAMES, sheet.values_of(f"strip_all_in_rate_{i}"), strict=True)
        )
        assert rate["Appropriation lapses"] == rate["Offtaker defaults"] == rate["Base"]
    assert dscr[3]["Appropriation lapses"] == dscr[3]["Base"]  # full faith and credit
    assert dscr[3]["Contract lost"] == dscr[3]["No special authority"] == 0
    assert (
        dscr[3]["Combined downside"]
        < dscr[3]["Utilisation shortfall"]
        < dscr[3]["Demand shortfall"]
        == dscr[3]["Base"]
    )
    extra = dict(zip(scenario_list.NAMES, sheet.values_of("strip_sponsor_extra_3"), strict=True))
    assert extra["Cost overrun"] == pytest.approx(0.15 * 2640)
    stands = {
        i: dict(zip(scenario_list.NAMES, sheet.values_of(f"standing_{i}"), strict=True))
        for i in (1, 2, 3)
    }
    assert (
        stands[1]["Appropriation lapses"]
        == stands[3]["Offtaker defaults"]
        == stands[2]["User case"]
        == "not reached"
    )
    assert stands[1]["Contract lost"] == stands[3]["Contract lost"] == "default"
    assert stands[3]["Combined downside"] == "holds"


def test_the_answer_is_computed_from_the_grids(shipped_book: Book) -> None:
    sheet = shipped_book["Frontier"]
    years = [sheet.value_of(f"years_{i}") for i in range(1, 8)]
    passing = []
    for i, term in enumerate(years, start=1):
        for coverage, decision, cost in zip(
            sheet.values_of("coverages"),
            sheet.values_of(f"first_failed_{i}"),
            sheet.values_of(f"public_cost_{i}"),
            strict=True,
        ):
            if decision == ALL_MET:
                passing.append((cost, term, coverage))
    least, term, _ = min(passing)
    coverage, cost = min(
        (coverage, cost)
        for cost, years, coverage in passing
        if years == term and cost <= least + 0.001 * abs(least)
    )
    said = " ".join(str(sheet.value_of(f"sentence_{k}")) for k in (1, 2))
    offtake = (
        f"With {term:.0f} years of public offtake at a fixed price and a {coverage:.0%} guarantee"
    )
    assert (
        f"{offtake}, the cheapest pair of the grid, Factory today passes the tests that Data"
        in said
    )
    assert f"${cost:,.0f}m" in said
    for worth in ("cost_at_market", "cost_at_nothing"):
        assert f"${sheet.value_of(f'answer_{worth}'):,.0f}m" in said
    for k in ("1", "2", "sponsor", "3", "4", "5"):
        line = f"answer_line{'' if k.isdigit() else '_'}{k}"
        assert shipped_book["Summary"].value_of(line) == sheet.value_of(f"sentence_{k}")


def test_the_answer_the_package_and_the_case_are_one(shipped_book: Book) -> None:
    """The same terms have the same figures wherever they stand: on Frontier, on Support and in the
    case's own column.
    """
    frontier, sheet, summary = (shipped_book[name] for name in ("Frontier", "Support", "Summary"))
    at = [name for name, _ in support_terms.PACKAGES].index("Offtake, fixed + guarantee")
    assert frontier.value_of("answer_years") == summary.value_of("supported_end_year_3")
    for measure, key in (
        ("public_cost", "public_cost"),
        ("budget_authority", "budget_authority"),
        ("min_dscr", "min_dscr"),
    ):
        case = summary.value_of(f"{key}_3")
        assert frontier.value_of(f"answer_{measure}") == pytest.approx(case, rel=1e-12)
        assert sheet.values_of(f"r_{measure}")[at] == pytest.approx(case, rel=1e-12)
    assert frontier.value_of("best_cost") < frontier.value_of("other_cost")
    assert frontier.value_of("other_cost") == pytest.approx(
        sheet.values_of("r_public_cost")[at + 1], rel=1e-12
    )


def test_a_lender_counts_an_offtake_only_where_a_statute_backs_it(
    shipped: list[SourcedDeal],
) -> None:
    book = compare.calculated(
        shipped, settings=Settings({"support_t_backing": ["subject to appropriation"]})
    )
    assert book["Frontier"].value_of("best_row") == 0
    assert "No pair of offtake years and coverage" in str(book["Summary"].value_of("answer_line1"))
    assert "hangs on yearly appropriations" in str(book["Summary"].value_of("answer_line5"))


def test_support_is_the_case_with_the_tools_inputs(
    shipped_book: Book, shipped: list[SourcedDeal]
) -> None:
    """A package's figures equal those of the deal with its inputs, worked out here without
    DEAL_SCENARIOS.
    """
    sheet = shipped_book["Support"]
    names = [name for name, _ in support_terms.PACKAGES]
    at = names.index("Offtake, band + guarantee")
    keys = [key.removeprefix("p_") for key in sheet.placed if key.startswith("p_")]
    changes = {key: sheet.values_of(f"p_{key}")[at] for key in keys}
    whole = {
        key: int(value)
        for key, value in changes.items()
        if isinstance(value, float) and deals.param_of(key).kind == "count"
    }
    results = deals.evaluate(dataclasses.replace(shipped[1].deal, **{**changes, **whole}))
    assert sheet.values_of("r_min_dscr")[at] == pytest.approx(
        float(results.min_dscr[0, 0]), rel=1e-12
    )
    assert sheet.values_of("r_public_cost")[at] == pytest.approx(
        float(results.public_cost[0, 0]), rel=1e-12
    )


def test_tools_of_equal_cost_leave_different_beliefs(shipped_book: Book) -> None:
    sheet = shipped_book["Support"]
    cost = sheet.values_of("split_taxpayer")[:4]
    assert cost[1] == pytest.approx(cost[2]) == pytest.approx(cost[3])
    belief = sheet.values_of("split_belief")[:4]
    assert (
        belief[1] < belief[2]
    )  # a grant lets the sponsor build on less belief than a guarantee of the same cost


def test_a_filled_workbook_keeps_its_choices(tmp_path: Path) -> None:
    first = tmp_path / "first.xlsx"
    compare.compare([str(deal_file.shipped_path("defence_factory"))], str(first))
    filled = openpyxl.load_workbook(first)
    filled["Scenarios"]["D6"].value = "Delay"
    name = next(iter(filled.defined_names["set_scenario_add_delay_months"].destinations))
    filled["Scenarios"][name[1].replace("$", "")][0][scenario_list.NAMES.index("Delay")].value = 9
    where = next(iter(filled.defined_names["set_timeline_close"].destinations))[1].replace("$", "")
    filled["Timeline"][where].value = dt.datetime(2027, 3, 31)
    filled.save(tmp_path / "filled.xlsx")
    again = compare.compare([str(tmp_path / "filled.xlsx")], str(tmp_path / "again.xlsx")).book
    assert again["Scenarios"].value_of("scenario") == "Delay"
    assert again["Scenarios"].values_of("delay_months_1")[scenario_list.NAMES.index("Delay")] == 9
    assert again["Factory today"].value_of("delay_months") == 9
    assert again["Checks"].value_of("master") == "OK"
    ends = again["Factory today"].values_of("year_ends")[
        0
    ]  # 24 months of build, 9 of delay and a year after 31 March 2027
    assert dt.datetime(1899, 12, 30) + dt.timedelta(days=ends) == dt.datetime(2030, 12, 31)


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_one_to_six_cases(count: int, shipped: list[SourcedDeal]) -> None:
    extra = deal_file.load(deal_file.shipped_path("warehouse"))
    cases = [*shipped, extra, *shipped][:count]
    cases = [
        dataclasses.replace(
            c, deal=dataclasses.replace(c.deal, case_name=f"{c.deal.case_name} {i}")
        )
        for i, c in enumerate(cases)
    ]
    book = compare.calculated(cases)
    assert book.errors() == []
    assert book["Checks"].value_of("master") == "OK", failing(book)


def test_no_error_hides_in_a_function(shipped_book: Book) -> None:
    assert not [
        cell
        for sheet in shipped_book
        for cell in sheet.cells.values()
        if isinstance(cell.value, CellError)
    ]


def test_a_buyer_pays_for_the_cash_flow_that_is_left_and_no_more(shipped_book: Book) -> None:
    """After maturity the contract soon ends: the value is that of the years that remain, not of one
    good year for ever.
    """
    sheet = shipped_book["Sensitivity"]
    rate = float(sheet.value_of("cap_rate"))
    for i, name in enumerate(("Data centre", "Factory today", "Factory with support"), start=1):
        case = shipped_book[name]
        tenor = int(case.value_of("tenor"))
        left = [float(value) for value in case.values_of("lender_cfads")[tenor:]]
        worth = max(0.0, sum(value / (1 + rate) ** (n + 1) for n, value in enumerate(left)))
        assert sheet.value_of(f"refi_value_{i}") == pytest.approx(worth, rel=1e-9, abs=1e-9)
    assert [sheet.value_of(f"refi_verdict_{i}") for i in (1, 2, 3)] == ["yes", "no", "no"]
