"""Comparisons of earlier versions: which version a book says it is of, and the inputs that came after it.

Such an input stands at its default when the book is read; one that the book's version had and that is gone
from it is told as lost.
"""

from __future__ import annotations

import re
from typing import Any

VERSION, BUILT = "Version of Bankable", "Built on"
_ROWS = 40  # of Cover that are looked at

# the inputs that came with a version
NEW_INPUTS: dict[str, tuple[str, ...]] = {
    "0.2.0": (
        "payments_per_year",
        "periods_per_year",
        "grace_capitalised",
        "capacity_price",
        "owner_cost",
        "ramp_reserve",
        "opening_working_capital",
        "reserve_in_uses",
        "completion_support",
        "termination_cover",
        "lapse_pays",
        "shell_life",
        "power_life",
        "equipment_life",
        "tooling_life",
        "it_life",
        "collateral_growth",
        "reserve_pledged",
        "operating_support",
        "rate_cap",
        "pricing",
        "without_support",
        "yearly_price",
        "yearly_termination",
        "worth_if_not_renewed",
        "market_price_of_risk",
        "authority_adds",
        "asset_class",
        "limit_loss_rate",
        "hurdle_irr",
    ),
}


def on_cover(values: Any, label: str) -> Any:
    """What stands beside a label on the Cover of an opened book; None where nothing does."""
    if "Cover" not in values.sheetnames:
        return None
    rows = values["Cover"].iter_rows(min_col=2, max_col=3, max_row=_ROWS)
    return next((row[1].value for row in rows if row[0].value == label), None)


def came_after(version: Any) -> frozenset[str]:
    """The inputs that came after a version; none where it is no release."""
    known = _release(version)
    if known is None:
        return frozenset()
    later = (keys for new, keys in NEW_INPUTS.items() if (_release(new) or known) > known)
    return frozenset(key for keys in later for key in keys)


def _release(version: Any) -> tuple[int, ...] | None:
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", str(version))
    return tuple(map(int, found.groups())) if found else None


__all__ = ["BUILT", "NEW_INPUTS", "VERSION", "came_after", "on_cover"]
