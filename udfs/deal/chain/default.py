"""Default as a payment that is not made: debt service is paid from one pool, and a deal defaults where
the pool does not reach.

The pool is cash flow, reserve and cash held by lock-up. What must stand in it at the start of a year
follows backwards from the last year, for the contract kept and for each year in which it may be
lost; probabilities add up the losses, never the conditional chances of losing it.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    TOLERANCE,
    Array,
    Axis,
    Results,
    axis,
    by_period,
    following,
    least,
    nil_if_not,
    over_time,
    pays,
    previous,
    total,
)

NEVER = 1e99  # a pool that no cash can fill
SURE = 1e-6  # a chance of surviving below this counts as none


def pool_before_year(
    cash: Array, service: Array, target: Array, locked: Array, need_after: Array
) -> Array:
    """Pool that must stand at the start of a year, from the pool that must stand at its end.

    No more than the reserve's target stays over a year's end, unless distributions are locked.
    """
    return _before(service - cash, most_held(service, target, locked), need_after)


def most_held(service: Array, target: Array, locked: Array) -> Array:
    """The pool that can stay over a year's end."""
    return np.where(locked == 0, target + TOLERANCE * np.maximum(1, service), np.inf)


def _before(lacking: Array, held: Array, need_after: Array) -> Array:
    """The same from what cash flow lacks and what can stay: what every year's step is given."""
    return np.where(need_after > held, NEVER, np.maximum(0, lacking + need_after))


def pool_that_lasts(
    cash: Array, service: Array, target: Array, locked: Array, lasting: Array, ends: Array = 0.0
) -> Array:
    """Pool that must stand at the start of each year for every payment from then on to be made.

    `lasting`: 1 in the years that count; after the last of them `ends` (by year) must stand.
    """
    lacking = service - cash
    counts = lasting > 0
    years = 1 + np.flatnonzero(counts.reshape(-1, counts.shape[-1]).any(axis=0))
    count = int(years[-1]) if years.size else 0  # what stands in the years after them is given
    need, *rest = (
        by_period(np.broadcast_to(path, lacking.shape))
        for path in (ends, lacking, most_held(service, target, locked), counts)
    )
    after = need[count] if count < len(need) else 0.0
    for t, (lacks, held, counted) in reversed(list(enumerate(zip(*rest, strict=True)))[:count]):
        need[t] = after = np.where(counted, _before(lacks, held, after), need[t])
    return over_time(need)


def locked_after_loss(cash: Array, service: Array, limit: Array) -> Array:
    """1 where DSCR on cash after a lost contract is below the lock-up."""
    return ((service > 0) & (cash < (limit - TOLERANCE) * service)).astype(float)


def locked_at_dates(x: SimpleNamespace, time: Axis, cash: Array, service: Array) -> Array:
    """The same of the period's cash at its yearly rate, so that a payment for several periods is not held
    against the cash of one; between payment dates nothing is paid out.
    """
    if time.a_year == 1:
        return locked_after_loss(cash, service, x.lock_up_dscr)
    due = service * x.payments_per_year
    locked = locked_after_loss(cash * time.a_year, due, x.lock_up_dscr)
    return np.maximum(locked, 1 - pays(x, time))


def pools_after_loss(
    x: SimpleNamespace,
    r: Results,
    service: Array,
    due: Array,
    target: Array,
    share: Array = 1.0,
    settlement: Array = 0.0,
    prefix: str = "",
) -> tuple[Array, Array, Array]:
    """Pool that must stand at the start of a period in which the plant earns cash_after_loss_1 (the
    contract is lost in it; a settlement is paid in that period too), _2 (lost a year before) or _3;
    each of the first two lasts a year. 0 from where nothing is `due` any more.

    `share` of the service is left after a termination payment. Lock-up and the reserve stay as they
    were: a payment that freed cash for the sponsor could make a loan fail that held out without it.
    """
    time, left = axis(x), share * service

    def locked(cash: Array) -> Array:
        return locked_at_dates(x, time, cash, service)

    def before(cash: Array, after: Array) -> Array:
        """The pool at the start of a period from the one at its end, given by the period after."""
        return due * pool_before_year(cash, left, target, locked(cash), following(after, 0.0))

    cash_1, cash_2, cash_3 = r.cash_after_loss_1, r.cash_after_loss_2, r.cash_after_loss_3
    third = pool_that_lasts(cash_3, left, target, locked(cash_3), due)
    second, first = [third], []
    for _ in range(time.a_year):
        second.insert(0, before(cash_2, second[0]))
    first = [second[0]]
    for _ in range(time.a_year - 1):
        first.insert(0, before(cash_1, first[0]))
    first.insert(0, before(cash_1 + settlement, first[0]))
    for late in range(1, time.a_year):  # once so many periods of the phase are over
        r[f"{prefix}need_1_after_{late}"] = first[late]
        r[f"{prefix}need_2_after_{late}"] = second[late]
    return first[0], second[0], third


def due_ahead(service: Array) -> Array:
    """1 where any debt service is due in the year or after it: nothing due is no default."""
    most = np.maximum.accumulate(service[..., ::-1], axis=-1)[..., ::-1]
    return (most > TOLERANCE).astype(float)


def does_not_reach(need: Array, pool: Array, service: Array) -> Array:
    """1 where the pool that must stand is above the one that does."""
    return (need > pool + TOLERANCE * np.maximum(1, service)).astype(float)


def lost_with_end(time: Axis, lost: Array, alive: Array, end: Array) -> Array:
    """Probability that the contract is lost in the period, its end counted as a loss in the one after."""
    return lost + ((end > 0) & (time.up(end) == time.begun)) * previous(alive, 1.0)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Where a payment is missed, with the contract kept and after its loss in each year; the
    probability of it.
    """
    time, in_loan = axis(x), r.in_loan
    r.due_ahead = due_ahead(r.debt_service)
    r.kept_until = time.up(r.contract_end_year)
    r.need_1, r.need_2, r.need_3 = pools_after_loss(
        x, r, r.debt_service, r.due_ahead, r.dsra_target
    )
    r.pool_before = r.reserve_before_promised + previous(r.trapped_promised)
    r.hurts = does_not_reach(r.need_1, r.pool_before, r.debt_service)
    r.uncovered_claim = 1 - x.termination_cover
    r.uncovered_service = r.uncovered_claim * r.debt_service
    r.uncovered_ahead = due_ahead(r.uncovered_service)
    r.settlement_due = (
        (
            x.termination_cover > 0
        )  # the lenders count a settlement only where they have a claim on it
        * (x.termination_settlement * time.a_year)
        * r.in_contract
        * r.contract_bill
    )
    r.paid_need_1, r.paid_need_2, r.paid_need_3 = (
        pools_after_loss(
            x,
            r,
            r.debt_service,
            r.uncovered_ahead,
            r.dsra_target,
            r.uncovered_claim,
            r.settlement_due,
            "paid_",
        )
        if (x.termination_cover > 0).any() or time.a_year > 1
        else (r.need_1, r.need_2, r.need_3)  # nothing is settled: the same years over again
    )
    r.paid_hurts = does_not_reach(r.paid_need_1, r.pool_before, r.uncovered_service)

    never_held = r.kept_until == 0
    kept = r.due_ahead * (r.kept_until >= time.elapsed)
    r.need = np.where(
        never_held,
        r.need_3,
        pool_that_lasts(
            r.cfads_promised + r.sponsor_support_promised,
            r.debt_service,
            r.dsra_target,
            r.lock_up_promised,
            kept,
            r.need_1,
        ),
    )
    missed = (r.arrears_promised > TOLERANCE * np.maximum(1, r.debt_service)) | (
        r.costs_unpaid_promised > TOLERANCE
    )
    r.fails = np.where((kept > 0) & missed, time.elapsed, np.nan)
    never_paid = does_not_reach(r.need_3, r.pool_before, r.debt_service)
    unpaid_in = np.where(never_held, never_paid[:, :1], nil_if_not(least(r.fails)))
    r.fails_in = np.where(r.build_stops > 0, r.due_ahead[:, :1], unpaid_in)

    r.default_loss = lost_with_end(time, r.lost, r.alive, r.contract_end_year)
    r.default_alive = r.alive * (never_held | (r.kept_until >= time.elapsed))
    r.still_paid = in_loan * ((r.fails_in == 0) | (r.fails_in > time.elapsed))
    r.missed_paid = r.still_paid * r.lost_paid * r.paid_hurts
    r.missed_otherwise = np.where(
        r.still_paid > 0,
        (r.default_loss - r.lost_paid) * r.hurts,
        in_loan
        * (r.fails_in == time.elapsed)
        * (r.default_alive + r.default_loss * np.maximum(r.hurts, r.build_stops)),
    )
    r.missed_by_contract = np.cumsum(r.missed_paid + r.missed_otherwise, axis=-1)
    r.own_survival = (1 - x.pd_base) ** np.minimum(time.elapsed, x.tenor)
    r.performing = r.own_survival * (1 - r.missed_by_contract)
    r.performing_before = previous(r.performing, 1.0)
    r.default_own = in_loan * r.performing_before * time.chance(x.pd_base)
    r.default_contract = r.own_survival * (r.missed_paid + r.missed_otherwise)
    r.default_probability = r.default_own + r.default_contract
    r.pd_counted = np.where(
        r.performing_before > TOLERANCE,
        np.minimum(
            1,
            r.default_probability
            / np.where(r.performing_before > TOLERANCE, r.performing_before, 1),
        ),
        0.0,
    )
    r.life_default = np.minimum(1, total(r.default_probability))
    kept = 1 - r.life_default
    r.default_a_year = np.where(kept > SURE, 1 - np.maximum(kept, SURE) ** (1 / x.tenor), 1.0)
    r.shortfall_probability = np.where(
        r.debt > 0, np.minimum(1, r.missed_by_contract[:, -1:]), np.nan
    )


def exposure_rows(x: SimpleNamespace, r: Results) -> None:
    """Share of the schedule that is still out, by probability: less than the chance of performing where
    a termination payment has prepaid a part; and what defaults of it, by cause.
    """
    r.prepaid_by_year = (
        r.still_paid * r.lost_paid * (1 - r.paid_hurts) * x.termination_cover * r.due_ahead
    )
    r.prepaid = np.cumsum(r.prepaid_by_year, axis=-1)
    r.exposed = r.own_survival * (1 - r.missed_by_contract - r.prepaid)
    r.exposed_before = previous(r.exposed, 1.0)
    r.default_paid = r.own_survival * r.missed_paid
    r.exposed_own = r.in_loan * r.exposed_before * axis(x).chance(x.pd_base)
    r.default_unpaid = r.exposed_own + r.own_survival * r.missed_otherwise
    r.termination_paid = (
        r.own_survival * r.still_paid * r.lost_paid * x.termination_cover * r.opening
    )
