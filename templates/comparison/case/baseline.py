"""The rows of a case sheet on what support costs beyond what the buyer would have spent without it, and on
the price of the promise.
"""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, note


def _today(key: str) -> str:
    return f"SUMPRODUCT({{{key}:}},{{treasury_discount:}})"


def yearly_rows(time: Periods) -> list[Row]:
    """The survival of yearly orders."""
    age = time.one("yearly_year", "yearly_age")
    end = "MAX(0,{contract_years}-{delay_eats})"
    left = time.one("{yearly_end}-({year}-1)", "({yearly_end}-{begun})*{Timeline!periods}")
    within = f"MIN({{in_public_offtake}},MAX(0,MIN(1,{left})))"
    return [
        band("The same goods on yearly orders"),
        scalar(
            "yearly_end",
            f"=IF({{contract_stop_year}}>0,MIN({end},{{contract_stop_year}}-1),{end})",
        ),
        scalar("yearly_firm_end", "=MAX(0,MIN({yearly_end},{firm_years}-{delay_eats}))"),
        path("yearly_year", f"=MIN({time.in_year},ROUNDUP({{yearly_end}},0))"),
        *(
            [path("yearly_age", "=MIN({year}," + time.up("{yearly_end}") + ")")]
            if time.several
            else []
        ),
        path(
            "yearly_renewals",
            "=MAX(0,ROUNDUP(({yearly_year}-{yearly_firm_end})/{renew_every},0))",
        ),
        path(
            "yearly_alive",
            "=IF({yearly_renewals}=0,1,{renewal}^{yearly_renewals})"
            "*(1-{public_buyer}*{firm_lapse})^MIN({yearly_year},ROUNDUP({yearly_firm_end},0))"
            f"*(1-{{yearly_termination}})^{{{age}}}*EXP(-{{hazard}}*{{{age}}})",
        ),
        path("yearly_bought", "={yearly_alive}*" + within),
        path(
            "yearly_settled",
            f"=IF({time.first},1,{{yearly_alive<}})*{time.chance('{yearly_termination}')}"
            f"*{time.at_yearly_rate('{termination_settlement}')}*" + within,
        ),
    ]


def rows(time: Periods) -> list[Row]:
    """Gross cost at other worths, cost beyond each baseline, and the price of the promise."""
    return [
        note(
            "Three worths and three baselines of the same cost: a range, never added. Gross: if"
            " nothing would have been bought."
        ),
        *yearly_rows(time),
        band("Cost by the worth of the goods"),
        path(
            "offtake_market_worth",
            "={alive}*{in_public_offtake}*({market_price_path}*{taken_volume})",
        ),
        scalar("cost_at_nothing", "={public_cost}+" + _today("offtake_worth")),
        scalar("cost_at_market", "={cost_at_nothing}-" + _today("offtake_market_worth")),
        band("Cost beyond yearly orders"),
        path("yearly_paid", "=({yearly_bought}+{yearly_settled})*{contract_bill}*{yearly_price}"),
        path("yearly_worth", "={yearly_bought}*({worth_price}*{taken_volume}*{buyer_value})"),
        path("yearly_market_worth", "={yearly_bought}*({market_price_path}*{taken_volume})"),
        scalar(
            "incremental_yearly",
            "={public_cost}-" + _today("yearly_paid") + "+" + _today("yearly_worth"),
        ),
        scalar(
            "incremental_at_market",
            "={cost_at_market}-" + _today("yearly_paid") + "+" + _today("yearly_market_worth"),
        ),
        scalar("incremental_at_nothing", "={cost_at_nothing}-" + _today("yearly_paid")),
        scalar(
            "incremental_cost",
            "=CHOOSE({without_support}+1,{public_cost},{incremental_yearly},{cost_at_market})",
        ),
        band("The price of the promise"),
        path("unwanted", "=MAX(0,{alive}*{in_public_offtake}-{yearly_bought})"),
        path("unwanted_paid", "={unwanted}*{contract_bill}"),
        path(
            "unwanted_worth",
            "={unwanted}*({worth_price}*{taken_volume}*{worth_if_not_renewed})",
        ),
        scalar("promise_unwanted", "=" + _today("unwanted_paid")),
        scalar("promise_price", "={promise_unwanted}-" + _today("unwanted_worth")),
    ]
