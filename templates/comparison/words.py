"""What a figure is called on every sheet: the label and unit of a line of the chain, of a measure or of
an input, by its key.

A sheet that shows a figure names its key and its number format and takes the words from here.
"""

from __future__ import annotations

from typing import Any

from bankable.udfs.deal.chain.lines import lines
from bankable.udfs.deal.deal import INPUTS, param_of
from bankable.udfs.deal.measures import MEASURES

_INPUTS = {field.name: field.metadata for field in INPUTS}


def label(key: str) -> str:
    """The name of the figure of that key."""
    if key in MEASURES:
        return MEASURES[key].words
    return lines()[key].label if key in lines() else str(_INPUTS[key]["label"])


def unit(key: str) -> str:
    """Its unit; empty for a text."""
    if key in MEASURES:
        said = MEASURES[key].unit
        return "" if said == "text" else said
    return lines()[key].unit if key in lines() else str(_INPUTS[key]["unit"])


def shown(*rows: tuple[str, str]) -> tuple[tuple[str, str, str, str], ...]:
    """(key, label, unit, number format) of figures given by key and number format."""
    return tuple((key, label(key), unit(key), style) for key, style in rows)


def style_of_input(key: str, value: Any, style: str) -> str:
    """The format of an input in a text: a count without decimals, a small share with two, a large
    amount with one; `style` is that of its cell.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return style
    if param_of(key).kind == "count":
        return "count"
    if style.endswith("share") and abs(value * 1000 - round(value * 1000)) > 1e-9:
        return "rate"
    return "number" if style.endswith("number2") and abs(value) >= 100 else style
