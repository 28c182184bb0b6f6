"""A row of a case sheet as its module enters it: key and formula; words, unit and number format come
from the catalogue of lines.

Parameters of the row language are given by name: `path("cfads_[view]", "=...", view=view)`.
"""

from __future__ import annotations

from typing import Any

from bankable.templates.workbook import rows
from bankable.templates.workbook.rows import Row, given
from bankable.udfs.deal.chain.axes import VIEWS
from bankable.udfs.deal.chain.lines import line


def scalar(key: str, formula: str, /, **values: object) -> Row:
    """A row with one figure."""
    one = line(given(key, **values))
    text = given(formula, **values)
    return rows.scalar(one.key, one.label, one.unit, text, one.format)


def path(key: str, formula: str, /, **more: Any) -> Row:
    """A row with one figure a period, and its sum where that means something."""
    looks = {name: more.pop(name) for name in ("total_style", "label_style") if name in more}
    one = line(given(key, **more))
    total = "sum" if one.total else None
    text = given(formula, **more)
    return rows.path(one.key, one.label, one.unit, text, one.format, total, **looks)


def lenders(key: str) -> str:
    """The row of that key on the lender's view, chosen among the four."""
    return "CHOOSE({lender_view}+1," + ",".join(f"{{{key}_{view}}}" for view in VIEWS) + ")"


def least(key: str, span: str = ":") -> str:
    """The least of a path that may not apply anywhere; `span`: the suffix of the part that counts."""
    return given('=IF(COUNT({[key][span]})>0,MIN({[key][span]}),"n/a")', key=key, span=span)
