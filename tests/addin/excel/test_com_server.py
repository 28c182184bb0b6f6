"""The functions through xlwings' real converters on its COM server: the same results and error
codes as in Python.
"""

from __future__ import annotations

import datetime as dt
import math
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bankable import udfs
from bankable.addin.excel.coercion import LEFT_OUT
from bankable.udfs.cells import OMITTED, CellError

ROOT = Path(__file__).resolve().parents[3]
MISSING = -2147352572  # what pywin32 makes of an argument that VBA did not get
NUMBERS_OF_ERRORS = {
    "#N/A": -2146826246,
    "#NUM!": -2146826252,
    "#VALUE!": -2146826273,
    "#DIV/0!": -2146826281,
}

NA = CellError("#N/A", "")
# function, arguments as the register's own cells
CALLS: list[tuple[str, list[Any]]] = [
    ("SURVIVAL", [4.0, 0.0, 0.85, 1.0]),
    ("SURVIVAL", [4.0]),
    ("SURVIVAL", [4.0, OMITTED, 0.85, OMITTED]),
    ("SURVIVAL", [4.0, None, 0.85]),
    ("SURVIVAL", [[[4.0]], 0.0, [[0.85]]]),
    ("SURVIVAL", [-4.0]),
    ("SURVIVAL", ["four"]),
    ("SURVIVAL", [None]),
    ("SURVIVAL", [NA]),
    ("SURVIVAL", []),
    ("OFFTAKE_NPV", [0.08, 10.0, 5.0, [[100.0], [110.0], [120.0]]]),
    ("OFFTAKE_NPV", [8.0, 10.0, 5.0, 100.0]),
    ("OFFTAKE_NPV", [0.08, 3.0, [[5.0, 6.0, 7.0]], [[100.0], [110.0], [120.0]]]),
    ("DSCR_PATH", [[[10.0, 20.0, 30.0]], [[5.0, 5.0, 5.0]]]),
    ("DSCR_PATH", [[[10.0], [20.0], [30.0]], [[5.0], [5.0], [5.0]]]),
    ("DSCR_PATH", [[[10.0], [None], [30.0]], [[5.0], [5.0], [5.0]]]),
    ("DSCR_PATH", [[[10.0], [NA], [30.0]], [[5.0], [5.0], [5.0]]]),
    ("DSCR_PATH", [[[10.0], ["x"], [30.0]], [[5.0], [5.0], [5.0]]]),
    ("DSCR_PATH", [[[10.0], [True], [30.0]], [[5.0], [0.0], [5.0]]]),
    ("DSCR_MIN", [[[10.0, 20.0], [30.0, 40.0]], [[5.0], [5.0]]]),
    ("IDC", [0.06, 100.0, 0.6]),
    ("IDC", [0.06, [[50.0], [50.0]], 0.6, OMITTED, OMITTED, OMITTED, OMITTED, False]),
    ("IDC", [0.06, 100.0, 0.6, OMITTED, OMITTED, OMITTED, OMITTED, "maybe"]),
    ("CONDITIONAL_PD", [[[0.01], [0.03], [0.06]]]),
    ("CONDITIONAL_PD", [[[0.06], [0.03]]]),
    ("HAZARD_FROM_PD", [0.02]),
    ("HAZARD_FROM_PD", [dt.datetime(2026, 1, 1)]),
    ("LEARNING_COST", [100.0, 0.85, 0.0, 10.0, "unit"]),
    ("LEARNING_COST", [100.0, 0.85, 0.0, 10.0, "no such theory"]),
]


def table() -> list[tuple[str, list[Any]]]:
    """The calls above, and those of the table that goes through every door, where it is there."""
    try:
        from tests.doors import values
    except ImportError:
        return CALLS
    rows = (
        [(row.function, list(row.args)) for row in values.TABLE] if hasattr(values, "TABLE") else []
    )
    return CALLS + rows


def as_com(value: Any, style: int) -> Any:
    """A cell value or range as pywin32 hands it over: errors as numbers, a single cell bare, ranges
    as tuples.
    """
    if value is OMITTED:
        return LEFT_OUT if style else MISSING
    if isinstance(value, CellError):
        return NUMBERS_OF_ERRORS[value.code]
    if isinstance(value, (list, tuple)):
        rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
        if len(rows) == 1 and len(rows[0]) == 1:
            return as_com(rows[0][0], style)
        return tuple(tuple(as_com(cell, style) for cell in row) for row in rows)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def in_python(name: str, arguments: list[Any]) -> Any:
    """What the register itself says, in the form in which COM hands results over."""
    result = udfs.FUNCTIONS[name].from_cells(arguments)
    if not isinstance(result, list):
        return shown(result)
    rows = [[shown(cell) for cell in row] for row in result]
    if len(rows) == 1:
        return rows[0][0] if len(rows[0]) == 1 else rows[0]
    return rows


def shown(cell: Any) -> Any:
    return cell.code if isinstance(cell, CellError) else "" if cell is None else cell


def same(left: Any, right: Any) -> bool:
    if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
        return (
            isinstance(left, (list, tuple))
            and isinstance(right, (list, tuple))
            and len(left) == len(right)
            and all(map(same, left, right))
        )
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-15)
    return (left in ("", None) and right in ("", None)) or (
        type(left) is type(right) and left == right
    )


@pytest.fixture(scope="module")
def answered() -> tuple[list[Any], str]:
    calls = [
        (name, tuple(as_com(value, i % 2) for value in arguments))
        for i, (name, arguments) in enumerate(table())
    ]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("com_server_run.py"))],
        input=pickle.dumps(calls),
        capture_output=True,
        cwd=ROOT,
        env={**__import__("os").environ, "PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return pickle.loads(done.stdout)


def test_every_call_answers_as_in_python(answered: tuple[list[Any], str]) -> None:
    wrong = []
    for (name, arguments), result in zip(table(), answered[0], strict=True):
        expected = in_python(name, arguments)
        if not same(result, expected):
            wrong.append((name, arguments, result, expected))
    assert not wrong


def test_the_calls_show_every_kind_of_error(answered: tuple[list[Any], str]) -> None:
    seen = {result for result in answered[0] if isinstance(result, str) and result.startswith("#")}
    assert {"#VALUE!", "#NUM!", "#N/A"} <= seen


def test_import_functions_would_write_every_function(answered: tuple[list[Any], str]) -> None:
    declared = dict(re.findall(r"Function ([A-Z0-9_]+)\((.*)\)", answered[1]))
    assert set(declared) == set(udfs.FUNCTIONS)
    for entry in udfs.FUNCTIONS.values():
        expected = ", ".join(
            f"Optional {p.name}" if p.optional else p.name for p in entry.cell_params
        )
        assert declared[entry.name] == expected
