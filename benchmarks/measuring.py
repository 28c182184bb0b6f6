"""How a figure is taken: the best of several runs, ours and the peer's in turns, so that both meet
the same machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One comparison: seconds of ours, of the peer (None where there is none), and what was asked
    of it.
    """

    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as long the peer takes."""
        return None if self.theirs is None else self.theirs / self.ours

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "ratio": self.ratio}


def seconds(work: Callable[[], object], runs: int = 5, calls: int = 1) -> float:
    """Least time of one call."""
    return min(once(work, calls) for _ in range(runs))


def once(work: Callable[[], object], calls: int = 1) -> float:
    """Time of one call, over several."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def in_turns(
    ours: Callable[[], object], theirs: Callable[[], object], runs: int = 5, calls: int = 1
) -> tuple[float, float]:
    """Least time of each, measured alternately."""
    pairs = [(once(ours, calls), once(theirs, calls)) for _ in range(runs)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def against(what: str, ours: float, peer: str, theirs: float, least: float, note: str = "") -> Row:
    """A row whose target is a ratio."""
    return Row(what, ours, peer, theirs, f"{least:g}x", theirs / ours >= least, note)


def within(what: str, ours: float, most: float, note: str = "") -> Row:
    """A row whose target is a time."""
    return Row(what, ours, target=f"{most:g} s", met=ours <= most, note=note)
