"""The rows of a case sheet on what debt the cash flow carries, and the schedule of the debt
used.
"""

from __future__ import annotations

from bankable.templates.comparison.case.entered import lenders, path, scalar
from bankable.templates.workbook.rows import Row, band
from bankable.udfs.deal.deal import VIEWS


def capacity_rows() -> list[Row]:
    """What each view's cash flow carries at the target DSCR; the gearing used."""
    n = "({tenor}-{grace_years})"
    rows = [
        path("discount_after_grace", "={repaying}*(1+{all_in_rate})^-({year}-{grace_years})"),
        scalar("balloon_discount", "=1-{balloon}*(1+{all_in_rate})^-[n]", n=n),
    ]
    for view in VIEWS:
        rows.append(
            path(
                "carried_[view]",
                "=MAX(0,{unlevered_cfads_[view]})/{limit_min_dscr}*{discount_after_grace}",
                view=view,
            )
        )
    for view in VIEWS:
        rows.append(scalar("capacity_[view]", "={carried_[view]+}/{balloon_discount}", view=view))
    rows += [
        path("lender_unlevered_cfads", "=" + lenders("unlevered_cfads")),
        scalar("unit_instalment", "=(1-{balloon})/[n]", n=n),
        path("unit_opening", "={in_loan}*(1-{unit_instalment}*MAX(0,{year}-1-{grace_years}))"),
        scalar("unit_payment", "=-PMT({all_in_rate},[n],1,-{balloon})", n=n),
        path(
            "unit_service",
            (
                "={in_loan}*IF({repaying}=1,IF({repayment}=1,{unit_opening}*{all_in_rate}"
                "+{unit_instalment},{unit_payment}),{all_in_rate})"
            ),
        ),
        path(
            "carried_by_year", '=IF({unit_service}>0,{lender_unlevered_cfads}/{unit_service},"n/a")'
        ),
        scalar("level_capacity", "=MAX(0,MIN({carried_by_year:}))/{limit_min_dscr}"),
        scalar(
            "lender_capacity",
            "=IF({sculpted}=1," + lenders("capacity") + ",{level_capacity})",
        ),
        scalar("headroom", "={lender_capacity}-{requested_debt}"),
        scalar(
            "gearing_used",
            (
                "=IF(AND({size_debt}=1,{requested_debt}>0),{gearing}*MIN(1,{lender_capacity}"
                "/MAX({requested_debt},{Timeline!tolerance})),{gearing})"
            ),
        ),
    ]
    return rows


def schedule_rows() -> list[Row]:
    """The schedule of the debt used."""
    n = "({tenor}-{grace_years})"
    return [
        band("Schedule of the debt used"),
        path(
            "sculpt_fault",
            '=IF({sculpted}*{repaying}*IF({lender_unlevered_cfads}<=0,1,0)=1,{year},"n/a")',
        ),
        scalar("sculpt_fault_year", "=MIN({sculpt_fault:})"),
        scalar("profile_used", "=IF({sculpt_fault_year}>0,0,{repayment})"),
        scalar("payment", "=-PMT({all_in_rate},[n],{debt},-{balloon}*{debt})", n=n),
        scalar("equal_principal", "={debt}*(1-{balloon})/[n]", n=n),
        path("sculpt_base_by_year", "=MAX(0,{lender_unlevered_cfads})*{discount_after_grace}"),
        scalar("sculpt_base", "={sculpt_base_by_year+}"),
        scalar(
            "sculpted_dscr",
            ('=IF(AND({profile_used}>1,{debt}>0),{sculpt_base}/({debt}*{balloon_discount}),"n/a")'),
        ),
        path("opening", "=IF({year}=1,{debt},{closing<})"),
        path("interest", "={opening}*{all_in_rate}*{in_loan}"),
        path(
            "profile_principal",
            (
                "={repaying}*CHOOSE({profile_used}+1,{payment}-{interest},{equal_principal},"
                "IF(ISNUMBER({sculpted_dscr}),MAX(0,{lender_unlevered_cfads})/{sculpted_dscr},"
                "0)-{interest})"
            ),
        ),
        path("balloon_paid", "=IF({tenor}={year},1,0)*{balloon}*{debt}"),
        path("principal", "=IF({tenor}={year},{opening}-{balloon_paid},{profile_principal})"),
        path("closing", "={opening}-{principal}-{balloon_paid}"),
        path("debt_service", "={interest}+{principal}"),
        path(
            "serviced",
            "=IF(AND({in_loan}=1,{debt}>0,{debt_service}>{Timeline!tolerance}*MAX(1,{debt})),1,0)",
        ),
    ]
