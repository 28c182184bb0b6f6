"""Every workbook that ships built, under every scenario of its selector: what the tests of agreement go through."""

from __future__ import annotations

import functools
from pathlib import Path

from bankable.templates import engine, variants
from bankable.templates.package import Opened
from bankable.templates.sheets import scenarios

from tests.calc.office import Step

BUILT = Path(str(variants.resources.files("bankable.templates"))) / "built"
NO_SCENARIOS = "as it is"
EVERY = [
    (variant, scenario)
    for variant in variants.VARIANTS
    for scenario in ((NO_SCENARIOS,) if variant == "function_playground" else scenarios.NAMES)
]


@functools.cache
def opened(variant: str) -> Opened:
    """The shipped file, ready for the engine."""
    path = BUILT / f"{variant}.xlsx"
    return engine.opened_file(path.read_bytes(), path)


def changes(scenario: str) -> dict[str, str]:
    """What the engine is told."""
    return {} if scenario == NO_SCENARIOS else {"set_scenario": scenario}


def step_name(variant: str, scenario: str) -> str:
    """The name of LibreOffice's step."""
    return f"{variant} {scenario}"


def steps(kinds: bool) -> dict[Path, list[Step]]:
    """What LibreOffice is told: each file opened once, its selector set to each scenario."""
    told: dict[Path, list[Step]] = {}
    for variant, scenario in EVERY:
        put = []
        if scenario != NO_SCENARIOS:
            sheet, row, col = opened(variant).names["set_scenario"]
            put = [(sheet, row, col, row, col, scenario)]
        told.setdefault(BUILT / f"{variant}.xlsx", []).append(Step(step_name(variant, scenario), put, kinds=kinds))
    return told
