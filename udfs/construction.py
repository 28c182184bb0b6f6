"""Interest during construction: the facility that pays its share of the cost, of its own interest
and of its own fees.

The facility depends on itself, but linearly: its balance without fees on the facility, and what
each $ of facility adds, give it exactly in two passes, with no iteration and no circular reference.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.registry import function

FAMILY = "Construction"

_ARGUMENTS: dict[str, Callable[[], cells.Param]] = {
    "rate": lambda: cells.rate(
        "nominal yearly interest rate of the facility; a period bears rate / periods_per_year"
    ),
    "capex": lambda: cells.path("cost of each period, grants taken off", low=0, blanks="zero"),
    "gearing": lambda: cells.probability("share of all uses of funds that debt pays"),
    "timing": lambda: cells.probability(
        "when the cost falls in its period: 0 at the end, 1 at the start, 0.5 in the middle"
    ),
    "upfront_fee": lambda: cells.rate("fee on the whole facility, due in period 1", low=0),
    "commitment_fee": lambda: cells.rate(
        "yearly fee on the part of the facility not drawn at the start of each period", low=0
    ),
    "periods_per_year": lambda: cells.count(
        "periods in a year: 12 for months, 4 for quarters, 1 for years", low=1, high=366
    ),
}


def construction_balances(capex, rate, gearing, timing, upfront_fee, commitment_fee):
    """Balance at each period's end without fees on the facility, and what each $ of facility adds
    to it.

    capex: (..., periods). rate and commitment_fee are those of one period; they and the rest may be
    arrays of the leading axes. The facility is balances[0][..., -1] / (1 - balances[1][..., -1]).
    """
    cost, rate, gearing, timing, upfront_fee, commitment_fee = (
        np.asarray(x, dtype=float)
        for x in (capex, rate, gearing, timing, upfront_fee, commitment_fee)
    )
    periods = cost.shape[-1]
    lead = np.broadcast_shapes(
        cost.shape[:-1], *(x.shape for x in (rate, gearing, timing, upfront_fee, commitment_fee))
    )
    without, per_dollar = np.empty((*lead, periods)), np.empty((*lead, periods))
    growth = 1 + gearing * (rate - commitment_fee)
    drawn = gearing * (1 + rate * timing * gearing)
    balance, slope = np.zeros(lead), np.broadcast_to(gearing * upfront_fee, lead)
    for t in range(periods):
        balance = growth * balance + drawn * cost[..., t]
        slope = (growth * slope if t else slope) + gearing * commitment_fee
        without[..., t], per_dollar[..., t] = balance, slope
    return without, per_dollar


def construction_path(capex, rate, gearing, timing, upfront_fee, commitment_fee):
    """Interest, fees, debt draw, equity draw and balance of each period; arrays (..., periods) in a
    dict.

    `facility` has the leading axes; it is NaN where no facility can carry its own cost.
    """
    without, per_dollar = construction_balances(
        capex, rate, gearing, timing, upfront_fee, commitment_fee
    )
    room = 1 - per_dollar[..., -1]
    facility = np.divide(without[..., -1], room, out=np.full(room.shape, np.nan), where=room > 0)
    balance = without + facility[..., None] * per_dollar
    opening = np.concatenate([np.zeros_like(balance[..., :1]), balance[..., :-1]], axis=-1)
    rate, gearing, timing, upfront_fee, commitment_fee = (
        np.asarray(x, dtype=float)[..., None]
        for x in (rate, gearing, timing, upfront_fee, commitment_fee)
    )
    interest = rate * (opening + timing * gearing * capex)
    fees = commitment_fee * (facility[..., None] - opening)
    fees[..., 0] += upfront_fee[..., 0] * facility
    draw = balance - opening
    return {
        "facility": facility,
        "interest": interest,
        "fees": fees,
        "debt_draw": draw,
        "equity_draw": capex + interest + fees - draw,
        "balance": balance,
    }


def _whole_path(rate, capex, gearing, timing, upfront_fee, commitment_fee, periods_per_year):
    """The path of one facility at yearly rates; refuses fees that no facility can carry."""
    found = construction_path(
        capex,
        rate / periods_per_year,
        gearing,
        timing,
        upfront_fee,
        commitment_fee / periods_per_year,
    )
    if not np.isfinite(found["facility"]):
        raise cells.impossible(
            "upfront_fee, commitment_fee and rate together eat the whole facility: no debt can pay"
            " for them, lower one."
        )
    return found


@function(
    FAMILY,
    "How large must the construction loan be, and what does its interest during construction cost?",
    registry.figures("in the unit of capex", "facility", "idc", "fees", "equity", "total_cost"),
    **{name: param() for name, param in _ARGUMENTS.items()},
)
def IDC(
    rate, capex, gearing=1.0, timing=0.5, upfront_fee=0.0, commitment_fee=0.0, periods_per_year=12
):
    """The construction facility, its interest and fees, the equity beside it, and the total cost.

    Equation
    --------
    interest_t = i (B_{t-1} + timing gearing capex_t), i = rate / periods_per_year
    fees_t = commitment_fee / periods_per_year (F - B_{t-1}) + upfront_fee F in period 1
    B_t = B_{t-1} + gearing (capex_t + interest_t + fees_t), F = B at the end
    F = B_end(0) / (1 - (B_end(1) - B_end(0))), as B_end is linear in F

    Conventions
    -----------
    Interest and fees are drawn, not paid, and gearing applies to all uses alike (pro rata with
    equity). The commitment fee is on the undrawn part. Rates are nominal, as in loan documents.
    Take grants off capex first. Not the capitalised interest of accounting standards (ASC 835-20).

    Errors
    ------
    #NUM! where fees and interest eat the whole facility.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on construction-phase financing.

    See also
    --------
    IDC_SCHEDULE, COST_OF_DELAY

    Examples
    --------
    100 over seven months at 8%, 70% debt, 2% upfront and 0.75% commitment fee:

    >>> [round(figure, 3) for figure in IDC(0.08, [5, 10, 20, 25, 20, 12, 8], 0.7, 0.5, 0.02, 0.0075)]
    [72.282, 1.629, 1.631, 30.978, 103.26]
    """
    found = _whole_path(rate, capex, gearing, timing, upfront_fee, commitment_fee, periods_per_year)
    facility, idc, fees = (
        float(found["facility"]),
        float(found["interest"].sum()),
        float(found["fees"].sum()),
    )
    uses = float(capex.sum()) + idc + fees
    return facility, idc, fees, uses - facility, uses


@function(
    FAMILY,
    "How is the construction loan drawn, period by period?",
    registry.table(
        "in the unit of capex, 1 row a period",
        "capex",
        "interest",
        "fees",
        "debt_draw",
        "equity_draw",
        "balance",
    ),
    **{name: param() for name, param in _ARGUMENTS.items()},
)
def IDC_SCHEDULE(
    rate, capex, gearing=1.0, timing=0.5, upfront_fee=0.0, commitment_fee=0.0, periods_per_year=12
):
    """The construction loan period by period: uses, draws of debt and equity, and the balance.

    Equation
    --------
    As IDC; capex + interest + fees = debt_draw + equity_draw in every period.

    Conventions
    -----------
    As IDC. The last balance is the facility.

    Errors
    ------
    #NUM! where fees and interest eat the whole facility.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), on construction-phase financing.

    See also
    --------
    IDC

    Examples
    --------
    >>> IDC_SCHEDULE(0.12, [50, 50], 0.6, 0).round(3).tolist()
    [[50.0, 0.0, 0.0, 30.0, 20.0, 30.0], [50.0, 0.3, 0.0, 30.18, 20.12, 60.18]]
    """
    found = _whole_path(rate, capex, gearing, timing, upfront_fee, commitment_fee, periods_per_year)
    return np.stack(
        [
            capex,
            *(found[name] for name in ("interest", "fees", "debt_draw", "equity_draw", "balance")),
        ],
        axis=-1,
    )
