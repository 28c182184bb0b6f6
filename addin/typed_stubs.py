"""Generated files for type checkers and editors: the worksheet functions' signatures, and the rows of the chain.

Both come from what is declared elsewhere (the register, the catalogue of lines, the chain itself), so
that a mistyped function or row name is found before anything runs.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace

import numpy as np

from bankable import udfs
from bankable.templates import deal_file
from bankable.udfs.cells import Param
from bankable.udfs.deal import chain
from bankable.udfs.deal.chain.lines import lines
from bankable.udfs.deal.deal import stack
from bankable.udfs.registry import Function

STUB = "udfs/__init__.pyi"
ROWS = "udfs/deal/chain/row_names.py"
ARGUMENTS = {
    "path": "Line",
    "series": "Line | float",
    "block": "Block",
    "texts": "Sequence[str] | Block | str",
    "count": "int | float",
    "switch": "bool",
    "choice": "str",
    "text": "str",
    "deal": "Deal | Block",
}
RESULTS = {
    "number": "float",
    "text": "str",
    "path": "NDArray[np.float64]",
    "table": "NDArray[np.float64]",
    "block": "Any",
}
STUB_HEAD = '''"""Signatures of the worksheet functions. Written by "python -m bankable.addin.generate"."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bankable.udfs.deal.deal import Deal
from bankable.udfs.registry import Function

Line = ArrayLike
Block = Mapping[str, Any] | Sequence[Sequence[Any]] | ArrayLike

FUNCTIONS: dict[str, Function]
'''
ROWS_HEAD = '''"""The rows of the chain by name, for type checkers. Written by "python -m bankable.addin.generate".

Each is an array; what it says stands in lines.toml, its shape in axes.py.
"""

from typing import Any


class RowNames:
    """Every row that a stage of the chain gives; a name that is not here is a mistake."""

'''


def _argument(param: Param) -> str:
    """The type of one argument."""
    if param.name == "deal":
        return ARGUMENTS["deal"]
    if param.choices:
        return "Literal[" + ", ".join(f'"{choice}"' for choice in param.choices) + "] | str"
    return ARGUMENTS.get(param.kind, "float")


def _signature(entry: Function) -> str:
    """A function of the register, and the named tuple that it answers with where it does."""
    result = RESULTS.get(entry.returns.shape, "Any")
    before = ""
    if entry.returns.shape == "figures":
        result = f"{entry.name}_figures"
        fields = "".join(f"    {name}: float\n" for name in entry.returns.names)
        before = f"class {result}(NamedTuple):\n{fields}\n"
    lines = [
        f"    {param.name}: {_argument(param)}"
        + ((" | None" if param.default is None else "") + " = ..." if param.optional else "")
        + ","
        for param in entry.params
    ]
    inside = "\n" + "\n".join(lines) + "\n" if lines else ""
    said = textwrap.fill(entry.summary, 90, subsequent_indent="    ")
    return f'{before}def {entry.name}({inside}) -> {result}:\n    """{said}"""\n'


def stub() -> dict[str, bytes]:
    """The stub of `bankable.udfs`."""
    signatures = "\n".join(_signature(entry) for entry in udfs.FUNCTIONS.values())
    names = "".join(f'    "{name}",\n' for name in udfs.FUNCTIONS)
    text = f"{STUB_HEAD}\n{signatures}\n__all__ = [\n{names}]\n"
    return {STUB: text.encode()}


def row_names() -> dict[str, bytes]:
    """The names of all rows that the chain calculates, with one period a year and with four."""
    deal = deal_file.load_shipped()[0].deal
    rows = dict(chain.run(stack([replace(deal, periods_per_year=4)])))
    rows |= chain.run(stack([deal]))
    known = lines()
    names = sorted(key for key in rows if isinstance(rows[key], np.ndarray) and key.isidentifier())
    unsaid = [key for key in names if key not in known and not _is_stacked(key, known)]
    body = "".join(f"    {key}: Any\n" for key in names)
    if unsaid:
        body += "    # not on any sheet:\n"
        body += "".join(f"    # {line}\n" for line in textwrap.wrap(", ".join(unsaid), 90))
    return {ROWS: (ROWS_HEAD + body).encode()}


def _is_stacked(key: str, known: object) -> bool:
    """Whether a row holds the four views one above the other."""
    return f"{key}_{chain.VIEWS[0]}" in known  # type: ignore[operator]
