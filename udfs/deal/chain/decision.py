"""The credit tests, the debt that each would permit, the one that binds, and the decision.

Cover is tested on the guarantor: gearing, tail and loss count only what no guarantee covers, DSCR
and its relatives count the whole loan. Approval is the committee's: the words say whether the tests
are met.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    YEARS,
    Array,
    Results,
    at_end,
    axis,
    least,
    ratio,
    total,
)
from bankable.udfs.deal.chain.inputs import CLEARING
from bankable.udfs.deal.policy import table

MEETS, MEETS_WITH_SUPPORT, FAILS = (
    "Meets credit tests",
    "Meets credit tests with support",
    "Does not meet credit tests",
)
DECISIONS = (FAILS, MEETS, MEETS_WITH_SUPPORT)
# where the first test failed is asked
ALL_MET = "every test met"
NO_LOAN = "no loan to judge"  # no debt, or no rate that pays for its loss where one is asked

# key of the test, its name on paper, unit, and whether the value must be at least (+1) or at most
# (-1) the limit
TESTS = (
    ("min_dscr", "Minimum DSCR", "x", 1),
    ("avg_dscr", "Average DSCR", "x", 1),
    ("llcr", "LLCR", "x", 1),
    ("plcr", "PLCR", "x", 1),
    ("gearing", "Uncovered gearing", "%", -1),
    ("tail", "Uncovered debt in the tail", "%", -1),
    ("contracted", "Contracted share of revenue", "%", 1),
    ("shortfall", "Debt service missed through the contract", "%", -1),
    ("loss_rate", "Expected loss a year borne by the bank", "% a year", -1),
    ("loss_life", "Expected loss over the life borne by the bank", "%", -1),
    ("equity", "Sponsor's equity at risk", "%", 1),
    ("retained", "Bank's own share of the loan", "%", 1),
)


def first_at(values: Array, value: Array) -> Array:
    """Place, from 1, of the first of the values that is `value`; 0 where none applies."""
    return np.where(np.isnan(value), 0, np.argmax(values == value, axis=-1)[..., None] + 1)


def room(value: Array, limit: Array, direction: int) -> Array:
    """How far a value is on the right side of its limit, as a share of the limit; of 1 where that is 0."""
    return direction * (value - limit) / np.where(limit == 0, 1.0, np.abs(limit))


def rows(x: SimpleNamespace, r: Results) -> None:
    """Value, limit, pass and permitted debt of each test; binding test; decision.

    The debt that a test permits is solved outside the chain (`settle`) with the whole deal at each
    amount of debt; the value of each test here is that of the debt used.
    """
    time = axis(x)
    r.uncovered_share = uncovered = (1 - x.coverage) * (1 - x.government_loan_share)
    secured = np.concatenate(
        [r.firm_end_year, r.supported_end_year, r.contract_end_year, r.contract_end_year], axis=-1
    )
    r.secured_end_year = np.take_along_axis(
        secured, np.broadcast_to(x.lender_view, r.debt.shape).astype(int), axis=-1
    )
    r.tail_start = np.floor(np.maximum(0, r.secured_end_year - x.tail_years))
    r.tail_balance = np.where(
        r.tail_start >= 1, at_end(time, r.closing, np.clip(r.tail_start, 1, YEARS)), r.debt
    )
    all_uses = r.total_uses + x.grant
    values = {
        "min_dscr": r.min_dscr,
        "avg_dscr": r.avg_dscr,
        "llcr": r.llcr,
        "plcr": r.plcr,
        "gearing": np.where(r.debt > 0, uncovered * r.debt / r.total_uses, np.nan),
        "tail": uncovered * ratio(r.tail_balance, r.debt),
        "contracted": np.where(r.debt > 0, r.contracted_share, np.nan),
        "shortfall": r.shortfall_probability,
        "loss_rate": r.bank_loss_rate,
        "loss_life": r.bank_loss_share,
        "equity": np.where(r.debt > 0, r.sponsor_equity * (1 - x.public_equity) / all_uses, np.nan),
        "retained": np.where(r.debt > 0, uncovered, np.nan),
    }
    passed, rooms, looser = [], [], []
    for key, _, _, direction in TESTS:
        value, limit = values[key], getattr(x, f"limit_{key}")
        r[f"test_{key}"] = value
        r[f"pass_{key}"] = np.where(
            np.isnan(value),
            np.nan,
            (direction * (value - limit) >= -TOLERANCE).astype(float),
        )
        r[f"policy_{key}"] = np.array(table(f"limit_{key}"))[x.asset_class.astype(int)]
        looser.append(direction * (r[f"policy_{key}"] - limit) > TOLERANCE)
        r[f"room_{key}"] = room(value, limit, direction)
        passed.append(r[f"pass_{key}"])
        rooms.append(r[f"room_{key}"])
    r.looser_limits = total(np.concatenate(looser, axis=-1).astype(float))
    r.least_room = least(np.concatenate(rooms, axis=-1))
    r.tightest_test = first_at(np.concatenate(rooms, axis=-1), r.least_room)
    r.tests_passed = np.concatenate(passed, axis=-1)
    r.permitted_headroom = r.permitted_debt - r.debt
    allowed = np.concatenate([r[f"permits_{key}"] for key, *_ in TESTS], axis=-1)
    r.binding_test = first_at(allowed, least(allowed))
    failed = r.tests_passed == 0
    r.tests_failed = total(failed.astype(float))
    tools = (
        x.coverage,
        x.government_loan_share,
        x.grant,
        x.public_offtake_years,
        x.tariff,
        x.public_equity,
        x.termination_cover * np.maximum(r.full_faith, r.subject_to_appropriation),
    )
    r.supported = (np.concatenate(tools, axis=-1) > 0).any(axis=-1, keepdims=True).astype(float)
    priced = (x.pricing != CLEARING) | ~np.isnan(r.clearing_rate)
    meets = (r.debt > 0) & (r.tests_failed == 0) & priced
    r.decision = np.where(meets, 1 + r.supported, 0.0)
    unmet = np.where(meets, 0, len(TESTS) + 1)
    r.first_failed = np.where(r.tests_failed > 0, np.argmax(failed, axis=-1)[:, None] + 1, unmet)


def cost_rows(x: SimpleNamespace, r: Results) -> None:
    """Public cost where every test is met."""
    r.passing_cost = np.where(r.decision > 0, r.public_cost, np.nan)
