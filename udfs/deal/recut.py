"""The loan cut anew to what its contract bears: for each variant of a deal the tenor with the largest debt
that meets every credit test, and that debt.

A loan held as typed makes every answer about years of offtake an answer about its own tenor. Here a
longer promise may only help: the tenor is the best up to the end of the secured contract less the
tail, so that more years never take debt away.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal import chain, settle
from bankable.udfs.deal.chain.axes import YEARS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import column_of

AS_ASKED, RECUT = "as asked", "re-cut"
LOANS = (RECUT, AS_ASKED)
COARSE = 6  # gearings tried of every tenor, equal, up to the most
PARTS = 4  # of a bracket in one refinement
ROUNDS = 5  # refinements: 4^5 parts of a coarse step, a sixtieth of a per cent of the uses
STEP = settle.MOST_GEARING / COARSE
FINEST = STEP / PARTS**ROUNDS


def years_of_offtake(deal: Deal, years: np.ndarray) -> dict[str, np.ndarray]:
    """What a commitment of so many years sets in a deal: under full faith and credit the public offtake;
    subject to appropriation the firm years as well, since a lender counts those alone.
    """
    changes = {"public_offtake_years": years}
    if deal.statutory_backing == "subject to appropriation":
        changes["firm_years"] = column_of("firm_years", years)
    return changes


def longest_tenors(x: SimpleNamespace, r: chain.Results) -> np.ndarray:
    """The longest tenor of each variant, (S,): the secured contract less the tail, within the plant's life."""
    secured = np.floor(r.supported_end_year - x.tail_years + 1e-9)
    return np.minimum(secured, np.minimum(x.operating_years, YEARS))[:, 0].astype(int)


def recut(x: SimpleNamespace) -> tuple[np.ndarray, np.ndarray]:
    """(tenor, gearing) of each variant with the largest debt that meets every test, shapes (S,): of equal
    debts the shortest tenor; gearing 0 and the deal's own tenor where no debt does.

    Every tenor is tried at coarse gearings; what may still be the best is cut finer, round by round.
    """
    known = chain.before_debt(x)
    longest = longest_tenors(x, known)
    shortest = x.grace_years[:, 0].astype(int) + 1
    pairs = [
        (i, tenor)
        for i, (low, high) in enumerate(zip(shortest, longest, strict=True))
        for tenor in range(low, high + 1)
    ]
    tenors, gearings = x.tenor[:, 0].copy(), np.zeros(len(x.tenor))
    if not pairs:
        return tenors, gearings
    of, tenor = (np.array(column) for column in zip(*pairs, strict=True))
    low = np.zeros(len(of))
    width, parts = np.full(len(of), STEP * COARSE), COARSE
    going = np.arange(len(of))
    for _ in range(ROUNDS + 1):
        width[going] /= parts
        tried = low[going, None] + width[going, None] * np.arange(1, parts + (parts == COARSE))
        passes = _passes(x, known, of[going], tenor[going], tried)
        at = settle.highest(passes)
        lifted = at >= 0
        low[going[lifted]] = tried[lifted, at[lifted]]
        best = np.zeros(len(x.tenor))
        np.maximum.at(best, of, low)
        going = going[(low + width > best[of] + FINEST / 2)[going]]
        going = going[low[going] + width[going] <= settle.MOST_GEARING + FINEST]
        parts = PARTS
        if not going.size:
            break
    order = np.lexsort((tenor, -np.round(low / FINEST), of))
    first = order[np.unique(of[order], return_index=True)[1]]
    found = first[low[first] > 0]
    tenors[of[found]], gearings[of[found]] = tenor[found], low[found]
    return tenors, gearings


def _passes(
    x: SimpleNamespace,
    known: chain.Results,
    of: np.ndarray,
    tenor: np.ndarray,
    gearing: np.ndarray,
) -> np.ndarray:
    """Whether every test is met by the variants `of` (P,) at these tenors (P,) and gearings (P, n)."""
    one = settle.part_of(x, of)
    one.tenor = tenor[:, None].astype(float)
    _, passes = settle.tried(
        one, settle.Drawn(known, of), np.arange(len(of)), gearing, [settle.ALL]
    )
    return passes[0]


def cut(x: SimpleNamespace) -> SimpleNamespace:
    """The variants with their loans cut anew; answers are kept, since a sheet asks several figures of the
    same grid.
    """

    def solve(some: SimpleNamespace) -> dict[str, np.ndarray]:
        tenors, gearings = recut(some)
        return {"tenor": tenors, "gearing": gearings}

    found = settle.kept("recut", x, solve)
    out = SimpleNamespace(**vars(x))
    out.tenor, out.gearing = found["tenor"].reshape(-1, 1), found["gearing"].reshape(-1, 1)
    out.size_debt = np.zeros_like(x.size_debt)
    return out


__all__ = ["AS_ASKED", "LOANS", "RECUT", "cut", "longest_tenors", "recut", "years_of_offtake"]
