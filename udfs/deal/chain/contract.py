"""What is sold, at which price, and how likely the contract still stands in each operating year."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.collar import lognormal_call
from bankable.udfs.deal.chain.axes import (
    Array,
    Axis,
    Results,
    axis,
    nil_if_not,
    previous,
    ratio,
    total,
)
from bankable.udfs.offtake import renewals_needed
from bankable.udfs.timing import regained


def years_left(time: Axis, end: Array) -> Array:
    """Share of each period that lies before a contract end: min(1, max(0, m (end - begun)))."""
    return np.clip((end - time.begun) * time.a_year, 0, 1)


def ramp_cumulative(time: Axis, ramp_months: Array) -> Array:
    """Full-output years delivered t years after completion, output rising linearly over R = ramp/12
    years: t^2/(2R), then t - R/2.
    """
    ramp, t = ramp_months / 12, time.elapsed
    return np.where(ramp > t, t**2 / (2 * np.where(ramp > 0, ramp, 1)), t - ramp / 2)


def indexed(time: Axis, first: Array, growth: Array) -> Array:
    """first x (1 + growth)^(year - 1): year 1 is not escalated."""
    return first * (1 + growth) ** (time.year - 1)


def after_end(time: Axis, end: Array, back: Array, first: Array) -> Array:
    """Share of the freed volume sold again in each period after a contract end, `back` being the
    full-sales years regained since: what the period adds to them over the part of it that lies after
    the end; all of it from two years on. Before the end, when nothing is freed, it stands at the
    `first` year's.
    """
    since, whole = time.elapsed - end, 1 / time.a_year
    added = (back - previous(back)) / np.where(since > 0, np.minimum(whole, since), 1)
    climbing = np.where(since <= 0, first, np.where(since - whole >= 2, 1.0, added))
    return np.where(end <= 0, 1.0, climbing)


def called_share(x: SimpleNamespace, demand: Array = 1.0) -> Array:
    """Share of the contracted volume that is billed: what the buyer calls up to the cap, and at
    least the take-or-pay.
    """
    return np.maximum(x.take_or_pay, np.minimum(x.buyer_demand * demand, x.max_volume))


def billed_volume(capacity: Array, called: Array, contracted: Array) -> Array:
    """Volume billed under the contract: the called share of the contracted capacity, within the
    plant's capacity.
    """
    return np.minimum(capacity, called * contracted)


def market_volumes(
    x: SimpleNamespace, capacity: Array, billed: Array, demand: Array = 1.0
) -> tuple[Array, Array]:
    """(volume that the market takes beside the contract, what more it takes once the contract's
    volume is free and retooled).
    """
    sells = np.minimum(1, x.merchant_share * demand)
    beside = sells * np.maximum(0, capacity - billed)
    return beside, sells * capacity - beside


def settled_share(x: SimpleNamespace, alive_before: Array, termination: Array) -> Array:
    """Expected settlement on a buyer's termination for convenience, over what he would be billed in
    the period.
    """
    time = axis(x)
    return alive_before * time.chance(termination) * (x.termination_settlement * time.a_year)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Volumes, prices and the survival of the contract."""
    time = axis(x)
    r.in_operation = (x.operating_years >= time.elapsed).astype(float)
    r.ramp_years = x.ramp_months / 12
    r.ramp_cumulative = ramp_cumulative(time, x.ramp_months)
    r.ramp = (r.ramp_cumulative - previous(r.ramp_cumulative)) * time.a_year
    r.capacity_available = x.capacity / time.a_year * x.utilisation * r.ramp * r.in_operation

    r.delay_eats = r.calendar_end * x.delay_months / 12
    r.contract_end_planned = np.maximum(
        0, np.maximum(x.contract_years, x.public_offtake_years) - r.delay_eats
    )
    stopped = np.minimum(r.contract_end_planned, x.contract_stop_year - 1)
    r.contract_end_year = np.where(x.contract_stop_year > 0, stopped, r.contract_end_planned)
    r.firm_end_year = np.clip(x.firm_years - r.delay_eats, 0, r.contract_end_year)
    r.backed_years = np.maximum(
        x.firm_years, x.public_offtake_years * (1 - r.subject_to_appropriation)
    )
    r.supported_end_planned = np.clip(r.backed_years - r.delay_eats, 0, r.contract_end_planned)
    r.supported_end_year = np.minimum(r.supported_end_planned, r.contract_end_year)
    r.in_contract = years_left(time, r.contract_end_year)
    r.in_firm = years_left(time, r.firm_end_year)
    r.in_supported = years_left(time, r.supported_end_year)

    r.contracted_capacity = x.contract_share * r.capacity_available
    r.billed_share = called_share(x)
    r.billed_volume = billed_volume(r.capacity_available, r.billed_share, r.contracted_capacity)
    r.secured_volume = np.minimum(r.capacity_available, x.take_or_pay * r.contracted_capacity)
    r.taken_volume = np.minimum(
        r.billed_volume, np.minimum(x.buyer_demand, x.max_volume) * r.contracted_capacity
    )

    r.tariff_uplift = 1 + x.tariff * x.tariff_pass_through * x.home_share
    r.market_price_path = indexed(time, x.market_price, x.market_growth) * r.tariff_uplift
    r.floor_path = indexed(time, x.price_floor, x.band_escalator)
    r.cap_path = indexed(time, x.price_cap, x.band_escalator)
    r.price_sd = x.price_vol * np.sqrt(r.completion_month / 12 + time.elapsed)
    r.call_at_floor = lognormal_call(r.market_price_path, r.floor_path, r.price_sd)
    r.call_at_cap = np.where(
        x.price_cap > 0, lognormal_call(r.market_price_path, r.cap_path, r.price_sd), 0.0
    )
    r.floor_value = r.call_at_floor - r.market_price_path + r.floor_path
    banded = r.floor_path + r.call_at_floor - (1 - x.upside_share) * r.call_at_cap
    r.contract_price = np.where(r.in_band > 0, banded, indexed(time, x.price, x.escalator))
    r.secured_price = np.where(r.in_band > 0, r.floor_path, r.contract_price)
    r.capacity_price_path = indexed(time, x.capacity_price, x.escalator)
    r.capacity_payment = r.capacity_price_path * r.contracted_capacity
    r.contract_bill = r.billed_volume * r.contract_price + r.capacity_payment

    r.retool_years, r.refill_years = x.retool_months / 12, x.refill_months / 12
    r.refill_1 = regained(1.0, r.retool_years, r.refill_years)
    r.regained_2 = regained(2.0, r.retool_years, r.refill_years)
    r.refill_2 = r.regained_2 - r.refill_1
    r.market_volume_free = x.merchant_share * r.capacity_available
    r.market_volume_beside, r.volume_refilled = market_volumes(
        x, r.capacity_available, r.billed_volume
    )

    r.lapse_in_firm_years = r.subject_to_appropriation * x.firm_lapse
    r.hazard = -np.log(1 - x.offtaker_pd)
    r.contract_year = np.minimum(time.year, np.ceil(r.contract_end_year))
    age = r.contract_year
    if time.a_year > 1:
        r.contract_age = age = np.minimum(time.elapsed, time.up(r.contract_end_year))
    r.renewals = renewals_needed(r.contract_year, r.supported_end_year, x.renew_every)
    r.renewed = x.renewal**r.renewals * (
        (1 - r.lapse_in_firm_years) ** np.minimum(r.contract_year, np.ceil(r.supported_end_year))
        * (1 - x.termination) ** age
    )
    r.offtaker_survives = np.exp(-r.hazard * age)
    r.alive = r.renewed * r.offtaker_survives
    r.alive_before = previous(r.alive, 1.0)
    r.lost = r.alive_before - r.alive
    r.lapse = nil_if_not(ratio(r.lost, r.alive_before))
    r.lost_before = 1 - r.alive_before
    r.treasury_discount = (1 + x.treasury_rate) ** -time.elapsed
    lost_by_cause(x, r, age)
    planned_survival(x, r)


CAUSES = ("termination", "lapse", "renewal", "buyer")
SURE = 1e-99  # least chance that a hazard is taken of: one of nil would have no end


def lost_by_cause(x: SimpleNamespace, r: Results, age: Array) -> None:
    """The loss of the contract in each period by its cause, `age` being its own: independent causes share it by their hazards,
    -ln(1 - chance), so that the parts add up to the loss.
    """
    r.contract_step = age - previous(age)
    committed = np.minimum(r.contract_year, np.ceil(r.supported_end_year))
    r.termination_hazard = -np.log(1 - x.termination)
    r.lapse_hazard = -np.log(1 - r.lapse_in_firm_years) * (committed - previous(committed))
    r.renewal_hazard = -np.log(np.maximum(SURE, x.renewal)) * (r.renewals - previous(r.renewals))
    hazards = {
        "termination": r.termination_hazard * r.contract_step,
        "lapse": r.lapse_hazard,
        "renewal": r.renewal_hazard,
        "buyer": r.hazard * r.contract_step,
    }
    r.hazard_by_year = sum(hazards.values())
    for cause, hazard in hazards.items():
        r[f"lost_{cause}"] = r.lost * nil_if_not(ratio(hazard, r.hazard_by_year))
    r.lost_paid = r.lost_termination + x.lapse_pays * r.lost_lapse


def planned_survival(x: SimpleNamespace, r: Results) -> None:
    """Chance of losing the contract as seen when the loan was priced, before a scenario takes the
    contract away in a given year.
    """
    time = axis(x)
    r.planned_year = np.minimum(time.year, np.ceil(r.contract_end_planned))
    age = r.planned_year
    if time.a_year > 1:
        r.planned_age = age = np.minimum(time.elapsed, time.up(r.contract_end_planned))
    r.planned_renewals = renewals_needed(r.planned_year, r.supported_end_planned, x.renew_every)
    r.planned_alive = (
        x.renewal**r.planned_renewals
        * (1 - r.lapse_in_firm_years)
        ** np.minimum(r.planned_year, np.ceil(r.supported_end_planned))
        * (1 - x.termination) ** age
        * np.exp(-r.hazard * age)
    )
    before = previous(r.planned_alive, 1.0)
    r.planned_lapse = nil_if_not(ratio(before - r.planned_alive, before))


def value_rows(x: SimpleNamespace, r: Results) -> None:
    """Risky value of the contract, C_t d_t Q_t [R + (1 - R) S_t] as OFFTAKE_NPV, and of what its
    committed years leave after variable cost: the part of that value which can carry debt."""
    worth = (
        r.renewed
        * (x.offtaker_recovery + (1 - x.offtaker_recovery) * r.offtaker_survives)
        * r.treasury_discount
    )
    r.contract_value_by_year = r.in_contract * r.contract_bill * worth
    r.contract_value = total(r.contract_value_by_year)
    r.committed_margin_by_year = (
        r.in_supported * (r.contract_bill - r.billed_volume * r.unit_cost_promised) * worth
    )
    r.committed_margin = total(r.committed_margin_by_year)
