"""The calls that Excel on the web and the Mac make to a custom-functions server, answered from the
register.

Excel's JavaScript asks `metadata` which functions there are and posts each call as JSON to
`answer`. Use it behind any web server of yours, for instance the one of xlwings Server under your
own licence; nothing of theirs is imported here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bankable import udfs
from bankable.addin.excel.coercion import answer_of
from bankable.addin.excel.functions import evaluate
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.registry import Function

NAMESPACE = "BANKABLE"
# From this version of its custom-functions runtime on, Excel turns texts such as "#NUM!" into cell
# errors.
ERRORS_FROM_RUNTIME = (1, 4)


def metadata(entries: Iterable[Function] | None = None) -> dict[str, Any]:
    """The description of all functions in the form of a custom-functions JSON file."""
    return {
        "allowCustomDataForDataTypeAny": True,
        "functions": [
            _described(entry) for entry in (udfs.FUNCTIONS.values() if entries is None else entries)
        ],
    }


def _described(entry: Function) -> dict[str, Any]:
    return {
        "id": entry.name,
        "name": entry.name,
        "description": entry.summary,
        "options": {},
        "parameters": [
            {
                "name": p.name,
                "description": p.help,
                "type": "any",
                "dimensionality": "matrix",
                "optional": p.optional,
            }
            for p in entry.cell_params
        ],
        "result": {"type": "any", "dimensionality": "matrix"},
    }


def answer(call: dict[str, Any]) -> dict[str, Any]:
    """The answer to one call, `{"result": [[...]]}`; never raises on what a client can send.

    An argument is rows of cells with "" for a blank cell, or null for one that was left out.
    """
    name = str(call.get("func_name", "")).upper().rpartition(".")[2]
    entry = udfs.FUNCTIONS.get(name)
    if entry is None:
        return {"result": [["#NAME?"]]}
    arguments = call.get("args")
    if not isinstance(arguments, list):
        return {"result": [["#VALUE!"]]}
    result = evaluate(entry, [OMITTED if argument is None else argument for argument in arguments])
    if isinstance(result, CellError) and not _shows_errors(call.get("runtime")):
        return {"result": [[f"{result.code} {result.sentence}"]]}
    shown = answer_of(result)
    return {"result": shown if isinstance(shown, list) else [[shown]]}


def _shows_errors(runtime: Any) -> bool:
    try:
        return tuple(int(part) for part in str(runtime).split(".")[:2]) >= ERRORS_FROM_RUNTIME
    except ValueError:
        return False
