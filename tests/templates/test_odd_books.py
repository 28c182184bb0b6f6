"""Books in states that the shipped ones are not in: a loan that is cut to nothing, a plant without a contract,
one case alone. What their sheets say in words holds there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bankable import udfs
from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book
from bankable.udfs.deal.deal import INPUTS, Deal


def calculated(*deals: Deal) -> Book:
    return compare.calculated([SourcedDeal(deal, {}, "") for deal in deals])


@pytest.fixture(scope="module")
def shipped_deals() -> list[Deal]:
    return [one.deal for one in deal_file.load_shipped()]


@pytest.fixture(scope="module")
def cut(shipped_deals: list[Deal]) -> Book:
    """Both factories with their debt cut to what passes, at the rate that pays for the loss."""
    _, today, supported = shipped_deals
    asked = {"pricing": "clearing", "size_debt": True}
    return calculated(replace(today, **asked), replace(supported, **asked))


@pytest.fixture(scope="module")
def bare(shipped_deals: list[Deal]) -> Book:
    """A factory without a contract beside a warehouse."""
    none = {"contract_years": 0, "firm_years": 0, "contract_share": 0.0}
    warehouse = deal_file.load(deal_file.shipped_path("warehouse")).deal
    return calculated(replace(shipped_deals[1], case_name="No contract", **none), warehouse)


@pytest.fixture(scope="module")
def alone(shipped_deals: list[Deal]) -> Book:
    return calculated(shipped_deals[0])


def texts(book: Book) -> Iterator[tuple[str, str]]:
    for sheet in book:
        for (row, col), cell in sheet.cells.items():
            if cell.formula and isinstance(cell.value, str):
                yield f"{sheet.name} row {row + 1} column {col + 1}", cell.value


@pytest.mark.parametrize("which", ["cut", "bare", "alone"])
def test_no_figure_in_words_is_missing_or_misshapen(
    which: str, request: pytest.FixtureRequest
) -> None:
    book = request.getfixturevalue(which)
    wrong = re.compile(r"n/a[x%m]|\$-|\$n/a|\b1 (?:years|tests|plants|months)\b|\b0x\b|#[A-Z]{3,}")
    assert [(where, said) for where, said in texts(book) if wrong.search(said)] == []


def test_the_frontier_s_answer_passes_the_tests_as_the_function_says(cut: Book) -> None:
    frontier = cut["Frontier"]
    years, coverage = (frontier.value_of(f"answer_{key}") for key in ("years", "coverage"))
    deal = replace(
        deal_file.load_shipped()[2].deal,
        pricing="clearing",
        size_debt=True,
        public_offtake_years=0,
        coverage=0.0,
    )
    block = [[field.name, getattr(deal, field.name)] for field in INPUTS]
    decision = udfs.FRONTIER(block, [years], [coverage], "decision")
    assert decision == [["Meets credit tests with support"]]
    one_year = udfs.FRONTIER(block, [1], [0.0], "first_failed")
    assert one_year == [["no loan to judge"]]


def test_a_loan_cut_to_nothing_fails_no_test_and_meets_none(cut: Book) -> None:
    own, swapped = (cut["Swap"].value_of(f"capacity_fails_{key}") for key in ("own", "swapped"))
    assert own == 0
    assert swapped == "n/a"
    assert "has no loan to judge on that of" in str(cut["Swap"].value_of("sentence_left"))
    assert cut["Factory today"].value_of("first_failed_name") == "no loan to judge"
    assert "carries no debt: there is nothing to reach" in str(
        cut["Recut"].value_of("sentence_mark")
    )


def test_a_plant_without_a_contract_is_not_said_to_have_one(bare: Book) -> None:
    why = str(bare["Summary"].value_of("why_1"))
    assert why.startswith("No contract: no contract stands behind a loan of 10 years")
    case = bare["No contract"]
    assert case.value_of("life_default") == 1
    assert case.value_of("default_a_year") == 1
    assert float(str(case.value_of("pd_equivalent"))) < 0.02  # as priced at close


def test_the_contract_is_weighed_by_how_far_it_moves_the_case_either_way(bare: Book) -> None:
    swap = bare["Swap"]
    own, alone_, most = (
        float(str(swap.value_of(f"capacity_{key}"))) for key in ("bb", "contract", "most")
    )
    others = float(str(swap.value_of("capacity_others")))
    assert alone_ < own  # it takes the warehouse's lease away
    assert most < own
    said = str(swap.value_of("sentence_bridge"))
    assert ("counts for more" in said) == (abs(alone_ - own) >= abs(others - own))


def test_one_case_alone_is_held_against_what_it_asks_itself(alone: Book) -> None:
    said = str(alone["Recut"].value_of("sentence_mark"))
    assert said.startswith("Data centre bears the debt that it asks (70% of uses)")
    assert alone["Cures"].value_of("promised_cure") == "nothing is left to cure."
