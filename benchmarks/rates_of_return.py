"""PROJECT_IRR beside pyxirr and numpy-financial: one project, and ten thousand at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bankable.udfs import PROJECT_IRR
from bankable.udfs.numerics.irr import irr_batch
from benchmarks.measuring import Row, against, in_turns, seconds

PROJECTS = 10_000


def flows(periods: int, projects: int = PROJECTS) -> np.ndarray:
    """An outlay and uneven income, one row a project."""
    rng = np.random.default_rng(1)
    income = rng.uniform(2, 14, (projects, periods)) * (1.5 if periods < 100 else 0.1)
    return np.column_stack([-rng.uniform(80, 120, projects), income])


def rows(quick: bool) -> Iterator[Row]:
    """Single calls and batches of 25 and 360 periods."""
    import numpy_financial
    import pyxirr

    runs = 2 if quick else 5
    for periods in (25, 360):
        book = flows(periods, 1000 if quick else PROJECTS)
        one, plain = book[0], book[0].tolist()
        ours, theirs = in_turns(
            lambda one=one: PROJECT_IRR(one), lambda one=one: pyxirr.irr(one), runs, 200
        )
        yield Row(
            f"PROJECT_IRR, one project of {periods} periods",
            ours,
            "pyxirr",
            theirs,
            "1/3x",
            theirs / ours >= 1 / 3,
            "pyxirr is compiled Rust",
        )
        fewer = seconds(
            lambda plain=plain: numpy_financial.irr(plain), runs if periods < 100 else 1
        )
        yield against(
            f"PROJECT_IRR, one project of {periods} periods", ours, "numpy-financial", fewer, 1
        )
        found = np.array([pyxirr.irr(row) for row in book])
        apart = float(np.nanmax(np.abs(irr_batch(book) - found)))
        assert apart < 1e-9, apart
        ours, theirs = in_turns(
            lambda book=book: irr_batch(book),
            lambda book=book: [pyxirr.irr(row) for row in book],
            2 if quick else 4,
        )
        words = f"{len(book):,} IRRs of {periods} periods"
        yield against(words, ours, "pyxirr, in a loop", theirs, 2, f"answers agree to {apart:.0e}")
        some = book[:: len(book) // (20 if periods < 100 else 3)]
        slow = (
            seconds(lambda some=some: [numpy_financial.irr(row) for row in some], 1)
            * len(book)
            / len(some)
        )
        yield against(
            words, ours, "numpy-financial, in a loop", slow, 2, f"{len(some)} measured, scaled"
        )
