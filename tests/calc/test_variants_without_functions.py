"""Every cell of every shipped workbook under its scenarios where our functions are absent: both
engines calculate alike, checks OK.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bankable.templates.engine import calculation
from bankable.udfs import answer_cache, registry
from bankable.udfs.cells import CellError
from tests.calc import libreoffice, office, shipped_variants
from tests.calc.office import Shown, Step
from tests.calc.shipped_variants import AsShown
from tests.tiers import tiers

SAYS_ABSENT = ("functions absent", "no add-in", "functions: showing saved values")
LIVE = (2, 5)  # whether the functions are here, 1 or 0
LEAST_NOT_RUN = {"comparison": 80, "blank_comparison": 50, "single_factory": 25}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> AsShown:
    def run(told: Mapping[Path, Sequence[Step]]) -> Shown:
        folder = tmp_path_factory.mktemp("without functions")
        return office.run(told, folder, libreoffice.make_profile(folder / "profile"))

    return shipped_variants.as_shown(False, run)


class Absent:
    """A function that no spreadsheet knows."""

    name = "ABSENT"

    @staticmethod
    def from_cells(_: list[Any]) -> CellError:
        return CellError("#NAME?", "not installed")


@pytest.mark.parametrize(("variant", "scenario"), shipped_variants.TIERS)
def test_every_cell_agrees_and_the_checks_are_ok(
    variant: str,
    scenario: str,
    shown: AsShown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = shipped_variants.opened(variant)
    theirs = shown(variant, scenario)  # makes the other books too: before the functions are gone
    monkeypatch.setattr(answer_cache, "ANSWERS", None)
    monkeypatch.setattr(registry, "FUNCTIONS", dict.fromkeys(registry.FUNCTIONS, Absent()))
    mine = calculation.calculate_opened(opened, shipped_variants.changes(scenario))
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


@pytest.mark.parametrize("variant", tiers(LEAST_NOT_RUN, ["single_factory"]))
def test_opened_as_users_have_it_every_sheet_says_what_was_not_run(
    variant: str, tmp_path: Path
) -> None:
    """No extension, and the setting that LibreOffice comes with: saved values are kept, but arrays
    are calculated. Whatever differs from the saved values must say that the functions are absent.
    """
    if libreoffice.program() is None:
        libreoffice.missing("LibreOffice")
    path = shipped_variants.path_of(variant)
    saved = libreoffice.values(path)
    shown = libreoffice.values(
        libreoffice.convert(path, "xlsx", tmp_path / "opened", tmp_path / "profile", 600)
    )
    master = str(shown["Checks"][0, 7])
    not_run = re.fullmatch(r"OK, (\d+) not run", master)
    assert not_run
    verdicts = [value for (_, col), value in shown["Checks"].items() if col == 7]
    assert verdicts.count("functions absent") == int(not_run[1]) > LEAST_NOT_RUN[variant]
    state = "functions: showing saved values"
    assert (saved["Checks"][LIVE], shown["Checks"].pop(LIVE)) == (1, 0)
    assert shown["Checks"][1, 7] == shown["Summary"][1, 4] == state
    assert state in shown["Cover"].values()
    for sheet, cells in shown.items():
        if sheet != "Checks":
            assert cells[1, 3] == master, sheet
        for spot, value in cells.items():
            assert office.agree(saved[sheet].get(spot), value) or _says_so(value), (sheet, spot)


def _says_so(value: Any) -> bool:
    """Whether a cell tells a reader that it is not calculated."""
    if isinstance(value, CellError):
        return value.code == "#NAME?"
    return str(value) in SAYS_ABSENT or re.fullmatch(r"OK, \d+ not run", str(value)) is not None
