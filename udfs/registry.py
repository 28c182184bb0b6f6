"""The one register of worksheet functions: every door reads names, arguments, help and results
here.

A function is written once, in plain Python over numpy, and entered by the decorator `function`.
From then on it can be called from Python with numbers and arrays, and from any door with raw cell
values (`Function.from_cells`), through the same reading of arguments.
"""

from __future__ import annotations

import functools
import inspect
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bankable.udfs import cells
from bankable.udfs.cells import OMITTED, CellError, Param

FUNCTIONS: dict[str, Function] = {}

LABELS = cells.switch(
    "TRUE puts the figures' names in the first column (a table's in its first row)"
).named("labels", True, False)


@dataclass(frozen=True)
class Returns:
    """The shape of a result: number, text, path, figures (named numbers), table (named columns) or
    block.

    `unit` says what the numbers are; `names` are the figures' or columns' names in order. `warns`
    is False where numpy warns of nothing on the way, so that calls from Python need no guard
    against it.
    """

    shape: str
    unit: str
    names: tuple[str, ...] = ()
    warns: bool = True

    @property
    def takes_labels(self) -> bool:
        """Figures and tables get the optional last argument `labels`."""
        return self.shape in ("figures", "table")


def number(unit: str, warns: bool = True) -> Returns:
    """One number."""
    return Returns("number", unit, warns=warns)


def text(unit: str) -> Returns:
    """One text."""
    return Returns("text", unit)


def path(unit: str) -> Returns:
    """One number a period: a column, or a row when the first range given is a row."""
    return Returns("path", unit)


def figures(unit: str, *names: str) -> Returns:
    """A few named numbers down a column; in Python a named tuple."""
    return Returns("figures", unit, names)


def table(unit: str, *names: str) -> Returns:
    """One row a period under named columns; in Python a 2-D array."""
    return Returns("table", unit, names)


def block(unit: str) -> Returns:
    """A block that carries its own labels; in Python a list of rows (a single answer as it is)."""
    return Returns("block", unit)


@dataclass(frozen=True)
class Function:
    """A worksheet function as the register knows it."""

    name: str
    family: str
    question: str
    params: tuple[Param, ...]
    returns: Returns
    body: Callable[..., Any] = field(repr=False)
    doc: str = field(repr=False, default="")

    @property
    def cell_params(self) -> tuple[Param, ...]:
        """The arguments as typed in a cell: those of the Python function, and `labels` where it
        applies.
        """
        return (*self.params, LABELS) if self.returns.takes_labels else self.params

    @property
    def min_args(self) -> int:
        """How many leading arguments must be given."""
        return sum(not param.optional for param in self.params)

    @property
    def max_args(self) -> int:
        """How many arguments a cell may give."""
        return len(self.cell_params)

    @property
    def signature(self) -> str:
        """The call as a banker reads it: NAME(required, [optional])."""
        inside = ", ".join(f"[{p.name}]" if p.optional else p.name for p in self.cell_params)
        return f"{self.name}({inside})"

    @property
    def summary(self) -> str:
        """The first paragraph of the docstring, in one line."""
        return " ".join(self.doc.strip().split("\n\n")[0].split())

    def from_cells(self, args: Sequence[Any]) -> Any:
        """Evaluate on raw cell values; never raises.

        `args` are scalars, or ranges as lists of rows; `OMITTED` marks an argument left out, None a
        blank cell, a CellError an error cell. Returns a number, text or logical, None for a blank,
        a list of rows, or a CellError.
        """
        try:
            if len(args) > self.max_args:
                raise cells.wrong_value(
                    f"{self.name} takes at most {self.max_args} arguments, {len(args)} were given."
                )
            given = [*args, *[OMITTED] * (self.max_args - len(args))]
            values = [param.read(raw) for param, raw in zip(self.params, given, strict=False)]
            labels = LABELS.read(given[-1]) if self.returns.takes_labels else False
            with np.errstate(all="ignore"):
                result = self.body(*values)
            return self._write(result, given, labels)
        except CellError as error:
            return error
        except (OverflowError, ZeroDivisionError):
            return cells.impossible(
                f"{self.name}: these arguments lead to a number too large to hold; check their"
                " units."
            )
        except MemoryError:
            return cells.impossible(f"{self.name}: these ranges are too large to work on.")

    def _write(self, result: Any, given: Sequence[Any], labels: bool) -> Any:
        shape = self.returns.shape
        if shape in ("number", "text"):
            if isinstance(result, (float, np.floating)) and not np.isfinite(result):
                return cells.impossible(
                    f"{self.name}: no finite number comes of these arguments; check their units."
                )
            return cells.write_cell(result)
        if shape == "path":
            return cells.write_cells(result, as_row=self._first_range_is_row(given))
        rows = cells.write_cells(
            result if isinstance(result, (list, tuple, np.ndarray)) else [result]
        )  # one answer: a block of one cell
        if labels and shape == "figures":
            return [[name, *row] for name, row in zip(self.returns.names, rows, strict=True)]
        if labels and shape == "table":
            return [list(self.returns.names), *rows]
        return rows

    def _first_range_is_row(self, given: Sequence[Any]) -> bool:
        for param, raw in zip(self.params, given, strict=False):
            if param.kind in ("path", "series") and isinstance(raw, (list, tuple)):
                rows = cells.rows_of(raw)
                if len(rows) > 1 or len(rows[0]) > 1:
                    return len(rows) == 1 and len(rows[0]) > 1
        return False


def function(
    family: str, question: str, returns: Returns, **params: Param
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function in the register; the keyword arguments describe its arguments one by one.

    Defaults come from the Python signature. The function itself may be called from Python with
    numbers, lists and arrays: its arguments are read by the same rules as a cell's, and a wrong one
    raises CellError (a ValueError).
    """

    def enter(body: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(body).parameters
        if list(signature) != list(params):
            raise TypeError(
                f"{body.__name__}: described arguments {list(params)} are not those of its"
                f" signature {list(signature)}"
            )
        described = tuple(
            params[name].named(
                name, p.default is not p.empty, None if p.default is p.empty else p.default
            )
            for name, p in signature.items()
        )
        entry = Function(
            body.__name__, family, question, described, returns, body, inspect.getdoc(body) or ""
        )
        if entry.name in FUNCTIONS:
            raise TypeError(f"{entry.name} is in the register twice")
        FUNCTIONS[entry.name] = entry
        names = [param.name for param in described]
        needed, most = entry.min_args, len(described)
        work = _silenced(body) if returns.warns else body
        tuple_of_figures = (
            namedtuple(entry.name + "_figures", returns.names)
            if returns.shape == "figures"
            else None
        )

        def in_order(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
            if len(args) > most or not set(kwargs) <= set(names[len(args) :]):
                inspect.signature(body).bind(*args, **kwargs)  # raises Python's own clear TypeError
            return *args, *(kwargs.get(name, OMITTED) for name in names[len(args) :])

        @functools.wraps(body)
        def from_python(*args: Any, **kwargs: Any) -> Any:
            if kwargs or not needed <= len(args) <= most:
                args = in_order(args, kwargs)
            result = work(
                *map(Param.read, described, args)
            )  # arguments not given have the body's own defaults
            return tuple_of_figures(*result) if tuple_of_figures else result

        from_python.__doc__ = f"{entry.doc}\n\nParameters\n----------\n{describe_params(entry)}\n\nReturns\n-------\n{returns.unit}\n"
        return from_python

    return enter


def _silenced(body: Callable[..., Any]) -> Callable[..., Any]:
    """The function without numpy's warnings."""

    def silenced(*values: Any) -> Any:
        with np.errstate(all="ignore"):
            return body(*values)

    return silenced


def describe_params(entry: Function) -> str:
    """The arguments as a docstring section, from the register."""
    lines = []
    for param in entry.params:
        facts = [param.kind]
        if param.allowed:
            facts.append(param.allowed)
        if param.optional:
            facts.append("optional" if param.default is None else f"default {param.default}")
        lines.append(f"{param.name} : {', '.join(facts)}\n    {param.help}.")
    return "\n".join(lines)


def lookup(name: str) -> Function:
    """The function of that name, in any case of letters; KeyError with near names."""
    try:
        return FUNCTIONS[name.strip().upper()]
    except KeyError:
        import difflib

        near = difflib.get_close_matches(name.strip().upper(), FUNCTIONS, n=3, cutoff=0.5)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise KeyError(f"there is no function {name}.{hint}") from None
