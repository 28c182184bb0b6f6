"""Every cell of every shipped workbook under every scenario where our functions are absent: both
engines calculate alike, checks OK.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bankable.templates.engine import calculation
from bankable.udfs import registry
from bankable.udfs.cells import CellError
from tests.calc import libreoffice, office, shipped_variants
from tests.calc.office import Shown


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("without functions")
    return office.run(
        shipped_variants.steps(kinds=False), folder, libreoffice.make_profile(folder / "profile")
    )


class Absent:
    """A function that no spreadsheet knows."""

    @staticmethod
    def from_cells(_: list[Any]) -> CellError:
        return CellError("#NAME?", "not installed")


@pytest.mark.parametrize(("variant", "scenario"), shipped_variants.EVERY)
def test_every_cell_agrees_and_the_checks_are_ok(
    variant: str, scenario: str, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = shipped_variants.opened(variant)
    monkeypatch.setattr(registry, "FUNCTIONS", dict.fromkeys(registry.FUNCTIONS, Absent()))
    mine = calculation.calculate_opened(opened, shipped_variants.changes(scenario))
    theirs = shown[shipped_variants.step_name(variant, scenario)]
    compared, faults = office.differences(opened, mine, theirs)
    assert not faults, f"{len(faults)} of {compared} cells: {faults[:10]}"
    if "Checks" in opened.formulas:
        master = str(mine.sheets["Checks"][0, 7])
        assert master == theirs["Checks"][0, 7]
        assert re.fullmatch(r"OK, \d+ not run", master)
        assert theirs["Checks"][1, 7] == "functions: showing saved values"


def test_a_book_saved_as_ods_and_back_says_what_was_not_run(tmp_path: Path) -> None:
    """LibreOffice as users have it calculates some cells when it opens a file and keeps the saved
    values of others.
    """
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice")
    profile = tmp_path / "profile"
    ods = libreoffice.convert(
        shipped_variants.path_of("single_factory"), "ods", tmp_path / "saved", profile
    )
    back = libreoffice.values(libreoffice.convert(ods, "xlsx", tmp_path / "back", profile))
    assert re.fullmatch(r"OK, \d+ not run", back["Checks"][0, 7])
