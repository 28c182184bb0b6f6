"""Raw values as xlwings and Office.js hand them over, turned into what `bankable.udfs.cells` reads,
and results turned back.

Both doors give a range as rows of numbers, texts, logicals and None; an error cell comes as its
code's text.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bankable.udfs.cells import OMITTED, CellError

# What the VBA wrappers put in the place of an argument that was left out.
LEFT_OUT = "<bankable: left out>"

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
_NEWER_ERRORS = (
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#BUSY!",
    "#PYTHON!",
)
_LOWEST_CODE, _HIGHEST_CODE = -2146826288, -2146826200  # COM's numbers of cell errors
_CODES = dict(
    zip(
        (-2146826288, -2146826281, -2146826273, -2146826265, -2146826259, -2146826252, -2146826246),
        ERRORS,
        strict=True,
    )
)


def cell_of(raw: Any) -> Any:
    """One cell: an error's text or COM number becomes a CellError, "" a blank, a currency a
    number.
    """
    if type(raw) is float or raw is None:
        return raw
    if isinstance(raw, str):
        if raw == "":
            return None
        if raw[0] == "#" and (raw in ERRORS or raw in _NEWER_ERRORS):
            return CellError(raw if raw in ERRORS else "#VALUE!", f"the cell shows {raw}")
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and _LOWEST_CODE <= raw <= _HIGHEST_CODE:
        code = _CODES.get(raw, "#VALUE!")
        return CellError(code, f"the cell shows {code}")
    if isinstance(raw, Decimal):
        return float(raw)
    return raw


def argument_of(raw: Any) -> Any:
    """One argument: rows for a range, the bare value for a single cell, OMITTED for what was left
    out.
    """
    if raw is OMITTED or (isinstance(raw, str) and raw == LEFT_OUT):
        return OMITTED
    if isinstance(raw, (list, tuple)):
        rows = [
            (
                [cell if type(cell) is float else cell_of(cell) for cell in row]
                if isinstance(row, (list, tuple))
                else cell_of(row)
            )
            for row in raw
        ]
        if len(rows) == 1:
            if not isinstance(rows[0], list):
                return rows[0]
            if len(rows[0]) == 1:
                return OMITTED if rows[0][0] == LEFT_OUT else rows[0][0]
        return rows
    return cell_of(raw)


def answer_of(result: Any) -> Any:
    """A result for xlwings: an error as its code's text, a blank as "", a block as rows."""
    if isinstance(result, list):
        return [[answer_of(cell) for cell in row] for row in result]
    if isinstance(result, CellError):
        return result.code
    return "" if result is None else result
