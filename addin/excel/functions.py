"""The module that xlwings calls: one function a worksheet function, made from the register when
this is imported.

`build` makes them with any decorators of xlwings' manner, so the same serve its COM server here
and, with decorators given by the user's own module, its Server and Lite. They carry no type hints:
hints change what xlwings reads.
"""

from __future__ import annotations

import inspect
import sys
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from bankable import udfs
from bankable.addin.excel.coercion import answer_of, argument_of
from bankable.udfs import answer_cache
from bankable.udfs.cells import OMITTED, CellError
from bankable.udfs.registry import Function

# What was said last, newest at the end: (function, sentence). The ribbon's Explain reads it.
SAID: deque[tuple[str, str]] = deque(maxlen=200)

Decorator = Callable[..., Any]


def evaluate(entry: Function, raw: Iterable[Any]) -> Any:
    """A function of the register on raw values of xlwings or Office.js; a CellError's sentence is
    kept in SAID.
    """
    try:
        result = answer_cache.answer(entry, [argument_of(value) for value in raw])
    except Exception as fault:  # a door never raises; what happened can be asked for
        SAID.append(
            (entry.name, f"{entry.name} met a fault of its own ({type(fault).__name__}: {fault}).")
        )
        return CellError("#VALUE!", SAID[-1][1])
    if isinstance(result, CellError):
        SAID.append((entry.name, result.sentence))
    return result


def shim(entry: Function) -> Callable[..., Any]:
    """A plain function for xlwings: positional arguments as in the register, no hints, errors as
    texts such as "#NUM!".
    """

    def call(*raw):
        return answer_of(evaluate(entry, raw))

    call.__name__ = call.__qualname__ = entry.name
    call.__doc__ = entry.summary
    call.__module__ = __name__
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                p.name, kind, default=OMITTED if p.optional else inspect.Parameter.empty
            )
            for p in entry.cell_params
        ]
    )
    return call


def category(entry: Function) -> str:
    """The function's category in Excel's wizard."""
    return f"Bankable: {entry.family}"


def build(
    func: Decorator, arg: Decorator, entries: Iterable[Function] | None = None, **options: Any
) -> dict[str, Callable[..., Any]]:
    """All functions by name, decorated by xlwings' `func` and `arg` (or those of the same
    manner).
    """
    made = {}
    for entry in udfs.FUNCTIONS.values() if entries is None else entries:
        call = shim(entry)
        decorated = func(**options)(call) if options else func(call)
        for param in entry.cell_params:
            decorated = arg(param.name, ndim=2, err_to_str=True, doc=param.help)(decorated)
        made[entry.name] = decorated
    return made


def last_sentence(name: str = "") -> str:
    """The newest explanation of an error, of one function where a name is given."""
    return next((sentence for function, sentence in reversed(SAID) if name in ("", function)), "")


def _desktop() -> dict[str, Callable[..., Any]]:
    """The functions as xlwings' COM server wants them; none inside a browser, where the user's own
    module calls `build`.
    """
    if sys.platform == "emscripten":
        return {}
    import xlwings

    made: dict[str, Callable[..., Any]] = {}
    for entry in udfs.FUNCTIONS.values():
        made |= build(xlwings.func, xlwings.arg, [entry], category=category(entry))
    return made


globals().update(_desktop())
