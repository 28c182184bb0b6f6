"""Which inputs of a case nobody has looked at: they hold the figure that `bankable new` put there,
with its word placeholder as their source.

A figure that was typed over is its user's, even where the old source still stands beside it.
"""

from __future__ import annotations

import functools
from typing import Any

from bankable.templates import deal_file
from bankable.templates.comparison.sheets.plausible import PLACEHOLDER
from bankable.templates.deal_file import SourcedDeal
from bankable.udfs.deal import deal as deals


@functools.cache
def _delivered() -> dict[tuple[str, str], list[Any]]:
    """The figures that were delivered with a source, by key and source."""
    known: dict[tuple[str, str], list[Any]] = {}
    for name in ("placeholder", *deal_file.SHIPPED):
        case = deal_file.load(deal_file.shipped_path(name))
        for key in deals.KEYS:
            known.setdefault((key, case.sources[key]), []).append(getattr(case.deal, key))
    return known


def source_of(key: str, value: Any, said: str, file: str) -> str:
    """The source of a figure: what stands beside it, unless that is the source of the figure that
    was delivered and another was typed over it.
    """
    if not said:
        return "not stated"
    known = _delivered().get((key, said))
    return said if known is None or value in known else f"typed in {file}"


def untouched(case: SourcedDeal) -> list[str]:
    """The keys of the inputs that are still placeholders."""
    return [
        key
        for key in deals.KEYS
        if case.sources.get(key, "").lower().startswith(PLACEHOLDER)
        and getattr(case.deal, key) in _delivered().get((key, case.sources[key]), ())
    ]
