"""The help of a worksheet function, put together from the register for the terminal, the reference
pages and the Functions sheet.

Nothing here is written per function: the question, arguments and result come from the register, the
rest from the sections of the docstring, and the worked example from running the docstring's own.
"""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bankable.udfs.cells import OMITTED, CellError, Param
from bankable.udfs.registry import FUNCTIONS, Function

SECTIONS = ("Equation", "Conventions", "Errors", "Source", "See also", "Examples")
LONGEST_ARGUMENT = (
    160  # characters; a longer one stands in the worked formula under its argument's name
)

KINDS = {
    "rate": "yearly rate as a decimal, 6.5% = 0.065",
    "probability": "share or probability as a decimal",
    "amount": "money or quantity",
    "number": "number",
    "count": "whole number",
    "switch": "TRUE or FALSE",
    "choice": "one of these words",
    "text": "text",
    "texts": "text, or a range of texts",
    "path": "row or column, one number a period",
    "series": "one number, or a row or column with one a period",
    "block": "block of cells",
}
SHAPES = {
    "number": "one number",
    "text": "one text",
    "path": "one number a period, a column (a row where the first range given is a row)",
    "figures": "named figures, one below the other",
    "table": "a table, one row a period",
    "block": "a block with its own labels",
}


# The docstring ---------------------------------------------------------------------------------


def sections(entry: Function) -> dict[str, str]:
    """The docstring's sections by title; what stands before the first title is under "Summary"."""
    found: dict[str, list[str]] = {"Summary": []}
    title = "Summary"
    lines = inspect.cleandoc(entry.doc).splitlines()
    for i, line in enumerate(lines):
        underline = lines[i + 1].strip() if i + 1 < len(lines) else ""
        if line.strip() in SECTIONS and underline and set(underline) == {"-"}:
            title = line.strip()
            found[title] = []
        elif not (
            i and lines[i - 1].strip() in SECTIONS and line.strip() and set(line.strip()) == {"-"}
        ):
            found[title].append(line)
    return {title: "\n".join(body).strip() for title, body in found.items()}


def see_also(entry: Function) -> list[Function]:
    """The functions that the section "See also" names."""
    words = sections(entry).get("See also", "").replace(",", " ").split()
    names = [word.strip(".:;()") for word in words]
    return [
        FUNCTIONS[name] for name in dict.fromkeys(names) if name in FUNCTIONS and name != entry.name
    ]


# Arguments and result --------------------------------------------------------------------------


def cell_text(value: Any) -> str:
    """A value as it is typed into a formula: TRUE, 0.065, "annuity", {1;2;3}."""
    if isinstance(value, (bool, np.bool_)):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return f"{float(value):.15g}"
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if value is None or value is OMITTED:
        return ""
    return "{" + ";".join(",".join(cell_text(cell) for cell in row) for row in value) + "}"


def default_text(param: Param) -> str:
    """What holds when an optional argument is left out; empty for a needed one."""
    if not param.optional:
        return ""
    return "may be left out" if param.default is None else cell_text(param.default)


def kind_text(param: Param) -> str:
    """The kind of an argument and what is allowed, in words."""
    allowed = f": {param.allowed}" if param.allowed else ""
    return KINDS[param.kind] + allowed


def result_text(entry: Function) -> str:
    """What the function gives back, in words."""
    names = f" ({', '.join(entry.returns.names)})" if entry.returns.names else ""
    return f"{SHAPES[entry.returns.shape]}{names}: {entry.returns.unit}"


def number_text(value: Any) -> str:
    """A result cell as a person reads it."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, CellError)):
        return str(value) if isinstance(value, str) else cell_text(value)
    return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.6g}"


# The worked example ----------------------------------------------------------------------------


@dataclass(frozen=True)
class WorkedExample:
    """The first call of the docstring's examples, as raw cell values by argument, with its result
    in cells.
    """

    formula: str
    arguments: dict[str, Any]
    result: Any

    @property
    def rows(self) -> list[list[Any]]:
        """The result as rows of cells."""
        return self.result if isinstance(self.result, list) else [[self.result]]


def worked_example(entry: Function) -> WorkedExample | None:
    """The docstring's first example as a cell would hold it; None where it has no example that
    runs.
    """
    arguments = _first_call(entry)
    if arguments is None:
        return None
    given = [
        _as_cells(arguments[param.name]) if param.name in arguments else OMITTED
        for param in entry.params
    ]
    while given and given[-1] is OMITTED:
        given.pop()
    given = [
        param.default if raw is OMITTED and param.default is not None else raw
        for param, raw in zip(entry.params, given, strict=False)
    ]
    result = entry.from_cells(given)
    texts = []
    for param, raw in zip(entry.params, given, strict=False):
        typed = cell_text(raw)
        texts.append(typed if len(typed) <= LONGEST_ARGUMENT else param.name)
    named = {
        param.name: raw
        for param, raw in zip(entry.params, given, strict=False)
        if raw is not OMITTED
    }
    return WorkedExample(f"={entry.name}({', '.join(texts)})", named, result)


def _first_call(entry: Function) -> dict[str, Any] | None:
    """Run the docstring's examples and note the arguments of the first call of the function
    itself.
    """
    calls: list[dict[str, Any]] = []
    names = inspect.signature(entry.body)
    namespace = dict(entry.body.__globals__)
    public = namespace.get(entry.name, entry.body)

    def noting(*args: Any, **kwargs: Any) -> Any:
        calls.append(dict(names.bind(*args, **kwargs).arguments))
        return public(*args, **kwargs)

    namespace[entry.name] = noting
    for example in doctest.DocTestParser().get_examples(entry.doc):
        if example.exc_msg is not None:
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(example.source, f"<example of {entry.name}>", "exec"), namespace)
        if calls:
            return calls[0]
    return None


def _as_cells(value: Any) -> Any:
    """A Python argument as raw cell values: ranges as lists of rows, a path as a column."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return [[key, _as_cells(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [list(row) if isinstance(row, (list, tuple)) else [row] for row in value]
    return OMITTED if value is None else value


# Whole texts -----------------------------------------------------------------------------------


def by_family(entries: Iterable[Function]) -> dict[str, list[Function]]:
    """The functions under their families, both in the order of the register."""
    families: dict[str, list[Function]] = {}
    for entry in entries:
        families.setdefault(entry.family, []).append(entry)
    return families


def as_dict(entry: Function) -> dict[str, Any]:
    """Everything that is known of a function, for programs."""
    example = worked_example(entry)
    return {
        "name": entry.name,
        "family": entry.family,
        "question": entry.question,
        "call": entry.signature,
        "arguments": [
            {
                "name": param.name,
                "kind": param.kind,
                "help": param.help,
                "allowed": param.allowed,
                "optional": param.optional,
                "default": (
                    param.default if isinstance(param.default, (bool, int, float, str)) else None
                ),
            }
            for param in entry.cell_params
        ],
        "result": {
            "shape": entry.returns.shape,
            "unit": entry.returns.unit,
            "names": list(entry.returns.names),
        },
        "example": (
            example
            and {
                "formula": example.formula,
                "result": [[_for_json(cell) for cell in row] for row in example.rows],
            }
        ),
        "text": {title: text for title, text in sections(entry).items() if title != "See also"},
        "see_also": [other.name for other in see_also(entry)],
    }


def _for_json(cell: Any) -> Any:
    return cell.code if isinstance(cell, CellError) else cell


def terminal_help(entry: Function, width: int = 80) -> str:
    """The help of a function as a page for the terminal."""
    text = sections(entry)
    wrap = textwrap.TextWrapper(width, initial_indent="  ", subsequent_indent="  ")
    deeper = textwrap.TextWrapper(width, initial_indent="      ", subsequent_indent="      ")
    lines = [entry.name, "=" * len(entry.name), *textwrap.wrap(entry.question, width), ""]
    lines += textwrap.wrap(entry.signature, width, subsequent_indent="    ", break_on_hyphens=False)
    lines += ["", text["Summary"], "", "Arguments"]
    for param in entry.cell_params:
        default = default_text(param)
        lines.append(f"  {param.name}{f' [{default}]' if default else ''}")
        lines += deeper.wrap(f"{param.help} ({kind_text(param)}).")
    lines += ["", "Result", *wrap.wrap(f"{result_text(entry)}.")]
    for title in ("Equation", "Conventions", "Errors", "Source"):
        if text.get(title):
            lines += ["", title, textwrap.indent(text[title], "  ")]
    example = worked_example(entry)
    if example:
        lines += [
            "",
            "Example, in a cell",
            *wrap.wrap(example.formula),
            *_plain_table(entry, example),
        ]
    if text.get("Examples"):
        lines += ["", "Example, in Python", textwrap.indent(text["Examples"], "  ")]
    others = see_also(entry)
    if others:
        lines += ["", "See also", *(f"  {other.name}: {other.question}" for other in others)]
    return "\n".join(lines)


def labelled_rows(entry: Function, example: WorkedExample) -> list[list[str]]:
    """The example's result as texts, with the figures' or columns' names; long paths are cut."""
    rows = [[number_text(cell) for cell in row] for row in example.rows]
    names = list(entry.returns.names)
    if entry.returns.shape == "figures" and len(names) == len(rows):
        rows = [[name, *row] for name, row in zip(names, rows, strict=True)]
    elif entry.returns.shape == "table" and rows and len(names) == len(rows[0]):
        rows = [names, *rows]
    return rows if len(rows) <= 12 else [*rows[:6], ["..."] * len(rows[0]), *rows[-3:]]


def _plain_table(entry: Function, example: WorkedExample) -> list[str]:
    rows = labelled_rows(entry, example)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
