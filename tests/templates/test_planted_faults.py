"""Faults planted in a calculated workbook trip the check that is there for them, and the master check with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from templates import comparison, dealfile, engine
from templates.book import Book
from templates.dealfile import SourcedDeal

from .test_scenarios import failing

CASE = "Factory today"
BUILD = "Factory today build"


@pytest.fixture(scope="module")
def factory() -> list[SourcedDeal]:
    return [dealfile.load(dealfile.shipped_path("defence_factory"))]


def typed_over(sheet: str, key: str, value: float, year: int = 0) -> Callable[[Book], None]:
    """A number typed over a formula."""

    def plant(book: Book) -> None:
        place = book[sheet].placed[key]
        col = place.col if place.columns is None else place.columns.first + year - 1
        book[sheet].put(place.row, col, value)

    return plant


def rewritten(sheet: str, key: str, formula: str, year: int = 1) -> Callable[[Book], None]:
    """A formula replaced by another."""

    def plant(book: Book) -> None:
        place = book[sheet].placed[key]
        col = place.col if place.columns is None else place.columns.first + year - 1
        book[sheet].put(place.row, col, formula)

    return plant


FAULTS = {
    "an input out of range": (typed_over("Inputs", "gearing_1", 1.5), "Inputs within their range"),
    "a word that no list holds": (rewritten("Inputs", "repayment_1", "balloon only"), "Inputs within their range"),
    "an error typed into a case sheet": (rewritten(CASE, "maintenance", "=1/0", 3), f"No error cell on {CASE}"),
    "a draw typed over": (typed_over(BUILD, "equity_draw", 99, 5), "Sources equal uses"),
    "a balance typed over": (typed_over(BUILD, "balance", 5, 60), "The facility closes: its balance at the end is the debt"),
    "spending left out": (typed_over(BUILD, "spend_share", 0, 12), "All plant cost is spent"),
    "the debt typed over": (typed_over(CASE, "debt", 1000), "Debt is its share of total uses"),
    "a principal typed over": (
        typed_over(CASE, "principal", 1, 4),
        "The last instalment, which clears the balance, is what the profile asks",
    ),
    "a closing balance typed over": (typed_over(CASE, "closing", 77, 10), "Debt is repaid to zero at the tenor"),
    "a state's probability typed over": (typed_over(CASE, "lost", 0.5, 2), "Contract states add to one"),
    "a default probability typed over": (typed_over(CASE, "default_probability", 0.5, 2), "Loan states add to one"),
    "a distribution typed over": (typed_over(CASE, "distribution", 500, 3), "Cash in equals cash out in the waterfall"),
    "a volume above capacity": (typed_over(CASE, "contracted_volume_promised", 5000, 6), "Volume sold within capacity, promised"),
    "a part of the rate typed over": (typed_over(CASE, "bank_rate", 0.2), "All-in rate is the sum of its parts"),
    "a depreciation typed over": (typed_over(CASE, "depreciation", 1, 1), "Depreciation adds to its base, or to what its life allows"),
    "a test's verdict typed over": (typed_over(CASE, "tests_failed", 0), "Tests passed, failed and not applying add up"),
    "a CFADS typed over": (typed_over(CASE, "cfads_firm", 900, 1), "DEAL_METRICS: LLCR"),
    "a rate typed over": (typed_over(CASE, "term_rate", 0.03), "DEAL_METRICS: All-in rate"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_trips_its_check(fault: str, factory: list[SourcedDeal]) -> None:
    plant, check = FAULTS[fault]
    book = without_slow_functions(comparison.build(factory))
    plant(book)
    engine.calculate(book)
    assert book["Checks"].value_of("master") == "FAIL"
    assert check in failing(book)


def test_the_same_workbook_without_a_fault_is_ok(factory: list[SourcedDeal]) -> None:
    book = engine.calculate(without_slow_functions(comparison.build(factory)))
    assert book["Checks"].value_of("master") == "OK", failing(book)


def without_slow_functions(book: Book) -> Book:
    """Zeros where functions stand that take time and have no part in these checks."""
    slow = ("LEAST_COST_SUPPORT(", "BREAKEVEN(", "DEAL_FAN(", "FRONTIER(", "SENS_GRID(")
    for sheet in book:
        for block in [block for block in sheet.blocks if any(name in block.formula for name in slow)]:
            for row in range(block.first_row, block.last_row + 1):
                for col in range(block.first_col, block.last_col + 1):
                    sheet.cells[row, col].block, sheet.cells[row, col].value = None, 0.0
            sheet.blocks.remove(block)
        for cell in sheet.cells.values():
            if cell.formula and "BREAKEVEN(" in cell.formula:
                cell.formula, cell.value = None, 0.0
    return book
