"""Every worksheet function is fed cells of every kind, right and wrong: it answers, or says which
argument to mend.

At least 100,000 calls, seeded, in three manners: one argument wrong among sound ones, every
argument at the edge of what it takes, and any mixture. The whole-deal functions, each a run of the
chain, get the smaller share that `HEAVY_CALLS` states. Whatever comes, it is a finite number, a
text, a logical, a blank or a cell error with a sentence, in bounded time.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import itertools
import math
import random
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from bankable import udfs
from bankable.udfs import cells
from bankable.udfs.cells import OMITTED, CellError, Param
from bankable.udfs.deal.block import EXAMPLE
from bankable.udfs.deal.deal import KEYS
from bankable.udfs.deal.measures import MEASURES
from bankable.udfs.registry import FUNCTIONS, Function

CALLS = 104_000
HEAVY_CALLS = 40  # for each function that takes a deal
LONGEST_CALL = 5.0  # seconds; a call that hangs would take for ever
KEY_NAMES = [
    "coverage",
    "renewal",
    "government_loan_share",
    "take_or_pay",
]  # of a deal, from 0 to 1
MEASURE_NAMES = ["min_dscr", "all_in_rate", "public_cost", "debt", "decision"]
DEAL_ROWS = {*MEASURES, *KEYS}  # a whole-deal function may name the row to mend
CODES = {"#VALUE!", "#NUM!", "#N/A", "#REF!", "#DIV/0!", "#NAME?"}

DEALS = ("deal", "deal_a", "deal_b")  # arguments that are a whole deal
HEAVY = tuple(entry for entry in FUNCTIONS.values() if any(p.name in DEALS for p in entry.params))
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


def sensible_number(rng: random.Random, param: Param) -> float:
    """A number that the argument may well take, its bounds included."""
    if param.kind == "count":
        low = int(max(param.low, 0))
        return float(rng.randint(low, int(min(param.high, low + 60))))
    high = min(param.high, 100.0)
    return rng.choice(
        [
            max(param.low, -1.0),
            high,
            rng.uniform(max(param.low, 0.0), max(high, 0.0)),
            rng.random(),
            rng.random() / 10,
        ]
    )


def edge_number(rng: random.Random, param: Param) -> float:
    """A number that the argument takes, as far out as it takes any."""
    if param.kind == "count":
        return float(rng.choice([param.low, min(param.high, 200.0)]))
    far = [
        param.low,
        param.high,
        0.0,
        1e-300,
        1e-9,
        1.0,
        -0.99,
        10 ** rng.uniform(-12, 15),
        -(10 ** rng.uniform(-12, 15)),
    ]
    return rng.choice(
        [
            number
            for number in far
            if param.low <= number <= param.high and not (param.open_low and number == param.low)
        ]
    )


def sound(
    rng: random.Random, param: Param, length: int, number: Callable[[random.Random, Param], float]
) -> Any:
    """What the argument takes: ranges of one call are of one length, keys and measures exist."""
    if param.choices:
        return rng.choice(param.choices)
    if param.kind == "switch":
        return rng.choice([True, False, 1.0, "yes"])
    if param.name == "limits":  # of tiers: they rise, one fewer than the rates
        return [[limit] for limit in sorted(rng.sample(range(100), max(1, length - 1)))]
    if param.kind == "path" or (param.kind == "series" and rng.random() < 0.6):
        level = number(rng, param)
        line = [
            None if rng.random() < 0.02 else level if rng.random() < 0.5 else number(rng, param)
            for _ in range(length)
        ]
        return [line] if rng.random() < 0.5 else [[cell] for cell in line]
    if param.kind in ("text", "texts"):
        several = param.kind == "texts"
        names = (
            MEASURE_NAMES
            if param.name.startswith("measure")
            else ["guarantee", "grant"]
            if param.name == "tools"
            else KEY_NAMES
        )
        return [[name] for name in rng.sample(names, 2)] if several else rng.choice(names)
    if param.name in DEALS:
        return [
            [key, any_cell(rng) if rng.random() < 0.003 else value]
            for key, value in dict(EXAMPLE).items()
        ]
    if param.kind == "block":
        return [[rng.random()], [rng.random()]]
    return number(rng, param)


def arguments(rng: random.Random, params: Sequence[Param]) -> list[Any]:
    manner, length = rng.random(), rng.choice([1, 2, 5, 5, 12, 30])
    number = edge_number if manner > 0.8 else sensible_number
    args = [sound(rng, param, length, number) for param in params]
    wrong = (
        [rng.randrange(len(args))]
        if manner < 0.4
        else [i for i in range(len(args)) if rng.random() < 0.2]
        if manner < 0.8
        else []
    )
    for i in wrong:
        args[i] = any_cell(rng) if rng.random() < 0.6 else any_range(rng)
    return args


def assert_sound(entry: Function, args: list[Any], result: Any) -> str:
    """The kind of answer, after checking that it is one a cell can show."""
    if isinstance(result, CellError):
        assert result.code in CODES, (entry.name, args, result)
        names = [
            entry.name,
            *(param.name for param in entry.cell_params),
            *(DEAL_ROWS if entry in HEAVY else ()),
        ]
        named = any(name in result.sentence for name in names)
        assert named, (
            f"{entry.name}: the sentence names no argument: {result.sentence!r} for {args}"
        )
        return result.code
    cells = [cell for row in result for cell in row] if isinstance(result, list) else [result]
    for cell in cells:
        sound = (
            cell is None
            or isinstance(cell, (str, bool))
            or (isinstance(cell, CellError) and cell.sentence)
            or math.isfinite(cell)
        )
        assert sound, (entry.name, args, cell)
    return "answer"


def feed(entry: Function, rng: random.Random) -> str:
    args = arguments(rng, entry.cell_params[: rng.randint(entry.min_args, entry.max_args)])
    before = copy.deepcopy(args)
    start = time.perf_counter()
    result = entry.from_cells(args)
    assert time.perf_counter() - start < LONGEST_CALL, (entry.name, args)
    assert repr(args) == repr(before), f"{entry.name} changed its input"
    return assert_sound(entry, args, result)


# What this has found and is mended now: an input that showed it.
ONCE_FAULTY = {
    "PROJECT_IRR": [[[5e-324], [-1e7]]],
    "EQUITY_IRR": [77, 0, [[5e-324]]],
    "SENS_GRID": [EXAMPLE, "coverage", [], "renewal", [[0.5]], "min_dscr"],
}


@pytest.mark.parametrize("name", ONCE_FAULTY)
def test_what_was_once_faulty(name: str) -> None:
    assert_sound(FUNCTIONS[name], ONCE_FAULTY[name], FUNCTIONS[name].from_cells(ONCE_FAULTY[name]))


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
    kinds = [feed(entry, rng) for _ in range(HEAVY_CALLS)]
    print(entry.name, {kind: kinds.count(kind) for kind in sorted(set(kinds))})
    assert "answer" in kinds, f"{entry.name} never answered: {kinds}"


def test_the_calls_add_up() -> None:
    assert math.ceil(CALLS / len(LIGHT)) * len(LIGHT) >= 100_000
    assert len(udfs.FUNCTIONS) == len(LIGHT) + len(HEAVY)


def test_whole_columns_are_read_to_their_last_cell() -> None:
    column = [[26.0], [27.0], *[[None]] * 1_048_574]
    service = [[20.0], [20.0], *[[None]] * 1_048_574]
    start = time.perf_counter()
    assert FUNCTIONS["DSCR_MIN"].from_cells([column, service]) == 1.3
    assert time.perf_counter() - start < LONGEST_CALL


@pytest.mark.parametrize(("low", "high"), [(-1e15, 1e15), (0.0, 1e15), (-3.0, 3.0), (0.0, 1.0)])
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 1e300, -1e16, 2e15, 1e15, -0.5, 0.0, 7.0]
)
def test_an_array_is_read_as_a_column_of_the_same_cells(
    value: float, low: float, high: float
) -> None:
    for at, blanks in itertools.product((0, 12, 24), ("refuse", "keep", "zero")):
        param = cells.path("any", low, high, blanks).named("any", False, None)
        array = np.full(25, 0.5)
        array[at] = value
        column = [[None if math.isnan(number) else number] for number in array.tolist()]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            by_array, by_cells = read_or_refused(param, array), read_or_refused(param, column)
        assert repr(by_array) == repr(by_cells)
        sound = blanks != "refuse" if math.isnan(value) else low <= value <= high
        assert isinstance(by_array, list) == sound


def read_or_refused(param: Param, raw: Any) -> list[float] | CellError:
    try:
        return param.read(raw).tolist()
    except CellError as error:
        return error


@pytest.mark.parametrize(
    "flows",
    [
        [1e200, -1e300],
        [-1e-300, 1e-300],
        [-1e-320, 1e15],
        [-1e-323, 1e-323],
        [-1e-290, 1e-5],
        [-1e-290, *[0.0] * 70, 1e15],
        [-1e15, *[0.0] * 77, 1e-15],
        [-1.0, 1e15],
        [0.0, 0.0],
    ],
)
def test_a_rate_of_extreme_flows_warns_of_nothing(flows: list[float]) -> None:
    with warnings.catch_warnings(), contextlib.suppress(CellError):
        warnings.simplefilter("error")
        assert math.isfinite(udfs.PROJECT_IRR(np.array(flows)))


def test_the_rest_of_a_subtraction_is_nothing() -> None:
    """A balance of -7e-15 after the last instalment is no negative balance; -1e-3 is one."""
    sound = udfs.CREDIT_SUBSIDY(0.04, [100.0, 50.0, 0.0], 0.03, 0.6, 0.8)
    assert udfs.CREDIT_SUBSIDY(0.04, [100.0, 50.0, -7e-15], 0.03, 0.6, 0.8) == sound
    with pytest.raises(CellError, match=r"balances, cell 3, is -0\.001; allowed is from 0"):
        udfs.CREDIT_SUBSIDY(0.04, [100.0, 50.0, -1e-3], 0.03, 0.6, 0.8)


CFADS = [26.0, 27.0, 28.0]
SERVICE = [20.0, 20.0, 20.0]


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("LEARNING_COST", (100, 15, 10, 10), "for 15% type 0.15"),
        ("MERTON_GUARANTEE", (120, 100, 0.04, 5, 25), "did you mean 25%? Type 0.25"),
        ("DSCR_FAN", (CFADS, SERVICE, 22), "did you mean 22%? Type 0.22"),
        ("COLLAR_EXPECTED", (50, 40, 60, 15, 1), "did you mean 15%? Type 0.15"),
        ("COLLAR_EXPECTED", (50, 40, 60, [0.3, 7.5], 1), "did you mean 7.5%? Type 0.075"),
        ("SURVIVAL", (5, 2), "hazard is 2, that is 200%: did you mean 2%? Type 0.02"),
        ("OFFTAKE_NPV", (0.08, 3, 5, 100, 0, 1, 15), "did you mean 15%? Type 0.15"),
        ("RISKY_ANNUITY", (0.05, 3, 0.4, 5), "did you mean 3%? Type 0.03"),
        ("MIN_OFFTAKE_TERM", (200, 0.065, 28, 135), "did you mean 1.35x? Type 1.35"),
        ("BREAKEVEN_PRICE", (130, 18, 10, 40), "did you mean 1.30x? Type 1.3"),
        ("DEBT_CAPACITY", (0.06, CFADS, 130), "did you mean 1.30x? Type 1.3"),
        ("DEBT_CAPACITY", (0.06, CFADS, [1.3, 140, 1.3]), "target_dscr, cell 2, is 140"),
        (
            "LOAN_SCHEDULE",
            (50, 0.06, 3, "sculpted", 0, 0, 1, False, CFADS, 150),
            "did you mean 1.50x? Type 1.5",
        ),
        (
            "DEAL_METRICS",
            ([*(dict(EXAMPLE) | {"price_vol": 30}).items()],),
            "did you mean 30%? Type 0.3",
        ),
        (
            "DEAL_METRICS",
            ([*(dict(EXAMPLE) | {"limit_llcr": 140}).items()],),
            "did you mean 1.40x? Type 1.4",
        ),
    ],
)
def test_a_figure_typed_a_hundred_times_too_large_is_asked_about(
    name: str, args: tuple[Any, ...], said: str
) -> None:
    found = FUNCTIONS[name].from_cells(args)
    assert isinstance(found, CellError)
    assert found.code == "#NUM!"
    assert said in found.sentence


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("LEARNING_COST", (100, 0.99, 10, 10)),
        ("MERTON_GUARANTEE", (120, 100, 0.04, 5, 2)),
        ("DSCR_FAN", (CFADS, SERVICE, 1.5)),
        ("COLLAR_EXPECTED", (50, 40, 60, 3.3, 1)),  # a standard deviation at that date
        ("COLLAR_EXPECTED", (50, 40, 60, 15, 1, "normal")),  # in units of the price
        ("SURVIVAL", (5, 1)),
        ("SURVIVAL", (5, udfs.HAZARD_FROM_PD(1 - 1e-9))),
        ("OFFTAKE_NPV", (0.08, 3, 5, 100, 0, 1, udfs.HAZARD_FROM_SPREAD(1.0, 0.4))),
        ("MIN_OFFTAKE_TERM", (200, 0.065, 280, 10)),
    ],
)
def test_a_large_figure_that_can_be_meant_is_taken(name: str, args: tuple[Any, ...]) -> None:
    assert not isinstance(FUNCTIONS[name].from_cells(args), CellError)
