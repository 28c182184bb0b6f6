"""Revenue, cost and tax on the four views of the same plant, which are never mixed.

firm: only what is bound today; supported: that and the government's commitment; expected: every
state weighted by its probability; promised: as if every renewal came. The views are stacked on a
leading axis.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import (
    VIEWS,
    Array,
    Axis,
    Results,
    Rows,
    axis,
    by_period,
    lagged,
    over_time,
    previous,
    put,
    summed_back,
)
from bankable.udfs.deal.chain.contract import after_end, indexed, settled_share
from bankable.udfs.timing import regained


def volumes(x: SimpleNamespace, r: Results) -> None:
    """Contracted and market volume on each view, and what is paid for capacity made ready."""
    time = axis(x)
    ends = {
        "firm": r.firm_end_year,
        "supported": r.supported_end_year,
        "promised": r.contract_end_year,
    }
    for view, end in ends.items():
        back = regained(np.maximum(0, time.elapsed - end), r.retool_years, r.refill_years)
        r[f"resold_years_{view}"] = back
        r[f"resold_{view}"] = after_end(time, end, back, r.refill_1)
    m = time.a_year
    r.lost_two_before = lagged(r.lost_before, 2 * m - 1)
    this_year = summed_back(r.lost, m)
    r.resold_expected = r.alive * r.resold_promised * (1 - r.in_contract) + (
        this_year * r.refill_1 + lagged(this_year, m) * r.refill_2 + r.lost_two_before
    )
    counted = 1 - x.merchant_haircut

    def market(freed: Array) -> Array:
        return market_volume(r.market_volume_beside, r.volume_refilled, freed)

    in_force = np.stack([r.in_firm, r.in_supported, r.alive * r.in_contract, r.in_contract])
    billed, secured = r.billed_volume, r.secured_volume
    put(r, "contracted_volume", in_force * np.stack([secured, secured, billed, billed]))
    put(r, "capacity_revenue", in_force * r.capacity_payment)
    put(
        r,
        "market_volume",
        np.stack(
            [
                counted * market((1 - r.in_firm) * r.resold_firm),
                counted * market((1 - r.in_supported) * r.resold_supported),
                market(r.resold_expected),
                market((1 - r.in_contract) * r.resold_promised),
            ]
        ),
    )


def market_volume(beside: Array, refilled: Array, freed: Array) -> Array:
    """Volume sold in the market: beside the contract, and what is resold of the freed volume."""
    return beside + freed * refilled


def learning_exponent(learning_rate: Array) -> Array:
    """b = log2(1 - learning rate): unit cost falls by the rate at each doubling of output."""
    return np.log(1 - learning_rate) / np.log(2)


def unit_cost(
    time: Axis,
    cumulative_volume: Array,
    first: Array,
    inflation: Array,
    learning_exponent: Array,
    learning_volume: Array,
) -> Array:
    """first x (1 + inflation)^(year-1) x max(1, output so far / learning volume)^b, b = log2(1 -
    learning rate).
    """
    new = indexed(time, first, inflation)[..., : cumulative_volume.shape[-1]]
    return new * np.maximum(1, cumulative_volume / learning_volume) ** learning_exponent


def idled(running: Array, ramped: Array, idle_cost: Array) -> Array:
    """Cash flow of a plant that, past its ramp, stands idle at a cost where running would lose
    more.
    """
    return np.where(ramped > 0, np.maximum(running, -idle_cost), running)


def running_cash(r: Results | Rows, margin: Array) -> Array:
    """What the plant earns by running: its margin (revenue less variable cost) less every cost that
    does not go with volume. Each view, what remains after a lost contract, and every simulated path
    pass here: a new cost of the kind is entered in this line.
    """
    return margin - r.fixed_cost_path - r.maintenance


def standing_cash(x: SimpleNamespace, r: Results | Rows, running: Array) -> Array:
    """The same where the plant may stand idle instead, at its idle cost."""
    return idled(running, r.ramped, x.idle_cost * r.fixed_cost_path)


def supported_cash(cash: Array, commitment: Array) -> Array:
    """Cash with what the sponsor has promised to pay of a loss: max(cash, min(0, cash + promise))."""
    return np.maximum(cash, np.minimum(0, cash + commitment))


def working_capital(revenue: Array, days: Array, goes_on: Array) -> Array:
    """Money tied up at the end of a period: days of its revenue a year, released in the last one."""
    return revenue * days / 365 * goes_on


def cash_before_tax(earnings: Array, tied_up: Array, opening: Array) -> Array:
    """Earnings less the rise of working capital from what was put in at completion; time runs along
    the last axis.
    """
    return earnings - (tied_up - previous(tied_up, opening))


def still_open(standing: Array) -> Array:
    """1 until the last year in which the plant earns its costs: it stands idle for the sake of a
    later year, and is closed after.
    """
    best_ahead = np.maximum.accumulate(standing[..., ::-1], axis=-1)[..., ::-1]
    return (best_ahead > 0).astype(float)


def tax_with_losses(taxable: Array, tax_rate: Array, loss_limit: Array) -> tuple[Array, Array]:
    """(losses carried forward, tax): losses of earlier years cover up to `loss_limit` of a later
    year's income.
    """
    income, fresh = np.maximum(taxable, 0), np.maximum(-taxable, 0)
    if not fresh.any():
        return fresh, tax_rate * income
    covered, losses = by_period(income * loss_limit), by_period(fresh)
    carried: Array = 0.0
    for t, most in enumerate(covered):
        covered[t] = used = np.minimum(carried, most)
        losses[t] = carried = carried + losses[t] - used
    return over_time(losses), tax_rate * (income - over_time(covered))


def deductible_interest(
    earnings: Array, interest: Array, applies: Array, limit: Array
) -> tuple[Array, Array]:
    """(interest deducted, interest carried forward) under a limit of a share of taxable
    earnings.
    """
    room = np.where(applies > 0, limit * np.maximum(0, earnings), np.inf)
    if (interest <= room).all():
        return np.broadcast_to(interest, room.shape), np.zeros(room.shape)
    deducted, carried = by_period(room), by_period(np.broadcast_to(interest, room.shape))
    waiting: Array = 0.0
    for t, most in enumerate(deducted):
        waiting = waiting + carried[t]
        deducted[t] = np.minimum(waiting, most)
        carried[t] = waiting = waiting - deducted[t]
    return over_time(deducted), over_time(carried)


def rows(x: SimpleNamespace, r: Results) -> None:
    """From volume to CFADS with tax taken as if there were no debt (conservative; used for
    capacity).
    """
    time, m = axis(x), axis(x).a_year
    volumes(x, r)
    prices = np.stack([r.secured_price, r.secured_price, r.contract_price, r.contract_price])
    put(r, "contracted_revenue", r.contracted_volume * prices + r.capacity_revenue)
    r.settled_share = settled_share(x, r.alive_before, x.termination)
    r.settlement = r.settled_share * r.in_contract * r.contract_bill
    market_revenue = r.market_volume * r.market_price_path
    put(r, "market_revenue", market_revenue)
    settled = np.zeros_like(market_revenue)
    settled[VIEWS.index("expected")] = r.settlement
    put(r, "revenue", r.contracted_revenue + market_revenue + settled)

    r.learning_exponent = learning_exponent(x.learning_rate)
    sold = r.contracted_volume + r.market_volume
    put(
        r,
        "unit_cost",
        unit_cost(
            time,
            np.cumsum(sold, axis=-1),
            x.variable_cost * (1 + x.input_tariff),
            x.inflation,
            r.learning_exponent,
            x.learning_volume,
        ),
    )
    put(r, "variable_cost", sold * r.unit_cost)
    r.fixed_cost_path = indexed(time, x.fixed_cost / m, x.inflation) * r.in_operation
    r.maintenance = indexed(time, x.maintenance_capex / m, x.inflation) * r.in_operation
    r.ramped = (time.up(x.ramp_months / 12) < time.elapsed) * r.in_operation
    put(r, "running", running_cash(r, r.revenue - r.variable_cost))
    put(r, "standing", standing_cash(x, r, r.running))
    put(r, "open", still_open(r.standing))
    put(r, "earnings", np.where(r.open > 0, r.standing, 0.0))
    tied_up = working_capital(
        r.revenue * m * r.open, x.working_capital_days, x.operating_years > time.elapsed
    )
    put(r, "working_capital", tied_up)
    put(r, "cash_before_tax", cash_before_tax(r.earnings, tied_up, x.opening_working_capital))

    r.depreciation = r.tax_base / (x.tax_life * m) * (x.tax_life >= time.elapsed)
    put(r, "unlevered_taxable", r.earnings - r.depreciation)
    losses, tax = tax_with_losses(r.unlevered_taxable, x.tax_rate, x.loss_limit)
    put(r, "unlevered_losses", losses)
    put(r, "unlevered_losses_before", previous(losses))
    put(r, "unlevered_tax", tax)
    put(r, "unlevered_cfads", r.cash_before_tax - tax)

    counted, unit = 1 - x.merchant_haircut, r.unit_cost_promised
    for phase, freed in enumerate((r.refill_1, r.refill_2, 1.0), start=1):
        volume = counted * market_volume(r.market_volume_beside, r.volume_refilled, freed)
        running = running_cash(r, volume * (r.market_price_path - unit))
        r[f"remaining_volume_{phase}"] = volume
        r[f"running_{phase}"] = running
        r[f"remaining_{phase}"] = standing_cash(x, r, running)
        r[f"cash_after_loss_{phase}"] = supported_cash(
            r[f"remaining_{phase}"], x.operating_support / m
        )
