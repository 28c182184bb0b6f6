"""How far a deal stands from each credit test, and what would cure those that it fails: for each test and
each tool the dose, nearest to what the deal has, at which that test alone is met.

Every dose of every tool is tried with the whole deal, in one call of the chain; no tool helps
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain import VIEWS
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import contradictions, runs, shown, variants
from bankable.udfs.deal.support_search import Tool, tools_of
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
MET, NO_DOSE = "met", "no dose"
EVERY = "Every test"
HEADS = ("test", "value", "limit", "room to the limit", "room in the debt")


def cures_of(deal: Deal) -> dict[str, Tool]:
    """The tools, and how far each goes: those of a support mix, and less debt, more reserve, a tariff and
    a termination payment.
    """
    return {
        "debt": Tool("gearing", "Less debt", "% of uses", 0.01, int(100 * deal.gearing + 1e-9)),
        "reserve": Tool("dsra_months", "Debt service reserve", "months", 1, 12),
        **tools_of(deal),
        "tariff": Tool("tariff", "Tariff", "%", 0.01, 100),
        "termination": Tool("termination_cover", "Termination payment", "% of debt", 0.01, 100),
    }


CURES = (
    "debt",
    "reserve",
    "offtake",
    "guarantee",
    "loan",
    "floor",
    "grant",
    "tariff",
    "termination",
)


def tried(deal: Deal, tools: Sequence[Tool]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each tool its doses and whether each test, and last all of them, is met there: shapes (n,) and
    (tests, n); all tools in one call of the chain. A dose that contradicts the deal meets nothing.
    """
    doses = [np.round(np.arange(tool.most + 1) * tool.step, 12) for tool in tools]
    ends = np.cumsum([len(steps) for steps in doses])
    own = {tool.key: float(getattr(deal, tool.key)) for tool in tools}
    changes: dict[str, np.ndarray] = {key: np.full(ends[-1], value) for key, value in own.items()}
    changes["lender_view"] = np.full(ends[-1], VIEWS.index(deal.lender_view))
    changes["size_debt"] = np.full(ends[-1], float(deal.size_debt))
    for tool, steps, end in zip(tools, doses, ends, strict=True):
        here = slice(end - len(steps), end)
        changes[tool.key][here] = steps
        if tool.key == "public_offtake_years":
            changes["lender_view"][here] = VIEWS.index("supported")
        if tool.key == "gearing":
            changes["size_debt"][here] = 0.0
    possible = np.array([error is None for error in contradictions(deal, changes)])
    parts = []
    for r in runs(variants(deal, changes, refuse=False), wanted=["decision"]):
        met = [r[f"pass_{key}"][:, 0] == 1 for key, *_ in TESTS]
        parts.append(np.stack([*met, r.decision[:, 0] > 0]))
    return list(
        zip(
            doses,
            np.split(np.concatenate(parts, axis=1) & possible, ends[:-1], axis=1),
            strict=True,
        )
    )


def nearest(doses: np.ndarray, met: np.ndarray, own: float) -> float | str:
    """The dose at which a test is met that is nearest to the deal's own, of equally near ones the larger."""
    cured = doses[met]
    if not cured.size:
        return NO_DOSE
    away = np.abs(cured - own)
    return float(cured[away <= away.min() + 1e-12].max())


@function(
    FAMILY,
    "What would cure each credit test that a deal fails, one tool at a time?",
    registry.block(
        "under a heading and the units: a row a test with value, limit, room to the limit, room in the"
        " debt, then the dose of each tool; the last row is for all tests together"
    ),
    deal=deal_param(),
    tools=cells.texts(
        "tools to try: debt, reserve, offtake, guarantee, loan, floor, grant, tariff, termination; left"
        " out: all of them"
    ),
)
def CURE_MATRIX(deal, tools=None):
    """Each credit test with its room, and for each that fails the least change of each tool that cures
    that test alone.

    Equation
    --------
    room to the limit = (value - limit) / |limit| for a test of at least, (limit - value) / |limit| at most
    room in the debt = debt permitted by the test alone / debt - 1
    dose = the value of the tool's input nearest to the deal's own at which value meets limit, by scan

    Conventions
    -----------
    The other tools stay as in the deal; doses are whole amounts of the tool, not what is added. A cell
    says "met" where the deal meets the test as it stands, "no dose" where no step of the tool does, "n/a"
    where the deal has no use for it (a price floor without a band) or the test does not apply. Steps: one
    percentage point of debt over uses (down from the deal's own), coverage, government loan, tariff and
    termination payment; one year of offtake, seen on lender_view "supported"; one month of reserve up to
    12; 1% of the first year's market price for the floor, 1% of capital cost for the grant. A dose may
    cure one test and fail another: the last row asks for the decision. An offtake that hangs on yearly
    appropriations adds nothing to what a lender counts, and cures nothing. The room in the debt is "n/a"
    for a deal without debt, and -100% where no debt meets the test.

    Errors
    ------
    #VALUE! for a tool that does not exist; as DEAL_METRICS for the deal.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), chapters on ratios and credit support.

    See also
    --------
    CREDIT_TESTS, LEAST_COST_SUPPORT, BREAKEVEN

    Examples
    --------
    A plant on yearly renewed orders: the long contract cures the cash flow, no guarantee does:

    >>> for row in CURE_MATRIX(EXAMPLE, ["offtake", "guarantee"])[:4]:
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row])
    ['test', 'value', 'limit', 'room to the limit', 'room in the debt', 'Public offtake', 'Guarantee coverage']
    [None, None, None, '%', '%', 'years', '%']
    ['Minimum DSCR', 0.0, 1.3, -1.0, -1.0, 10.0, 'no dose']
    ['Average DSCR', 0.191, 1.4, -0.863, -0.846, 7.0, 'no dose']
    """
    names = _named(deal, tools)
    every = cures_of(deal)
    r = deals.evaluate(
        deal, [f"permits_{key}" for key, *_ in TESTS] + ["permitted_debt", "decision"]
    )
    debt = float(r.debt[0, 0])

    def in_debt(permitted: float) -> float | str:
        return shown(permitted / debt - 1) if debt > 0 else "n/a"

    rows: list[list[Any]] = [[*HEADS, *(every[name].words for name in names)]]
    rows.append([None, None, None, "%", "%", *(every[name].unit for name in names)])
    for key, words, _, _ in TESTS:
        value, room, permits = (
            float(r[f"{part}_{key}"][0, 0]) for part in ("test", "room", "permits")
        )
        limit = float(getattr(deal, f"limit_{key}"))
        rows.append([words, shown(value), limit, shown(room), in_debt(permits)])
    rows.append([EVERY, None, None, None, in_debt(float(r.permitted_debt[0, 0]))])
    passed = [float(r[f"pass_{key}"][0, 0]) for key, *_ in TESTS]
    passed.append(float(r.decision[0, 0] > 0))
    used = [name for name in names if every[name].most > 0]
    found = (
        dict(zip(used, tried(deal, [every[name] for name in used]), strict=True)) if used else {}
    )
    for name in names:
        doses: list[Any] = ["n/a"] * len(passed)
        if name in found:
            steps, met = found[name]
            own = float(getattr(deal, every[name].key))
            doses = [nearest(steps, row, own) for row in met]
        for row, verdict, dose in zip(rows[2:], passed, doses, strict=True):
            row.append("n/a" if np.isnan(verdict) else MET if verdict > 0 else dose)
    return rows


def _named(deal: Deal, tools: Sequence[str] | None) -> list[str]:
    """The tools asked for, in the order of the list."""
    wanted = [text.strip().lower() for text in tools] if tools else list(CURES)
    for word in wanted:
        if word not in CURES:
            raise cells.wrong_value(f"tools: {word} is not a tool: name any of {', '.join(CURES)}.")
    return [name for name in CURES if name in wanted]


__all__ = ["CURES", "CURE_MATRIX", "EXAMPLE", "MET", "NO_DOSE"]
