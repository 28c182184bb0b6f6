"""What `bankable excel-check` puts into Excel: deals with random inputs, and a call of every function
with random arguments; the same for the same seed.

Each is near something that is known to be sound (a shipped deal, a worked example), so that what
comes back is figures and not errors.
"""

from __future__ import annotations

import random
from typing import Any

from bankable import udfs
from bankable.templates.deal_file import SourcedDeal
from bankable.udfs import reference
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.deal import deal as deals

SPREAD = 0.1  # how far from the known value, either way
DIGITS = 6


def random_deals(cases: list[SourcedDeal], seed: int) -> list[dict[str, Any]]:
    """The inputs of each case by key, every number moved a little that may be."""
    chance = random.Random(seed)
    made = []
    for case in cases:
        values = {key: getattr(case.deal, key) for key in deals.KEYS}
        for key in deals.KEYS:
            if type(values[key]) is float and values[key]:
                tried = {**values, key: moved(values[key], chance)}
                if _is_sound(tried):
                    values = tried
        made.append(values)
    return made


def _is_sound(values: dict[str, Any]) -> bool:
    try:
        deals.read(values)
    except CellError:
        return False
    return True


def moved(value: float, chance: random.Random, up: float = SPREAD) -> float:
    """A number near another, with few digits."""
    return float(f"{value * chance.uniform(1 - SPREAD, 1 + up):.{DIGITS}g}")


def random_calls(seed: int) -> list[tuple[str, list[Any]]]:
    """A call of each function with its arguments as cells: its worked example, every number that is
    not whole moved down a little, or as it stands where that gives an error.
    """
    chance = random.Random(seed)
    calls = []
    for entry in udfs.FUNCTIONS.values():
        example = reference.worked_example(entry)
        if example is None:
            continue
        given = [example.arguments.get(param.name, OMITTED) for param in entry.cell_params]
        arguments = [_moved_cells(value, chance) for value in given]
        if isinstance(entry.from_cells(arguments), CellError):
            arguments = given
        while arguments and arguments[-1] is OMITTED:
            arguments.pop()
        calls.append((entry.name, arguments))
    return calls


def _moved_cells(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_moved_cells(cell, chance) for cell in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return float(value) if float(value).is_integer() else moved(float(value), chance, 0.0)
