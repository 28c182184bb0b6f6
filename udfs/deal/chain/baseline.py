"""What public support costs beyond what the buyer would have spent without it, at three worths of the
goods, and what the freedom given up by a promise costs.

The buyer without a promise orders year by year, with the survival of yearly orders. No figure here
is ever added to another.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import Results, axis, previous, total
from bankable.udfs.deal.chain.contract import settled_share, years_left
from bankable.udfs.offtake import renewals_needed


def yearly_rows(x: SimpleNamespace, r: Results) -> None:
    """Chance that a buyer who orders year by year still does: the deal's own contract without the
    government's commitment.
    """
    time = axis(x)
    end = np.maximum(0, x.contract_years - r.delay_eats)
    stopped = np.minimum(end, x.contract_stop_year - 1)
    r.yearly_end = np.where(x.contract_stop_year > 0, stopped, end)
    r.yearly_firm_end = np.clip(x.firm_years - r.delay_eats, 0, r.yearly_end)
    r.yearly_year = age = np.minimum(time.year, np.ceil(r.yearly_end))
    if time.a_year > 1:
        r.yearly_age = age = np.minimum(time.elapsed, time.up(r.yearly_end))
    r.yearly_renewals = renewals_needed(r.yearly_year, r.yearly_firm_end, x.renew_every)
    r.yearly_alive = (
        x.renewal**r.yearly_renewals
        * (1 - r.public_buyer * x.firm_lapse)
        ** np.minimum(r.yearly_year, np.ceil(r.yearly_firm_end))
        * (1 - x.yearly_termination) ** age
        * np.exp(-r.hazard * age)
    )
    within = np.minimum(r.in_public_offtake, years_left(time, r.yearly_end))
    r.yearly_bought = r.yearly_alive * within
    before = previous(r.yearly_alive, 1.0)
    r.yearly_settled = settled_share(x, before, x.yearly_termination) * within


def rows(x: SimpleNamespace, r: Results) -> None:
    """Gross cost at other worths, cost beyond each baseline, and the price of the promise."""
    yearly_rows(x, r)

    def worth_today(path: np.ndarray) -> np.ndarray:
        return total(path * r.treasury_discount)

    at_market = r.market_price_path * r.taken_volume
    r.offtake_market_worth = r.alive * r.in_public_offtake * at_market
    r.cost_at_nothing = r.public_cost + worth_today(r.offtake_worth)
    r.cost_at_market = r.cost_at_nothing - worth_today(r.offtake_market_worth)

    paying = r.yearly_bought + r.yearly_settled
    r.yearly_paid = paying * r.contract_bill * x.yearly_price
    r.yearly_worth = r.yearly_bought * (r.worth_price * r.taken_volume * x.buyer_value)
    r.yearly_market_worth = r.yearly_bought * at_market
    spent = worth_today(r.yearly_paid)
    r.incremental_yearly = r.public_cost - spent + worth_today(r.yearly_worth)
    r.incremental_at_market = r.cost_at_market - spent + worth_today(r.yearly_market_worth)
    r.incremental_at_nothing = r.cost_at_nothing - spent
    # bought elsewhere at the market price, the same goods would have cost that price
    baselines = [r.public_cost, r.incremental_yearly, r.cost_at_market]
    chosen = x.without_support.astype(int)
    r.incremental_cost = np.take_along_axis(np.concatenate(baselines, axis=-1), chosen, axis=-1)

    r.unwanted = np.maximum(0, r.alive * r.in_public_offtake - r.yearly_bought)
    r.unwanted_paid = r.unwanted * r.contract_bill
    r.unwanted_worth = r.unwanted * (r.worth_price * r.taken_volume * x.worth_if_not_renewed)
    r.promise_unwanted = worth_today(r.unwanted_paid)
    r.promise_price = r.promise_unwanted - worth_today(r.unwanted_worth)
