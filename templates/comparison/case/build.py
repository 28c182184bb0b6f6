"""The build of one case, month by month from financial close: spending, interest, fees, draws.

Interest and fees are drawn too, so the facility depends on itself; it does so in a straight line,
and two passes (without the facility's fees, and per $ of facility) give it with no circular
reference.
"""

from __future__ import annotations

from bankable.templates.comparison.case import returns
from bankable.templates.workbook.rows import Row, band, heading, note, path, scalar


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
            "Balance without fees on the facility",
            "$m",
            f"={{{zero}<}}+{g}*({{planned_cost}}+{{in_plan}}*({rate}*({{{zero}<}}+{{{case}!draw_timing}}*{g}*{{planned_cost}})-{fee}*{{{zero}<}}))",
        ),
        path(
            one,
            "Balance per $ of facility",
            "$",
            f"={{{one}<}}+{g}*{{in_plan}}*({rate}*{{{one}<}}+{fee}*(1-{{{one}<}})+{{{case}!upfront_fee}}*IF({{month}}=1,1,0))",
            "factor",
        ),
    ]


def rows(case: str) -> list[Row]:
    """All rows of the build sheet that belongs to the case sheet `case`."""

    def c(key: str) -> str:
        return f"{{{case}!{key}}}"

    return [
        path(
            "month",
            "Month from financial close",
            "month",
            "={Timeline!month}",
            "year",
            label_style="bold",
        ),
        path("month_ends", "Month ends", "date", "=EDATE({Timeline!close},{month})", "month"),
        path(
            "in_build",
            "Building",
            "flag",
            f"=IF({c('completion_month')}>={{month}},1,0)",
            "flag",
            "sum",
        ),
        heading("Spending", "1"),
        path(
            "build_progress",
            "Share of the planned build time gone",
            "share",
            f"=MIN(1,{{month}}/{c('build_months')})",
            "share",
        ),
        path(
            "spend_cumulative",
            "Share of plant cost spent, cumulative",
            "share",
            f"={{build_progress}}*({c('profile_1')}+{{build_progress}}*({c('profile_2')}+{{build_progress}}*{c('profile_3')}))",
            "share",
        ),
        path(
            "spend_share",
            "Share of plant cost spent in the month",
            "share",
            "={spend_cumulative}-{spend_cumulative<}",
            "share",
            "sum",
        ),
        path(
            "plant_spend",
            "Plant and building",
            "$m",
            f"={c('hard_cost')}*{{spend_share}}",
            "number",
            "sum",
        ),
        path(
            "delay_spend",
            "Holding cost of a delay, less damages",
            "$m",
            f"=({c('delay_cost')}-{c('delay_damages')})*IF({{month}}>{c('build_months')},1,0)*{{in_build}}",
            "number",
            "sum",
        ),
        path("grant_draw", "Grant drawn", "$m", f"={c('grant')}*{{spend_share}}", "number", "sum"),
        path(
            "build_cost",
            "Cost to be funded",
            "$m",
            "={plant_spend}+{delay_spend}-{grant_draw}",
            "total number",
            "sum",
        ),
        path(
            "planned_cost",
            "Cost to be funded, as budgeted",
            "$m",
            f"={c('budgeted_cost')}*{{spend_share}}-{{grant_draw}}",
            "number",
            "sum",
        ),
        path(
            "in_plan",
            "Building, as planned",
            "flag",
            f"=IF({c('build_months')}>={{month}},1,0)",
            "flag",
            "sum",
        ),
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
        path(
            "balance",
            "Facility balance, end of month",
            "$m",
            f"={{balance_0}}+{c('debt')}*{{balance_1}}",
        ),
        path(
            "idc",
            "Interest during construction",
            "$m",
            f"={{in_build}}*{c('construction_rate')}/12*({{balance<}}+{c('draw_timing')}*{c('gearing_used')}*{{planned_cost}})",
            "number",
            "sum",
        ),
        path(
            "build_fees",
            "Upfront and commitment fees",
            "$m",
            f"={{in_build}}*({c('commitment_fee')}/12*({c('debt')}-{{balance<}})+IF({{month}}=1,1,0)*{c('upfront_fee')}*{c('debt')})",
            "number",
            "sum",
        ),
        path("uses", "Total uses", "$m", "={build_cost}+{idc}+{build_fees}", "total number", "sum"),
        path("debt_draw", "Debt drawn", "$m", "={balance}-{balance<}", "number", "sum"),
        path("equity_draw", "Equity paid in", "$m", "={uses}-{debt_draw}", "number", "sum"),
        heading("For the returns", "4"),
        path(
            "years_before",
            "Time before completion",
            "years",
            f"=MAX(0,{c('completion_month')}-{{month}})/12",
            "factor",
        ),
        *returns.month_rows(case),
    ]


def case_rows(build: str) -> list[Row]:
    """Uses, facility and rates in construction; the months stand on the build sheet."""
    return [
        scalar(
            "completion_month", "Completion", "month", "={build_months}+{delay_months}", "count"
        ),
        scalar(
            "budgeted_cost",
            "Plant and building with contingency",
            "$m",
            "={capex}*(1+{contingency})",
        ),
        scalar(
            "hard_cost", "Plant and building with overrun", "$m", "={budgeted_cost}*(1+{overrun})"
        ),
        *(
            scalar(
                f"profile_{n}",
                f"Spending profile, term {n}",
                "factor",
                f"=INDEX({{Lists!profile_{n}:}},{{spend_profile}}+1)",
                "factor",
            )
            for n in (1, 2, 3)
        ),
        scalar(
            "base_rate_now",
            "Base rate after the unhedged shock",
            "% a year",
            "={base_rate}+{base_rate_shock}*(1-{hedge_ratio})",
            "rate",
        ),
        scalar(
            "construction_rate",
            "Rate in construction",
            "% a year",
            "={base_rate_now}+{construction_margin}",
            "rate",
        ),
        scalar(
            "requested_debt",
            "Debt requested",
            "$m",
            f"={{{build}!requested_balance_0#60}}/(1-{{{build}!requested_balance_1#60}})",
            "total number",
        ),
        scalar(
            "debt",
            "Debt used",
            "$m",
            f"={{{build}!balance_0#60}}/(1-{{{build}!balance_1#60}})",
            "total number",
        ),
        scalar("total_idc", "Interest during construction", "$m", f"={{{build}!idc+}}"),
        scalar("total_fees", "Fees during construction", "$m", f"={{{build}!build_fees+}}"),
        scalar(
            "total_uses", "Total uses, without reserve", "$m", f"={{{build}!uses+}}", "total number"
        ),
        scalar(
            "budgeted_uses",
            "Total uses as budgeted",
            "$m",
            f"={{{build}!planned_cost+}}+SUMPRODUCT({{{build}!idc:}},{{{build}!in_plan:}})+{{{build}!build_fees+}}",
        ),
        scalar(
            "sponsor_extra",
            "Overrun and delay, paid by the sponsor",
            "$m",
            f"={{{build}!build_cost+}}-{{{build}!planned_cost+}}+SUMPRODUCT({{{build}!idc:}},1-{{{build}!in_plan:}})",
        ),
        scalar("sponsor_equity", "Sponsor's equity, without reserve", "$m", "={total_uses}-{debt}"),
        scalar(
            "plant_cost",
            "Plant cost, delay included",
            "$m",
            f"={{{build}!plant_spend+}}+{{{build}!delay_spend+}}",
        ),
        scalar(
            "tax_base",
            "Depreciable cost; interest and fees of the build are left out, to be prudent",
            "$m",
            f"={{{build}!build_cost+}}",
        ),
    ]
