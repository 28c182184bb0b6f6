"""Each line of a deal is entered twice, in numpy and as a native formula, in modules of one name: no more often, and no less."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import case
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row
from bankable.udfs.deal import chain
from bankable.udfs.deal.chain.axes import PERIODS
from bankable.udfs.deal.deal import INPUTS, stack

# rows of the chain that the case sheet has not, with the reason
NOT_ON_THE_SHEET = {
    "tests_passed": "the flags of all tests side by side",
    "passing_cost": "NaN where a test fails, for the minimum of a grid",
}
SOLVED_ON_RETURNS = ("log_rate_", "log_gap_")  # the sheet Returns, held by the tie-out
ROOMS = "bankable.udfs.deal.chain", "bankable.templates.comparison.case"


def numpy_rows(a_year: int) -> dict[str, str]:
    """The module of the chain that calculates each row, with so many periods a year."""
    shipped = [one.deal for one in deal_file.load_shipped()]
    x = stack([dataclasses.replace(deal, periods_per_year=a_year) for deal in shipped])
    r = chain.Results()
    found: dict[str, str] = {}
    with np.errstate(all="ignore"):
        for stage in chain.STAGES:
            stage(x, r)
            for key in r:
                found.setdefault(key, stage.__module__.rpartition(".")[2])
    return found


def native_rows(monkeypatch: pytest.MonkeyPatch, a_year: int) -> dict[str, set[str]]:
    """The modules of the case sheet at work when each row is made: its own, and one that it calls."""
    found: dict[str, set[str]] = {}
    real = Row.__init__

    def noted(self: Row, *given: object, **named: object) -> None:
        real(self, *given, **named)
        frame = inspect.currentframe()
        while frame is not None and self.key:
            room, _, module = str(frame.f_globals.get("__name__", "")).rpartition(".")
            if room == ROOMS[1] and module != "case":
                found.setdefault(self.key, set()).add(module)
            frame = frame.f_back

    monkeypatch.setattr(Row, "__init__", noted)
    importlib.import_module(f"{ROOMS[1]}.case").rows(
        "B", "R", "c1_", lambda key: "=0", lambda key: "0", Periods(a_year)
    )
    importlib.import_module(f"{ROOMS[1]}.build").rows("S")
    return found


@pytest.mark.parametrize("a_year", PERIODS)
def test_a_line_stands_in_the_module_of_one_name_on_both_sides(
    monkeypatch: pytest.MonkeyPatch, a_year: int
) -> None:
    native, ours = native_rows(monkeypatch, a_year), numpy_rows(a_year)
    inputs = {field.name for field in INPUTS}
    apart = {
        key: (ours[key], sorted(native[key]))
        for key in native.keys() & ours.keys()
        if key not in inputs and ours[key] not in native[key]
    }
    assert not apart


@pytest.mark.parametrize("a_year", PERIODS)
def test_every_line_of_the_chain_is_entered_on_the_sheet_too(
    monkeypatch: pytest.MonkeyPatch, a_year: int
) -> None:
    native, ours = native_rows(monkeypatch, a_year), numpy_rows(a_year)
    stacked = {key for key in ours if f"{key}_{chain.VIEWS[0]}" in ours}
    alone = {key for key in ours if key not in native and not key.startswith(SOLVED_ON_RETURNS)}
    missing = sorted(alone - stacked - set(NOT_ON_THE_SHEET))
    where = [f"{key} in templates/comparison/case/{ours[key]}.py" for key in missing]
    assert not missing, f"enter as native formulas: {', '.join(where)}"
    assert set(NOT_ON_THE_SHEET) <= alone


def test_the_rooms_of_both_sides_have_the_same_names() -> None:
    names = [
        {found.name for found in pkgutil.iter_modules(importlib.import_module(room).__path__)}
        for room in ROOMS
    ]
    assert names[0] - {"axes", "lines", "row_names"} == names[1] - {"case", "entered"}
    assert case.__doc__
