"""CURE_MATRIX: each dose is held against the deal with that dose typed, and against the step before it."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.cures import CURE_MATRIX, CURES, MET, NO_DOSE, cures_of
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.support_search import Tool
from bankable.udfs.registry import FUNCTIONS
from tests.udfs.test_recut import varied

FIRST = 5  # the column of the first tool


@cache
def supported() -> Deal:
    return next(one.deal for one in deal_file.load_shipped() if one.deal.coverage > 0)


def promised() -> Deal:
    """The factory with ten years of offtake and nothing else."""
    return replace(supported(), coverage=0.0, public_offtake_years=10)


def with_dose(deal: Deal, tool: Tool, dose: float) -> Deal:
    whole = isinstance(getattr(deal, tool.key), int)
    changed: dict[str, Any] = {tool.key: round(dose) if whole else dose}
    if tool.key == "public_offtake_years":
        changed["lender_view"] = "supported"
    return replace(deal, **changed)


def verdicts(deal: Deal) -> list[bool]:
    """Whether each test, and last all of them, is met."""
    r = deals.evaluate(deal, ["decision"])
    return [r[f"pass_{key}"][0, 0] == 1 for key, *_ in TESTS] + [bool(r.decision[0, 0] > 0)]


def test_what_a_long_contract_leaves_a_guarantee_cures() -> None:
    """Ten years of offtake leave cover by the rate, the tail and the loss: 65% guaranteed cures all three."""
    bare = CURE_MATRIX(replace(promised(), public_offtake_years=0), ["offtake", "guarantee"])
    assert {row[FIRST + 1] for row in bare[2:]} == {MET, NO_DOSE}
    assert sum(isinstance(row[FIRST], float) for row in bare[2:-1]) == 6
    left = {row[0]: row[FIRST] for row in CURE_MATRIX(promised(), ["guarantee"])[2:]}
    cured = {name: dose for name, dose in left.items() if dose != MET}
    assert cured == {
        "Minimum DSCR": pytest.approx(0.15),
        "Uncovered debt in the tail": pytest.approx(0.65),
        "Expected loss a year borne by the bank": pytest.approx(0.45),
        "Every test": pytest.approx(0.65),
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_dose_cures_its_test_and_no_nearer_one_does(seed: int) -> None:
    deal = varied(random.Random(30 + seed))
    every = cures_of(deal)
    rows = CURE_MATRIX(deal)[2:]
    own = verdicts(deal)
    for j, name in enumerate(CURES):
        tool = every[name]
        held = float(getattr(deal, tool.key))
        for i, row in enumerate(rows):
            dose = row[FIRST + j]
            if own[i]:
                assert dose == MET
            elif isinstance(dose, float):
                assert verdicts(with_dose(deal, tool, dose))[i]
                nearer = dose - tool.step if dose > held else dose + tool.step
                if abs(nearer - held) > tool.step / 2 and 0 <= nearer <= tool.most * tool.step:
                    assert not verdicts(with_dose(deal, tool, round(nearer, 12)))[i]
            elif dose == NO_DOSE:
                most = with_dose(deal, tool, round(tool.most * tool.step, 12))
                if tool.key != "gearing" and not deals_contradict(most):
                    assert not verdicts(most)[i]


def deals_contradict(deal: Deal) -> bool:
    try:
        deals.check(deal)
    except ValueError:
        return True
    return False


def test_rooms_are_those_of_the_tests() -> None:
    deal = supported()
    r = deals.evaluate(deal, None)
    for row, (key, words, _, direction) in zip(CURE_MATRIX(deal, "debt")[2:-1], TESTS, strict=True):
        value, limit = row[1], getattr(deal, f"limit_{key}")
        assert row[0] == words
        assert row[2] == limit
        assert row[3] == pytest.approx(direction * (value - limit) / abs(limit))
        assert row[4] == pytest.approx(r[f"permits_{key}"][0, 0] / r.debt[0, 0] - 1)


def test_a_deal_that_asks_for_no_debt_has_nothing_to_cure() -> None:
    rows = CURE_MATRIX(replace(supported(), gearing=0.0))
    assert rows[-1][4] == "n/a"
    assert rows[-1][FIRST] == "n/a"
    assert not np.any([isinstance(row[FIRST], float) for row in rows[2:]])


def test_a_tool_that_does_not_exist_is_named() -> None:
    refused = FUNCTIONS["CURE_MATRIX"].from_cells([EXAMPLE, "prayer"])
    assert "prayer is not a tool" in refused.sentence
