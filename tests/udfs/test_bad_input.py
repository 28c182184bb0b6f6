"""Every worksheet function is fed cells of every kind, right and wrong: it answers, or says which argument to mend.

At least 100,000 calls, seeded; the whole-deal functions, each a run of the chain, get the smaller share that `HEAVY_CALLS`
states. Whatever comes, it is a finite number, a text, a logical, a blank or a cell error with a sentence, in bounded time.
"""

from __future__ import annotations

import copy
import datetime as dt
import math
import random
import time
from typing import Any

import pytest

import udfs
from udfs.cells import OMITTED, CellError, Param
from udfs.deal_block import EXAMPLE
from udfs.registry import FUNCTIONS, Function

CALLS = 104_000
HEAVY_CALLS = 25  # for each function that takes a deal
LONGEST_CALL = 5.0  # seconds; a call that hangs would take for ever
CODES = {"#VALUE!", "#NUM!", "#N/A", "#REF!", "#DIV/0!", "#NAME?"}

HEAVY = tuple(entry for entry in FUNCTIONS.values() if any(p.name == "deal" for p in entry.params))
LIGHT = tuple(entry for entry in FUNCTIONS.values() if entry not in HEAVY)


def any_cell(rng: random.Random) -> Any:
    """A cell of any kind."""
    odd = (
        None,
        "",
        "text",
        "0.07",
        True,
        False,
        0.0,
        -0.0,
        5e-324,
        1e-300,
        1e15,
        -1e15,
        1e308,
        float("nan"),
        float("inf"),
        dt.date(2026, 11, 23),
        dt.datetime(2026, 11, 23, 12),
        CellError("#REF!", "a broken reference"),
        CellError("#DIV/0!", "a division by zero"),
        OMITTED,
    )
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(odd)
    if kind < 0.7:
        return rng.uniform(0, 1)
    if kind < 0.85:
        return rng.randint(-5, 60)
    return rng.uniform(-200, 200)


def any_range(rng: random.Random) -> Any:
    """A range of any shape: empty, 1x1, row, column, block, ragged, long."""
    rows, columns = rng.choice([(0, 0), (1, 0), (1, 1), (1, 6), (6, 1), (2, 3), (1, 40), (60, 1)])
    cells = [[any_cell(rng) for _ in range(columns)] for _ in range(rows)]
    if rows > 1 and rng.random() < 0.1:
        cells[-1] = cells[-1][:-1]
    return cells


def sensible(rng: random.Random, param: Param) -> Any:
    """A value that the argument may well take, its bounds included."""
    high = min(param.high, 100.0)
    number = rng.choice([max(param.low, -1.0), high, rng.uniform(max(param.low, 0.0), max(high, 0.0)), rng.random(), rng.random() / 10])
    if param.kind == "count":
        low = int(max(param.low, 0))
        return float(rng.randint(low, int(min(param.high, low + 60))))
    if param.choices:
        return rng.choice(param.choices)
    if param.kind == "switch":
        return rng.choice([True, False, 1.0, "yes"])
    if param.kind in ("path", "series"):
        length = rng.choice([1, 2, 5, 5, 12, 30])
        line = [rng.choice([0.0, number, rng.random(), None if rng.random() < 0.05 else 0.5]) for _ in range(length)]
        return [line] if rng.random() < 0.5 else [[cell] for cell in line]
    if param.kind in ("text", "texts"):
        return rng.choice(["min_dscr", "coverage", "renewal", "decision", "nonsense"])
    if param.name == "deal":
        return [[key, value] for key, value in dict(EXAMPLE).items()]
    return number


def argument(rng: random.Random, param: Param) -> Any:
    kind = rng.random()
    if kind < 0.7:
        return sensible(rng, param)
    return any_cell(rng) if kind < 0.87 else any_range(rng)


def assert_sound(entry: Function, args: list[Any], result: Any) -> str:
    """The kind of answer, after checking that it is one a cell can show."""
    if isinstance(result, CellError):
        assert result.code in CODES, (entry.name, args, result)
        named = entry.name in result.sentence or any(param.name in result.sentence for param in entry.cell_params)
        assert named, f"{entry.name}: the sentence names no argument: {result.sentence!r} for {args}"
        return result.code
    cells = [cell for row in result for cell in row] if isinstance(result, list) else [result]
    for cell in cells:
        sound = cell is None or isinstance(cell, (str, bool)) or (isinstance(cell, CellError) and cell.sentence) or math.isfinite(cell)
        assert sound, (entry.name, args, cell)
    return "answer"


def feed(entry: Function, rng: random.Random) -> str:
    args = [argument(rng, param) for param in entry.cell_params[: rng.randint(entry.min_args, entry.max_args)]]
    before = copy.deepcopy(args)
    start = time.perf_counter()
    result = entry.from_cells(args)
    assert time.perf_counter() - start < LONGEST_CALL, (entry.name, args)
    assert repr(args) == repr(before), f"{entry.name} changed its input"
    return assert_sound(entry, args, result)


@pytest.mark.parametrize("entry", LIGHT, ids=lambda entry: entry.name)
def test_cells_of_every_kind(entry: Function) -> None:
    rng = random.Random(f"bad input {entry.name}")
    seen: dict[str, int] = {}
    for _ in range(math.ceil(CALLS / len(LIGHT))):
        kind = feed(entry, rng)
        seen[kind] = seen.get(kind, 0) + 1
    print(entry.name, seen)
    assert seen.get("answer"), f"{entry.name} never answered: {seen}"


@pytest.mark.parametrize("entry", HEAVY, ids=lambda entry: entry.name)
def test_whole_deal_functions(entry: Function) -> None:
    rng = random.Random(f"bad input {entry.name}")
    print(entry.name, [feed(entry, rng) for _ in range(HEAVY_CALLS)])


def test_the_calls_add_up() -> None:
    assert math.ceil(CALLS / len(LIGHT)) * len(LIGHT) >= 100_000
    assert len(udfs.FUNCTIONS) == len(LIGHT) + len(HEAVY)


def test_whole_columns_are_read_to_their_last_cell() -> None:
    column = [[26.0], [27.0], *[[None]] * 1_048_574]
    service = [[20.0], [20.0], *[[None]] * 1_048_574]
    start = time.perf_counter()
    assert FUNCTIONS["DSCR_MIN"].from_cells([column, service]) == 1.3
    assert time.perf_counter() - start < LONGEST_CALL
