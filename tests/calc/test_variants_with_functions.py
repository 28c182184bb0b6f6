"""Every cell of every shipped workbook under its scenarios: LibreOffice with our functions and the
embedded engine agree, checks OK.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bankable.templates.engine import calculation
from tests.calc import office, shipped_variants
from tests.calc.shipped_variants import AsShown

LEAST = {  # formulas of the file and cells of its arrays
    "comparison": 25_000,
    "blank_comparison": 18_000,
    "single_factory": 10_000,
    "single_data_centre": 10_000,
    "function_playground": 400,
}


@pytest.fixture(scope="module")
def shown(
    profile_with_functions: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsShown:
    return shipped_variants.as_shown(
        True,
        lambda told: office.run(
            told, tmp_path_factory.mktemp("with functions"), *profile_with_functions
        ),
    )


@pytest.mark.parametrize(("variant", "scenario"), shipped_variants.TIERS)
def test_every_cell_agrees_and_the_checks_are_ok(
    variant: str, scenario: str, shown: AsShown
) -> None:
    opened = shipped_variants.opened(variant)
    mine = calculation.calculate_opened(opened, shipped_variants.changes(scenario))
    theirs = shown(variant, scenario)
    compared, faults = office.differences(opened, mine, theirs)
    assert not faults, f"{len(faults)} of {compared} cells: {faults[:10]}"
    assert (
        compared
        > sum(len({*cells, *opened.blocks[sheet]}) for sheet, cells in opened.formulas.items())
        > LEAST[variant]
    )
    if "Checks" in opened.formulas:
        assert theirs["Scenarios"][opened.names["set_scenario"][1:]] == scenario
        assert (mine.sheets["Checks"][0, 7], theirs["Checks"][0, 7]) == ("OK", "OK")
        assert theirs["Checks"][1, 7] == "functions: live"


def test_another_scenario_is_told_apart(
    shown: AsShown,
) -> None:
    opened = shipped_variants.opened("single_factory")
    _, faults = office.differences(
        opened,
        calculation.calculate_opened(opened),
        shown("single_factory", "Contract lost"),
    )
    assert len(faults) > 1_000
    assert faults[0].startswith("Cover!") or faults[0].startswith("Summary!")
