"""What each support tool is expected to cost the taxpayer, and the budget authority it needs: two
figures, never added.

Amounts are values at completion at the Treasury rate. Federal credit rules cover the guarantee and
the loan; a grant counts at face; an offtake costs what is paid above the goods' worth to the buyer.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import TOLERANCE, Array, Results, axis, pays, ratio, total
from bankable.udfs.deal.chain.contract import years_left


def liability_on_ending(ceiling: Array, payment: Array, adds: Array) -> Array:
    """Authority for what is due when a contract ends early: the larger of cancellation ceiling and
    termination payment, or their sum.
    """
    return np.where(adds > 0, ceiling + payment, np.maximum(ceiling, payment))


def government_loan_due(x: SimpleNamespace, r: Results) -> Array:
    """What the government's loan pays as promised: interest at its own rate at payment dates, principal."""
    rate = x.government_loan_rate / x.payments_per_year * pays(x, axis(x))
    return x.government_loan_share * (r.opening * rate + r.principal + r.balloon_paid)


def rows(x: SimpleNamespace, r: Results) -> None:
    """Expected cost and budget authority by tool, per dollar of plant and per dollar of private
    capital at risk.
    """
    time, n = axis(x), x.payments_per_year
    covered = x.coverage * (1 - x.government_loan_share)
    r.claim_per_dollar = 1 + x.covers_interest * r.all_in_rate / n
    r.guarantee_claims = covered * r.claims * r.claim_per_dollar
    r.guarantee_recoveries = covered * (r.claims - r.claims_lost) * r.claim_per_dollar
    r.guarantee_fees = x.guarantee_fee / time.a_year * covered * r.exposed_before * r.opening
    r.guarantee_cost = total(
        (r.guarantee_claims - r.guarantee_recoveries - r.guarantee_fees) * r.treasury_discount
    )

    lent = x.government_loan_share
    due = government_loan_due(x, r)
    with_interest = r.termination_paid * (1 + x.government_loan_rate / n)
    r.loan_repaid = r.exposed * due + lent * (r.claims - r.claims_lost + with_interest)
    r.loan_cost = lent * r.debt - total(r.loan_repaid * r.treasury_discount)
    r.loan_due = due
    r.bank_discount = (1 + r.bank_rate / n) ** -(time.elapsed * n)
    r.loan_benefit = lent * r.debt - total(r.loan_due * r.bank_discount)

    end = np.minimum(x.public_offtake_years - r.delay_eats, r.contract_end_year)
    r.in_public_offtake = years_left(time, end) * (x.public_offtake_years > 0)
    r.offtake_paid = (r.alive + r.settled_share) * r.in_public_offtake * r.contract_bill
    whole_price = r.contract_price + r.capacity_price_path  # of a unit where all capacity is called
    r.worth_price = np.where(r.in_band > 0, r.market_price_path, whole_price)
    worth = r.worth_price * r.taken_volume * x.buyer_value
    r.offtake_worth = r.alive * r.in_public_offtake * worth
    r.offtake_cost = total((r.offtake_paid - r.offtake_worth) * r.treasury_discount)
    r.offtake_bound = total(r.offtake_paid * r.treasury_discount)
    r.offtake_promise = r.in_public_offtake * r.contract_bill
    r.public_buyer = np.maximum(r.full_faith, r.subject_to_appropriation)
    r.termination_most = (
        r.public_buyer
        * x.termination_cover
        * np.max(r.opening, axis=-1, keepdims=True)
        * (1 + r.all_in_rate / n)
    )
    r.ceiling_due = x.cancellation_ceiling * (x.public_offtake_years > 0)
    r.offtake_authority = np.where(
        r.subject_to_appropriation > 0,
        liability_on_ending(
            r.ceiling_due,
            r.termination_most,
            x.authority_adds,
        ),
        (x.public_offtake_years > 0) * total(r.offtake_promise),
    )
    r.termination_cost = r.public_buyer * total(
        r.termination_paid * (1 + r.all_in_rate / n) * r.treasury_discount
    )
    r.floor_worth = total(
        r.in_band
        * r.alive
        * r.in_public_offtake
        * r.billed_volume
        * r.floor_value
        * (x.price_floor > 0)
        * r.treasury_discount
    )
    r.cap_given_up = total(
        r.in_band
        * r.alive
        * r.in_public_offtake
        * r.billed_volume
        * (1 - x.upside_share)
        * r.call_at_cap
        * r.treasury_discount
    )
    r.tariff_burden = total(
        (r.market_price_path - r.market_price_path / r.tariff_uplift)
        * r.market_volume_expected
        * r.treasury_discount
    )

    r.grant_returned = r.default_probability * np.minimum(
        x.grant_clawback * x.grant, r.left_after_debt
    )
    r.grant_cost = x.grant - total(r.grant_returned * r.treasury_discount)
    r.equity_bought = x.public_equity * (r.sponsor_equity + r.reserve_by_equity)
    r.equity_returned = (
        x.public_equity * r.equity_flow_expected * (1 + x.public_equity_return) ** -time.elapsed
    )
    r.equity_cost = r.equity_bought - total(r.equity_returned)
    tools = (
        r.guarantee_cost,
        r.loan_cost,
        r.grant_cost,
        r.offtake_cost,
        r.equity_cost,
        r.termination_cost,
    )
    r.public_cost = sum(tools)
    r.ranked_cost = sum(np.maximum(0, cost) for cost in tools)
    r.budget_authority = (
        np.maximum(0, r.guarantee_cost)
        + np.maximum(0, r.loan_cost)
        + x.grant
        + r.offtake_authority
        + r.equity_bought
    )
    r.cost_per_plant = ratio(r.public_cost, r.plant_cost)
    r.bank_at_risk = (1 - x.coverage) * r.bank_loan
    r.private_at_risk = r.sponsor_equity + r.reserve_by_equity - r.equity_bought + r.bank_at_risk
    r.private_per_public = np.where(
        r.public_cost > TOLERANCE, ratio(r.private_at_risk, r.public_cost), np.nan
    )
