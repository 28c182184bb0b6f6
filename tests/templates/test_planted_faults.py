"""Faults planted in a calculated workbook trip the check that is there for them, and the master
check with it, in both engines.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.comparison.sheets import checks, native_checks
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.engine import calculation
from bankable.templates.workbook import write
from bankable.templates.workbook.book import Value
from tests.calc import office
from tests.calc.office import Change, Shown, Step
from tests.tiers import tiers

from .planted import FAULTS, plant
from .without_slow import without_slow_functions

CASES = {1: ("defence_factory",), 2: ("data_centre", "defence_factory")}


def deals(count: int) -> list[SourcedDeal]:
    return [deal_file.load(deal_file.shipped_path(name)) for name in CASES[count]]


def failing(values: dict[tuple[int, int], Value]) -> set[tuple[str, str]]:
    """What the checks that fail say, with their case; ("master", ...) for the master check."""
    rows = {
        row for (row, col), value in values.items() if col == checks.VERDICT and value == "FAIL"
    }
    return {
        (
            (str(values.get((row, checks.WHAT))), str(values.get((row, checks.CASE))))
            if row
            else ("master", "all")
        )
        for row in rows
    }


Planted = tuple[set[tuple[str, str]], list[Change]]
# the short suite plants every fifth fault, of each sheet some
SHORT = list(FAULTS)[::5]


@functools.cache
def planted(name: str) -> Planted:
    """The checks that fail in the workbook calculated with the fault, and what turns the sound workbook
    into that one.
    """
    fault = FAULTS[name]
    book = without_slow_functions(compare.build(deals(fault.cases)))
    spots = plant(book, fault)
    calculation.calculate(book)
    changes: list[Change] = []
    for sheet, row, col in spots:
        cell = book[sheet].cells[row, col]
        block, content = cell.block, cell.formula or cell.value
        last = (row, col) if block is None else (block.last_row, block.last_col)
        first = (row, col) if block is None else (block.first_row, block.first_col)
        changes.append((sheet, *first, *last, content if block is None else block.formula))
    return failing({spot: cell.value for spot, cell in book["Checks"].cells.items()}), changes


@pytest.fixture(scope="module")
def shown(
    profile_with_functions: tuple[Path, list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], dict[tuple[int, int], Value]]:
    """LibreOffice's Checks with a fault put into the sound workbook; it runs once for each tier that is
    asked for, and last opens the sound workbook once more.
    """

    @functools.cache
    def tier(short: bool) -> Shown:
        folder = tmp_path_factory.mktemp("planted")
        told = {}
        for count in CASES:
            book = calculation.calculate(without_slow_functions(compare.build(deals(count))))
            assert book["Checks"].value_of("master") == "OK"
            names = [
                name
                for name, fault in FAULTS.items()
                if fault.cases == count and (name in SHORT) == short
            ]
            steps = [Step(name, planted(name)[1], ["Checks"]) for name in names]
            told[write.write(book, folder / f"{count}.xlsx")] = [
                *steps,
                Step(f"sound {count}", sheets=["Checks"]),
            ]
        return office.run(told, folder / "office", *profile_with_functions)

    return lambda name: tier(name not in FAULTS or name in SHORT)[name]["Checks"]


@pytest.mark.parametrize("name", tiers(FAULTS, SHORT))
def test_a_planted_fault_trips_its_check(name: str) -> None:
    fault, found = FAULTS[name], planted(name)[0]
    assert (fault.check, fault.case) in found, found
    assert ("master", "all") in found


@pytest.mark.parametrize("name", tiers(FAULTS, SHORT))
def test_the_same_checks_fail_in_libreoffice(
    name: str, shown: Callable[[str], dict[tuple[int, int], Value]]
) -> None:
    assert failing(shown(name)) == planted(name)[0]


@pytest.mark.parametrize("count", CASES)
def test_without_its_fault_the_workbook_is_sound_again(
    count: int, shown: Callable[[str], dict[tuple[int, int], Value]]
) -> None:
    sound = shown(f"sound {count}")
    assert failing(sound) == set()
    assert sound[0, checks.VERDICT] == "OK"


def test_every_check_on_native_cells_has_a_fault_of_its_own() -> None:
    book = compare.build(deals(1))
    native = {what for _, what, _, _ in native_checks.NATIVE} | {"Inputs within their range"}
    assert native <= {fault.check for fault in FAULTS.values()}
    every = {
        book["Checks"].value(row, checks.WHAT)
        for row, col in book["Checks"].cells
        if col == checks.WHAT
    }
    assert {fault.check for fault in FAULTS.values()} <= every


def test_an_error_on_either_side_fails_its_check_and_the_master() -> None:
    for side in (checks.LEFT, checks.RIGHT):
        book = without_slow_functions(compare.build(deals(1)))
        row = next(
            row
            for (row, col), cell in book["Checks"].cells.items()
            if col == checks.WHAT and cell.value == "Sources equal uses"
        )
        book["Checks"].put(row, side, "=1/0")
        calculation.calculate(book)
        assert book["Checks"].value(row, checks.VERDICT) == "FAIL"
        assert book["Checks"].value_of("master") == "FAIL"


def test_an_error_in_a_verdict_itself_fails_the_master() -> None:
    book = without_slow_functions(compare.build(deals(1)))
    row = next(
        row
        for (row, col), cell in book["Checks"].cells.items()
        if col == checks.WHAT and cell.value == "Sources equal uses"
    )
    book["Checks"].put(row, checks.VERDICT, "=1/0")
    calculation.calculate(book)
    assert book["Checks"].value_of("master") == "FAIL"
