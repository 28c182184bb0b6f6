"""One object a rule: what refuses a deal refuses a cell of a grid, sets a loan aside and fails its check."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.engine import calculation
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.measures import contradictions, variants
from bankable.udfs.deal.rules import RULES, Rule

SOUND = deal_file.load_shipped()[1].deal
# for each rule the inputs that break it and no other
BREAKS: dict[str, dict[str, Any]] = {
    "Tenor within operating life": {"operating_years": SOUND.tenor - 1},
    "Grace ends before the tenor": {"grace_years": SOUND.tenor, "tenor": SOUND.tenor},
    "Build and delay fit the monthly block": {"build_months": 120, "delay_months": 36},
    "Floor not above cap": {"price_floor": 2.0, "price_cap": 1.0},
    "Take-or-pay not above the volume cap": {"take_or_pay": 1.0, "max_volume": 0.5},
    "Firm years within the contract horizon": {"firm_years": SOUND.contract_years + 1},
    "Retooling and refilling within two years": {"retool_months": 20, "refill_months": 5},
    "Collateral parts within the whole": {"it_share": 1.0},
    "Payments fit the periods of the year": {"payments_per_year": 4, "periods_per_year": 2},
    "Grant below capital cost": {"grant": SOUND.capex},
}


def broken_by(rule: Rule) -> deals.Deal:
    return replace(SOUND, **BREAKS[rule.name])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_tells_its_inputs(rule: Rule) -> None:
    """It reads those that it names, all of them, and its sentence names each."""
    read: set[str] = set()

    class Told:
        def __getattr__(self, key: str) -> float:
            read.add(key)
            return 1.0

    rule.broken(Told())
    assert read == set(rule.keys) <= {field.name for field in fields(deals.Deal)}
    assert all(key in rule.refusal(SOUND) for key in rule.keys)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_rule_is_refused_everywhere(rule: Rule) -> None:
    deal = broken_by(rule)
    others = [other.name for other in RULES if other is not rule and other.broken(deal)]
    assert not others
    assert not rule.broken(SOUND)
    with pytest.raises(CellError) as refused:
        deals.check(deal)
    assert refused.value.sentence == rule.refusal(deal)
    changes = {
        key: np.array([getattr(SOUND, key), value]) for key, value in BREAKS[rule.name].items()
    }
    if any(value > deals.param_of(key).high for key, value in BREAKS[rule.name].items()):
        return  # the bounds of the inputs themselves keep it: no grid can reach it
    told = contradictions(SOUND, changes)
    assert told[0] is None
    assert told[1] is not None
    assert told[1].sentence == refused.value.sentence
    both = variants(SOUND, changes, refuse=False)
    assert np.ravel(rule.broken(both)).tolist() == [False, True]


@pytest.mark.parametrize("part", [RULES[:5], RULES[5:]], ids=["first", "second"])
def test_the_sheet_checks_fails_just_the_broken_rules(part: tuple[Rule, ...]) -> None:
    """The native formulas, calculated for a deal that keeps all rules and for some in which a reader has
    typed what breaks one.
    """
    names_of = ["Sound", *(f"Rule {RULES.index(rule)}" for rule in part)]
    cases = [deal_file.SourcedDeal(replace(SOUND, case_name=name), {}, "") for name in names_of]
    book = compare.build(cases)
    for i, rule in enumerate(part, start=2):
        for key, value in BREAKS[rule.name].items():
            place = book["Inputs"].placed[f"{key}_{i}"]
            book["Inputs"].cells[place.row, place.col].value = value
    checks = calculation.calculate(book)["Checks"]
    names = {rule.name for rule in RULES}
    failed = {
        (str(checks.value(row, 1)), str(checks.value(row, 2)))
        for row in {row for row, _ in checks.cells}
        if checks.value(row, 1) in names and checks.value(row, 7) == "FAIL"
    }
    assert failed == {(rule.name, f"Rule {RULES.index(rule)}") for rule in part}


def test_arrays_of_many_deals_are_read_at_once() -> None:
    x = SimpleNamespace(**{key: np.array([1.0, 1.0]) for key in RULES[0].keys})
    assert RULES[0].broken(x).tolist() == [False, False]
