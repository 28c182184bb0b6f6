"""The build of one case, month by month from financial close: spending, interest, fees, draws.

Interest and fees are drawn too, so the facility depends on itself; it does so in a straight line,
and two passes (without the facility's fees, and per $ of facility) give it with no circular
reference.
"""

from __future__ import annotations

from bankable.templates.comparison.case import returns
from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band, heading, note


def facility_rows(case: str, prefix: str, gearing: str) -> list[Row]:
    """The two passes at one gearing of the budgeted cost; the facility is balance_0 / (1 -
    balance_1) at the end.
    """
    rate, fee = f"{{{case}!construction_rate}}/12", f"{{{case}!commitment_fee}}/12"
    g = f"{{{case}!{gearing}}}"
    zero, one = f"{prefix}balance_0", f"{prefix}balance_1"
    return [
        path(
            zero,
            f"={{{zero}<}}+{g}*({{planned_cost}}+{{in_plan}}*({rate}*({{{zero}<}}+{{{case}!draw_timing}}*{g}*{{planned_cost}})-{fee}*{{{zero}<}}))",
        ),
        path(
            one,
            f"={{{one}<}}+{g}*{{in_plan}}*({rate}*{{{one}<}}+{fee}*(1-{{{one}<}})+{{{case}!upfront_fee}}*IF({{month}}=1,1,0))",
        ),
    ]


def rows(case: str) -> list[Row]:
    """All rows of the build sheet that belongs to the case sheet `case`."""

    def c(key: str) -> str:
        return f"{{{case}!{key}}}"

    return [
        path("month", "={Timeline!month}", label_style="bold"),
        path("month_ends", "=EDATE({Timeline!close},{month})"),
        path("in_build", f"=IF({c('completion_month')}>={{month}},1,0)"),
        heading("Spending", "1"),
        path("build_progress", f"=MIN(1,{{month}}/{c('build_months')})"),
        path(
            "spend_cumulative",
            f"={{build_progress}}*({c('profile_1')}+{{build_progress}}*({c('profile_2')}+{{build_progress}}*{c('profile_3')}))",
        ),
        path("spend_share", "={spend_cumulative}-{spend_cumulative<}"),
        path("plant_spend", f"={c('hard_cost')}*{{spend_share}}"),
        path(
            "delay_spend",
            f"=({c('delay_cost')}-{c('delay_damages')})*IF({{month}}>{c('build_months')},1,0)*{{in_build}}",
        ),
        path("grant_draw", f"={c('grant')}*{{spend_share}}"),
        path("build_cost", "={plant_spend}+{delay_spend}-{grant_draw}"),
        path("planned_cost", f"={c('budgeted_cost')}*{{spend_share}}-{{grant_draw}}"),
        path("in_plan", f"=IF({c('build_months')}>={{month}},1,0)"),
        heading("Facility requested, in two passes", "2"),
        note(
            "Facility = balance without fees / (1 - balance per $ of facility), both at the last"
            " month: exact, with no circular reference."
        ),
        *facility_rows(case, "requested_", "gearing"),
        note(
            "It is committed at close on the budget: an overrun, and what a delay costs, are the"
            " sponsor's to pay."
        ),
        heading("Facility used", "3"),
        note(
            "The same at the gearing used: the requested one, or less where 'Size the debt' is"
            " TRUE."
        ),
        *facility_rows(case, "", "gearing_used"),
        band("Draws"),
        path("balance", f"={{balance_0}}+{c('debt')}*{{balance_1}}"),
        path(
            "idc",
            f"={{in_build}}*{c('construction_rate')}/12*({{balance<}}+{c('draw_timing')}*{c('gearing_used')}*{{planned_cost}})",
        ),
        path(
            "build_fees",
            f"={{in_build}}*({c('commitment_fee')}/12*({c('debt')}-{{balance<}})+IF({{month}}=1,1,0)*{c('upfront_fee')}*{c('debt')})",
        ),
        path("uses", "={build_cost}+{idc}+{build_fees}"),
        path("debt_draw", "={balance}-{balance<}"),
        path("equity_draw", "={uses}-{debt_draw}"),
        heading("For the returns", "4"),
        path("years_before", f"=MAX(0,{c('completion_month')}-{{month}})/12"),
        *returns.month_rows(case),
    ]


def case_rows(build: str) -> list[Row]:
    """Uses, facility and rates in construction; the months stand on the build sheet."""
    return [
        scalar("completion_month", "={build_months}+{delay_months}"),
        scalar("budgeted_cost", "={capex}*(1+{contingency})"),
        scalar("hard_cost", "={budgeted_cost}*(1+{overrun})"),
        *(
            scalar(f"profile_{n}", f"=INDEX({{Lists!profile_{n}:}},{{spend_profile}}+1)")
            for n in (1, 2, 3)
        ),
        scalar("base_rate_now", "={base_rate}+{base_rate_shock}*(1-{hedge_ratio})"),
        scalar("construction_rate", "={base_rate_now}+{construction_margin}"),
        scalar(
            "requested_debt",
            f"={{{build}!requested_balance_0#60}}/(1-{{{build}!requested_balance_1#60}})",
        ),
        scalar("debt", f"={{{build}!balance_0#60}}/(1-{{{build}!balance_1#60}})"),
        scalar("total_idc", f"={{{build}!idc+}}"),
        scalar("total_fees", f"={{{build}!build_fees+}}"),
        scalar("total_uses", f"={{{build}!uses+}}"),
        scalar(
            "budgeted_uses",
            f"={{{build}!planned_cost+}}+SUMPRODUCT({{{build}!idc:}},{{{build}!in_plan:}})+{{{build}!build_fees+}}",
        ),
        scalar(
            "sponsor_extra",
            f"={{{build}!build_cost+}}-{{{build}!planned_cost+}}+SUMPRODUCT({{{build}!idc:}},1-{{{build}!in_plan:}})",
        ),
        scalar("sponsor_equity", "={total_uses}-{debt}"),
        scalar("plant_cost", f"={{{build}!plant_spend+}}+{{{build}!delay_spend+}}"),
        scalar("tax_base", f"={{{build}!build_cost+}}"),
    ]
