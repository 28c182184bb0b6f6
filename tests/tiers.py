"""The two tiers of the tests: the short suite, and what `pytest -m exhaustive` goes through besides."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def tiers(every: Iterable[Any], short: Collection[Any]) -> list[Any]:
    """What a test goes through: those of the short suite as they are, the rest marked exhaustive."""
    rest = [one if isinstance(one, tuple) else (one,) for one in every if one not in short]
    return [*short, *(pytest.param(*one, marks=pytest.mark.exhaustive) for one in rest)]
