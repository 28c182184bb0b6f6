"""Worksheet functions of one cell applied to every cell of a range, as a spreadsheet does inside
SUMPRODUCT and array formulas.

The engine evaluates these for one cell only (some of them return a wrong figure for a range without
saying so), so `formulas.prepare` sends such calls here under the prefix `EACH.`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Any

PREFIX = "EACH."
_VALUE = {"type": "Error", "kind": "Value"}
_NUM = {"type": "Error", "kind": "Num"}
_DIV = {"type": "Error", "kind": "Div"}
_NORMAL = NormalDist()


def _half_up(x: float, digits: float = 0.0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(float(f"{abs(x) * scale:.15g}") + 0.5), x) / scale


def _up(x: float, digits: float = 0.0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.ceil(float(f"{abs(x) * scale:.15g}")), x) / scale


def _down(x: float, digits: float = 0.0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(float(f"{abs(x) * scale:.15g}")), x) / scale


def _mod(x: float, by: float) -> Any:
    return x - by * math.floor(x / by) if by else _DIV


_NUMBERS: dict[str, Callable[..., Any]] = {
    "ABS": abs,
    "EXP": math.exp,
    "LN": math.log,
    "LOG10": math.log10,
    "SQRT": math.sqrt,
    "SIGN": lambda x: float((x > 0) - (x < 0)),
    "INT": math.floor,
    "TRUNC": _down,
    "ROUND": _half_up,
    "ROUNDUP": _up,
    "ROUNDDOWN": _down,
    "MOD": _mod,
    "POWER": lambda x, y: x**y,
    "NORMSDIST": _NORMAL.cdf,
    "NORMSINV": _NORMAL.inv_cdf,
    "NOT": lambda x: not x,
}


def _is_error(x: Any) -> bool:
    return isinstance(x, dict)


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)


_QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "ISERROR": _is_error,
    "ISNA": lambda x: _is_error(x) and x.get("kind") == "Na",
    "ISNUMBER": _is_number,
    "ISTEXT": lambda x: isinstance(x, str),
    "ISLOGICAL": lambda x: isinstance(x, bool),
    "ISBLANK": lambda x: x is None,
    "N": lambda x: x if _is_error(x) else float(x) if isinstance(x, (int, float)) else 0.0,
    "LEN": lambda x: x if _is_error(x) else float(len(_text(x))),
}

NAMES = frozenset(_NUMBERS) | frozenset(_QUESTIONS)


def _text(x: Any) -> str:
    if x is None:
        return ""
    if isinstance(x, bool):
        return str(x).upper()
    return f"{x:.15g}" if isinstance(x, (int, float)) else str(x)


def _number(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    numbers = []
    for arg in args:
        if _is_error(arg):
            return arg
        if isinstance(arg, str):
            try:
                arg = float(arg)
            except ValueError:
                return _VALUE
        numbers.append(0.0 if arg is None else float(arg))
    try:
        result = function(*numbers)
    except (ValueError, OverflowError, ArithmeticError):
        return _NUM
    return (
        result
        if isinstance(result, (bool, dict))
        else _NUM
        if isinstance(result, complex)
        else float(result)
    )


def callbacks() -> dict[str, Callable[..., Any]]:
    """The functions by the names under which the engine is to know them."""

    def over_cells(one: Callable[[tuple[Any, ...]], Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            grids = [arg for arg in args if isinstance(arg, list)]
            if not grids:
                return one(args)
            height, width = max(len(grid) for grid in grids), max(len(grid[0]) for grid in grids)
            return [
                [one(tuple(_at(arg, i, j) for arg in args)) for j in range(width)]
                for i in range(height)
            ]

        return call

    made = {
        PREFIX + name: over_cells(partial(_number, function)) for name, function in _NUMBERS.items()
    }
    return made | {
        PREFIX + name: over_cells(partial(_ask, function)) for name, function in _QUESTIONS.items()
    }


def _ask(function: Callable[[Any], Any], args: tuple[Any, ...]) -> Any:
    return function(args[0])


def _at(arg: Any, i: int, j: int) -> Any:
    """An argument's value for one cell of the result; a single row or column repeats."""
    if not isinstance(arg, list):
        return arg
    row = arg[0] if len(arg) == 1 else arg[i] if i < len(arg) else None
    if row is None or (len(row) > 1 and j >= len(row)):
        return {"type": "Error", "kind": "Na"}
    return row[0] if len(row) == 1 else row[j]
