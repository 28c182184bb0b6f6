"""Figures and inputs as the difference of two books prints them: 1.57x, 13.36%, 2,250.2, and what
changed as +0.12x or +1.20 pp.
"""

from __future__ import annotations

import math
from typing import Any

from bankable.templates.comparison import words
from bankable.templates.comparison.case.inputs import number_format
from bankable.templates.comparison.sheets import summary
from bankable.templates.workbook.printed import printed
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.chain.lines import line
from bankable.udfs.deal.deal import INPUTS, param_of

SAID = ("$m", "$", "years", "months")  # units that a figure does not show itself
_ON_SUMMARY = {key: style for _, rows in summary.ROWS for key, style in rows}
_META = {row.name: row.metadata for row in INPUTS}
TEST = {key: (name, unit) for key, name, unit, _ in TESTS}


def label(name: str) -> str:
    """The name of a measure, with its unit where the figure does not show it."""
    unit = words.unit(name)
    return words.label(name) + (f", {unit}" if unit in SAID else "")


def style(key: str) -> str:
    """The number format of a measure or line."""
    return _ON_SUMMARY.get(key) or line(key).format


def figure(name: str, value: float | None) -> str:
    """A measure as it is printed; "not saved" where the book does not hold it."""
    if value is None:
        return "not saved"
    return "n/a" if math.isnan(value) else printed(value, style(name))


def line_figure(key: str, value: Any) -> str:
    """A figure of a line of the case sheet; with more digits where it is small."""
    if not isinstance(value, (int, float)) or math.isnan(value):
        return "n/a"
    text = printed(value, line(key).format)
    return text if any(digit in text for digit in "123456789") or not value else f"{value:.3g}"


def change(name: str, value: float, nothing: str = "-") -> str:
    """How far a measure went, with its sign; percentages in percentage points."""
    if math.isnan(value):
        return "n/a"
    kind = style(name).split()[-1]
    points = {"rate": "number2", "share": "number", "level": "number"}.get(kind)
    text = printed(abs(value) * (100 if points else 1), points or style(name))
    if value == 0 or abs(value) < 1e-12:
        return nothing
    sign = ("+" if value > 0 else "-") if any(digit in text for digit in "123456789") else ""
    return f"{sign}{text}" + (" pp" if points else "")


def test(key: str, value: float, limit: float) -> tuple[str, str]:
    """Value and limit of a credit test, as on Summary."""
    form = "rate" if key.startswith("loss") else "multiple" if TEST[key][1] == "x" else "share"
    return "n/a" if math.isnan(value) else printed(value, form), printed(limit, form)


def is_seen(name: str, value: float) -> bool:
    """Whether a change shows in the digits that are printed."""
    return change(name, value, "")[:1] in ("+", "-", "n")


# Inputs ----------------------------------------------------------------------------------------


def input_label(key: str) -> str:
    """The label of an input; a credit test's limit is told from the figure that it limits."""
    own = str(_META[key]["label"])
    return f"Limit: {own}" if key.startswith("limit_") else own


def input_unit(key: str) -> str:
    """The unit of an input where its figure does not show it."""
    unit = str(_META[key]["unit"])
    return "" if unit in ("text", "choice", "yes/no") or unit[0] in "%x" else unit


def inputs(key: str, old: Any, new: Any) -> tuple[str, str]:
    """An input in both books, with more digits where two figures would print alike."""
    texts = (_input(key, old), _input(key, new))
    if texts[0] != texts[1] or isinstance(old, (str, bool)):
        return texts
    percent = texts[0].endswith("%")
    more = (
        f"{value * (100 if percent else 1):.9g}{'%' if percent else ''}" for value in (old, new)
    )
    return next(more), next(more)


def _input(key: str, value: Any) -> str:
    if param_of(key).kind == "switch":
        return "yes" if value else "no"
    form = number_format(key, str(_META[key]["unit"]))
    return printed(value, words.style_of_input(key, value, form))
