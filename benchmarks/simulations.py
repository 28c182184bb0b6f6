"""DSCR_FAN beside the same paths in straightforward numpy, and DEAL_FAN against the clock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bankable.templates import deal_file
from bankable.udfs import DEAL_FAN, DSCR_FAN
from benchmarks.measuring import Row, against, in_turns, seconds, within

YEARS, VOL, PERSISTENCE = 25, 0.22, 0.5


def straightforward(
    cfads: np.ndarray, service: np.ndarray, paths: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """All paths drawn at once, their percentiles sorted out, their shortfalls counted."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((paths, cfads.size))
    for t in range(1, cfads.size):
        noise[:, t] = PERSISTENCE * noise[:, t - 1] + np.sqrt(1 - PERSISTENCE**2) * noise[:, t]
    dscr = cfads * np.exp(VOL * noise - VOL**2 / 2) / service
    return (
        np.percentile(dscr, [10, 50, 90], axis=0),
        (dscr < 1).mean(axis=0),
        float((dscr < 1).any(axis=1).mean()),
    )


def rows(quick: bool) -> Iterator[Row]:
    """A fan of one loan, and of a whole deal."""
    paths = 10_000 if quick else 100_000
    cfads, service = np.linspace(140, 180, YEARS), np.full(YEARS, 100.0)
    fan = DSCR_FAN(cfads, service, VOL, PERSISTENCE, paths)
    _, _, chance = straightforward(cfads, service, paths)
    assert abs(fan[-1][4] - chance) < 5 * np.sqrt(chance * (1 - chance) / paths) + 1e-9
    ours, theirs = in_turns(
        lambda: DSCR_FAN(cfads, service, VOL, PERSISTENCE, paths),
        lambda: straightforward(cfads, service, paths),
        3 if quick else 5,
    )
    yield against(
        f"DSCR_FAN, {paths:,} paths x {YEARS} years",
        ours,
        "straightforward numpy, percentiles included",
        theirs,
        1.5,
    )
    centre = deal_file.load_shipped()[1].deal
    entries = [[key, value] for key, value in vars(centre).items()]
    entries = [
        [key, YEARS if key == "tenor" else max(value, YEARS) if key == "operating_years" else value]
        for key, value in entries
    ]
    took = seconds(lambda: DEAL_FAN(entries, paths), 2 if quick else 4)
    yield within(
        f"DEAL_FAN, {paths:,} paths x {YEARS} years",
        took,
        0.6,
        "collar, take-or-pay and a lost contract on each path",
    )
