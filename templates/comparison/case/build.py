"""The build of one case, month by month from financial close: spending, interest, fees, draws.

Interest and fees are drawn too, so the facility depends on itself; it does so in a straight line,
and two passes (without the facility's fees, and per $ of facility) give it with no circular
reference.
"""

from __future__ import annotations

from bankable.templates.comparison.case import returns
from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, given, heading, note


def facility_rows(case: str, prefix: str, gearing: str) -> list[Row]:
    """The two passes at one gearing of the budgeted cost; the facility is balance_0 / (1 -
    balance_1) at the end.
    """
    names = {
        "p": prefix,
        "case": case,
        "g": given("{[case]![gearing]}", case=case, gearing=gearing),
        "rate": given("{[case]!construction_rate}/12", case=case),
        "fee": given("{[case]!commitment_fee}/12", case=case),
    }
    return [
        path(
            "[p]balance_0",
            "={[p]balance_0<}+[g]*({planned_cost}+{in_plan}*([rate]*({[p]balance_0<}"
            "+{[case]!draw_timing}*[g]*{planned_cost})-[fee]*{[p]balance_0<}))",
            **names,
        ),
        path(
            "[p]balance_1",
            "={[p]balance_1<}+[g]*{in_plan}*([rate]*{[p]balance_1<}+[fee]*(1-{[p]balance_1<})"
            "+{[case]!upfront_fee}*IF({month}=1,1,0))",
            **names,
        ),
    ]


def rows(case: str) -> list[Row]:
    """All rows of the build sheet that belongs to the case sheet `case`."""
    return [
        path("month", "={Timeline!month}", label_style="bold"),
        path("month_ends", "=EDATE({Timeline!close},{month})"),
        path("in_build", "=IF({[case]!completion_month}>={month},1,0)", case=case),
        heading("Spending", "1"),
        path("build_progress", "=MIN(1,{month}/{[case]!build_months})", case=case),
        path(
            "spend_cumulative",
            (
                "={build_progress}*({[case]!profile_1}+{build_progress}*({[case]!profile_2}"
                "+{build_progress}*{[case]!profile_3}))"
            ),
            case=case,
        ),
        path("spend_share", "={spend_cumulative}-{spend_cumulative<}"),
        path("plant_spend", "={[case]!hard_cost}*{spend_share}", case=case),
        path(
            "delay_spend",
            (
                "=({[case]!delay_cost}-{[case]!delay_damages})"
                "*IF({month}>{[case]!build_months},1,0)*{in_build}"
            ),
            case=case,
        ),
        path("grant_draw", "={[case]!grant}*{spend_share}", case=case),
        path("owner_spend", "={[case]!owner_cost}*{spend_share}", case=case),
        path("build_cost", "={plant_spend}+{owner_spend}+{delay_spend}-{grant_draw}"),
        path(
            "planned_cost",
            "={[case]!budgeted_cost}*{spend_share}+{owner_spend}-{grant_draw}",
            case=case,
        ),
        path("in_plan", "=IF({[case]!build_months}>={month},1,0)", case=case),
        heading("Facility requested, in two passes", "2"),
        note(
            "Facility = (balance without fees + share of what is put in at completion) / (1 - balance and"
            " reserve per $ of facility): exact, with no circular reference."
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
            "completion_uses",
            "=IF({month}={[case]!build_months},{[case]!put_in}+{[case]!reserve_in_debt},0)",
            case=case,
        ),
        path(
            "balance",
            (
                "={balance_0}+{[case]!debt}*{balance_1}"
                "+{[case]!gearing_used}*SUM({completion_uses..})"
            ),
            case=case,
        ),
        path(
            "idc",
            (
                "={in_build}*{[case]!construction_rate}/12*({balance<}+{[case]!draw_timing}"
                "*{[case]!gearing_used}*{planned_cost})"
            ),
            case=case,
        ),
        path(
            "build_fees",
            (
                "={in_build}*({[case]!commitment_fee}/12*({[case]!debt}-{balance<})"
                "+IF({month}=1,1,0)*{[case]!upfront_fee}*{[case]!debt})"
            ),
            case=case,
        ),
        path("uses", "={build_cost}+{idc}+{build_fees}+{completion_uses}"),
        path("debt_draw", "={balance}-{balance<}"),
        path("equity_draw", "={uses}-{debt_draw}"),
        heading("For the returns", "4"),
        path("years_before", "=MAX(0,{[case]!completion_month}-{month})/12", case=case),
        *returns.month_rows(case),
    ]


def case_rows(build: str, time: Periods) -> list[Row]:
    """Uses, facility and rates in construction; the months stand on the build sheet."""
    terms = f"{time.rate('{construction_rate}')},{time.payments('({tenor}-{grace_years})')}"
    service = time.payments(f"PMT({terms},1,-{{balloon}})")
    return [
        scalar("completion_month", "={build_months}+{delay_months}"),
        scalar("budgeted_cost", "={capex}*(1+{contingency})"),
        scalar("hard_cost", "={budgeted_cost}*(1+{overrun})"),
        *(
            scalar("profile_[n]", "=INDEX({Lists!profile_[n]:},1,{spend_profile}+1)", n=n)
            for n in (1, 2, 3)
        ),
        scalar("base_rate_now", "={base_rate}+{base_rate_shock}*(1-{hedge_ratio})"),
        scalar("construction_rate", "={base_rate_now}+{construction_margin}"),
        scalar("put_in", "={ramp_reserve}+{opening_working_capital}"),
        scalar(
            "reserve_per_debt",
            (
                "={reserve_in_uses}*{dsra_months}/12*IF({grace_years}>0,"
                "{construction_rate}*(1-{grace_capitalised}),"
                f"-{service})"
            ),
        ),
        scalar(
            "requested_debt",
            (
                "=({[build]!requested_balance_0#last}+{gearing}*{put_in})"
                "/(1-{[build]!requested_balance_1#last}-{gearing}*{reserve_per_debt})"
            ),
            build=build,
        ),
        scalar(
            "gearing_used",
            (
                "=IF({size_debt}=1,IF(ISNUMBER({sized_gearing}),MIN({gearing},{sized_gearing}),0),"
                "{gearing})"
            ),
        ),
        scalar(
            "debt",
            (
                "=({[build]!balance_0#last}+{gearing_used}*{put_in})"
                "/(1-{[build]!balance_1#last}-{gearing_used}*{reserve_per_debt})"
            ),
            build=build,
        ),
        scalar("reserve_in_debt", "={reserve_per_debt}*{debt}"),
        scalar("total_idc", "={[build]!idc+}", build=build),
        scalar("total_fees", "={[build]!build_fees+}", build=build),
        scalar("total_uses", "={[build]!uses+}", build=build),
        scalar(
            "budgeted_uses",
            (
                "={[build]!planned_cost+}+SUMPRODUCT({[build]!idc:},{[build]!in_plan:})"
                "+{[build]!build_fees+}+{[build]!completion_uses+}"
            ),
            build=build,
        ),
        scalar(
            "sponsor_extra",
            (
                "={[build]!build_cost+}-{[build]!planned_cost+}+SUMPRODUCT({[build]!idc:},1"
                "-{[build]!in_plan:})"
            ),
            build=build,
        ),
        scalar("sponsor_equity", "={total_uses}-{debt}"),
        scalar(
            "completion_limit",
            "={completion_support}*({capex}*{contingency}+{budgeted_uses}-{debt})",
        ),
        scalar("build_stops", "=IF({sponsor_extra}>{completion_limit}+{Timeline!tolerance},1,0)"),
        scalar("plant_cost", "={[build]!plant_spend+}+{[build]!delay_spend+}", build=build),
        scalar("tax_base", "={[build]!build_cost+}", build=build),
    ]
