"""A row of a case sheet as its module enters it: key and formula; words, unit and number format
come from the catalogue of lines.
"""

from __future__ import annotations

from typing import Any

from bankable.templates.workbook import rows
from bankable.templates.workbook.rows import Row
from bankable.udfs.deal.chain.lines import line


def scalar(key: str, formula: Any, **more: Any) -> Row:
    """A row with one figure."""
    one = line(key)
    return rows.scalar(key, one.label, one.unit, formula, one.format, **more)


def path(key: str, formula: Any, **more: Any) -> Row:
    """A row with one figure a period, and its sum where that means something."""
    one = line(key)
    total = "sum" if one.total else None
    return rows.path(key, one.label, one.unit, formula, one.format, total, **more)
