"""Maps a reference case of golden.json to our functions: its inputs to our arguments, our results to its expected keys.

`evaluate(case)` dispatches on the case's function name alone and never looks at its id. An infeasible
answer (`#N/A`) is the reference file's null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from udfs.cells import CellError

ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def adapts(name: str) -> Callable[..., Any]:
    """Enter the adapter of one function."""

    def enter(adapter: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        ADAPTERS[name] = adapter
        return adapter

    return enter


def evaluate(case: dict[str, Any]) -> dict[str, Any]:
    """The figures that our functions give for the inputs of one reference case."""
    return ADAPTERS[case["function"]](case["inputs"])


def none_if_no_answer(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The function's result, or None where it answers #N/A."""
    try:
        return function(*args, **kwargs)
    except CellError as error:
        if error.code == "#N/A":
            return None
        raise


# Offtake, construction, time, customers, simulation ----------------------------------------------


# Debt, returns, break-even -----------------------------------------------------------------------


# Credit support, subsidy, incentives -------------------------------------------------------------
