"""The credit tests, the debt that each would permit, the one that binds, and the decision.

Cover is tested on the guarantor: gearing, tail and loss count only what no guarantee covers, DSCR
and its relatives count the whole loan. Approval is the committee's: the words say whether the tests
are met.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import TOLERANCE, YEAR, Array, Results, at_year, ratio, total

WHATEVER_THE_DEBT = (
    "tail",
    "contracted",
    "retained",
)  # passed or failed alike at any amount of debt

MEETS, MEETS_WITH_SUPPORT, FAILS = (
    "Meets credit tests",
    "Meets credit tests with support",
    "Does not meet credit tests",
)
DECISIONS = (FAILS, MEETS, MEETS_WITH_SUPPORT)
ALL_MET = "every test met"  # where the first test failed is asked

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
    ("shortfall", "DSCR below 1 by loss of the contract", "%", -1),
    ("loss", "Expected loss borne by the bank", "%", -1),
    ("equity", "Sponsor's equity at risk", "%", 1),
    ("retained", "Bank's own share of the loan", "%", 1),
)


def scale_within_probability(x: SimpleNamespace, r: Results) -> Array:
    """Largest multiple of the debt at which the probability of DSCR < 1 stays within its limit.

    The probability steps up each time the multiple passes the worst coverage after a loss in some
    year, or the worst coverage with the contract kept; the answer is one of these steps.
    """
    serviced = r.serviced[:, None, :] > 0
    steps = np.concatenate([r.worst, r.worst_kept], axis=-1)
    below = (r.worst[:, None, :] < steps[:, :, None] - TOLERANCE) & serviced
    chance = np.sum(below * r.lost[:, None, :], axis=-1) + r.contract_kept * (
        r.worst_kept < steps - TOLERANCE
    )
    r.step_chance, r.step_chance_kept = chance[:, :-1], chance[:, -1:]
    applies = np.concatenate([r.serviced, np.ones_like(r.debt)], axis=-1)
    within = np.where((applies > 0) & (chance <= x.limit_shortfall + TOLERANCE), steps, 0.0)
    r.step_allowed = within[:, :-1]
    return np.maximum(0, np.max(within, axis=-1, keepdims=True))


def rows(x: SimpleNamespace, r: Results) -> None:
    """Value, limit, pass and permitted debt of each test; binding test; decision.

    Permitted debt is a first-order figure, between nothing and all uses: in proportion for DSCR,
    LLCR and PLCR at this rate, at this default probability for the loss; a test that no amount of
    debt changes permits all or nothing.
    """
    r.uncovered_share = uncovered = (1 - x.coverage) * (1 - x.government_loan_share)
    secured = np.concatenate(
        [r.firm_end_year, r.supported_end_year, r.contract_end_year, r.contract_end_year], axis=-1
    )
    r.secured_end_year = np.take_along_axis(
        secured, np.broadcast_to(x.lender_view, r.debt.shape).astype(int), axis=-1
    )
    r.tail_start = np.floor(np.maximum(0, r.secured_end_year - x.tail_years))
    r.tail_balance = np.where(
        r.tail_start >= 1, at_year(r.closing, np.clip(r.tail_start, 1, len(YEAR))), r.debt
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
        "loss": r.bank_loss_share,
        "equity": np.where(r.debt > 0, r.sponsor_equity * (1 - x.public_equity) / all_uses, np.nan),
        "retained": np.where(r.debt > 0, uncovered, np.nan),
    }
    r.probability_scale = scale_within_probability(x, r)
    passed, permitted = [], []
    for key, _, _, direction in TESTS:
        limit = getattr(x, f"limit_{key}")
        value = values[key]
        r[f"test_{key}"] = value
        r[f"pass_{key}"] = np.where(
            np.isnan(value), np.nan, (direction * (value - limit) >= -TOLERANCE).astype(float)
        )
        if key in WHATEVER_THE_DEBT:
            permits = r.total_uses * r[f"pass_{key}"]
        elif key == "gearing":
            permits = ratio(limit * r.total_uses, uncovered)
        elif key == "equity":
            own = np.where(x.public_equity < 1, 1 - x.public_equity, np.nan)
            permits = np.nan_to_num(r.total_uses - limit * all_uses / own)
        elif key == "shortfall":
            permits = r.debt * r.probability_scale
        elif key == "loss":
            allowed_share = ratio(limit, np.where(value > TOLERANCE, value, 0))
            r.lgd_allowed = np.where(np.isnan(allowed_share), 1.0, r.lgd * allowed_share)
            permits = np.where(
                r.lgd_allowed < x.lgd_floor - TOLERANCE,
                0.0,
                ratio(r.collateral_sold, 1 - r.lgd_allowed),
            )
        else:
            permits = r.debt * ratio(value, limit)
        permits = np.clip(np.where(np.isnan(permits), np.inf, permits), 0, r.total_uses)
        r[f"permits_{key}"] = np.where(np.isnan(value), np.nan, permits)
        passed.append(r[f"pass_{key}"])
        permitted.append(r[f"permits_{key}"])
    r.tests_passed = np.concatenate(passed, axis=-1)
    allowed = np.concatenate(permitted, axis=-1)
    lowest = np.min(np.where(np.isnan(allowed), np.inf, allowed), axis=-1, keepdims=True)
    r.permitted_debt = np.where(np.isinf(lowest), np.nan, lowest)
    r.binding_test = np.where(
        np.isinf(lowest),
        0,
        np.argmax(np.where(np.isnan(allowed), np.inf, allowed) == lowest, axis=-1)[:, None] + 1,
    )
    r.permitted_headroom = r.permitted_debt - r.debt
    failed = r.tests_passed == 0
    r.tests_failed = total(failed.astype(float))
    r.first_failed = np.where(r.tests_failed > 0, np.argmax(failed, axis=-1)[:, None] + 1, 0)
    tools = (
        x.coverage,
        x.government_loan_share,
        x.grant,
        x.public_offtake_years,
        x.tariff,
        x.public_equity,
    )
    r.supported = (np.concatenate(tools, axis=-1) > 0).any(axis=-1, keepdims=True).astype(float)
    meets = (r.debt > 0) & (r.tests_failed == 0)
    r.decision = np.where(meets, 1 + r.supported, 0.0)
    r.passing_cost = np.where(meets, r.public_cost, np.nan)
