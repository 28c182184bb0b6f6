"""Every workbook that ships built, under the scenarios of its selector: what the tests of
agreement go through.
"""

from __future__ import annotations

import atexit
import functools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bankable.templates.comparison import shipped
from bankable.templates.comparison.sheets import scenario_list
from bankable.templates.engine.opened_file import Opened, open_package
from bankable.templates.engine.workbook_file import open_file
from tests.calc.office import Shown, Step
from tests.tiers import tiers

NO_SCENARIOS = "as it is"
# books with the sheets of another, in fewer cases or with placeholders, go through some scenarios
SOME = ("Base", "Offtaker defaults", "Delay", "Combined downside")
SCENARIOS = {
    "function_playground": (NO_SCENARIOS,),
    "blank_comparison": SOME,
    "single_data_centre": SOME,
}
EVERY = [
    (variant, scenario)
    for variant in shipped.VARIANTS
    for scenario in SCENARIOS.get(variant, tuple(scenario_list.NAMES))
]

# the short suite's share of them: every book once, and scenarios that take contract, time or demand away
SHORT = [
    *((variant, scenario) for variant, scenario in EVERY if scenario in (NO_SCENARIOS, "Base")),
    ("comparison", "Combined downside"),
    ("single_factory", "Contract lost"),
]
TIERS = tiers(EVERY, SHORT)


@functools.cache
def folder() -> Path:
    """A folder for this run's workbooks, gone when it ends."""
    made = tempfile.TemporaryDirectory(prefix="bankable-variants-")
    atexit.register(made.cleanup)
    return Path(made.name)


@functools.cache
def path_of(variant: str) -> Path:
    """The file of a shipped workbook, made at the first call."""
    [path] = shipped.gallery(folder(), [variant])
    return path


@functools.cache
def opened(variant: str) -> Opened:
    """The shipped file, ready for the engine."""
    path = path_of(variant)
    return open_package(open_file(path.read_bytes(), path.name))


def changes(scenario: str) -> dict[str, str]:
    """What the engine is told."""
    return {} if scenario == NO_SCENARIOS else {"set_scenario": scenario}


def step_name(variant: str, scenario: str) -> str:
    """The name of LibreOffice's step."""
    return f"{variant} {scenario}"


def steps(kinds: bool, short: bool) -> dict[Path, list[Step]]:
    """What LibreOffice is told: each file opened once, its selector set to each scenario of the short
    suite, or of the rest.
    """
    told: dict[Path, list[Step]] = {}
    for variant, scenario in EVERY:
        if ((variant, scenario) in SHORT) != short:
            continue
        put = []
        if scenario != NO_SCENARIOS:
            sheet, row, col = opened(variant).names["set_scenario"]
            put = [(sheet, row, col, row, col, scenario)]
        told.setdefault(path_of(variant), []).append(
            Step(step_name(variant, scenario), put, kinds=kinds)
        )
    return told


Cells = dict[tuple[int, int], Any]  # of a sheet
AsShown = Callable[[str, str], dict[str, Cells]]


def as_shown(kinds: bool, run: Callable[[Mapping[Path, Sequence[Step]]], Shown]) -> AsShown:
    """LibreOffice's cells of a book under a scenario; it runs once for each tier that is asked for."""
    tier = functools.cache(lambda short: run(steps(kinds, short)))
    return lambda variant, scenario: tier((variant, scenario) in SHORT)[
        step_name(variant, scenario)
    ]
