"""The rows of a case sheet on what debt the cash flow carries, and the schedule of the debt
used.
"""

from __future__ import annotations

from bankable.templates.comparison.case.entered import lenders, path, scalar
from bankable.templates.workbook.rows import Row, band, note
from bankable.udfs.deal.chain.debt import SCULPT_PASSES
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
    ]
    return rows


def sculpt_rows() -> list[Row]:
    """Sculpted service in three passes, each on CFADS after the interest of the pass before."""
    rows: list[Row] = [
        note(
            "A sculpted loan follows CFADS after tax, and tax follows its interest: three passes settle"
            " it, the first taxed as if there were no debt."
        )
    ]
    for n in range(1, SCULPT_PASSES + 1):
        base = (
            lenders("cash_before_tax") + "-{sculpt_tax_[before]}"
            if n > 1
            else "{lender_unlevered_cfads}"
        )
        rows += [
            path("sculpt_base_[n]", "=MAX(0," + base + ")", n=n, before=n - 1),
            scalar(
                "sculpt_worth_[n]", "=SUMPRODUCT({sculpt_base_[n]:},{discount_after_grace:})", n=n
            ),
            scalar(
                "sculpt_dscr_[n]",
                (
                    "=IF(AND({profile_used}>1,{debt}>0),{sculpt_worth_[n]}/({debt}"
                    '*{balloon_discount}),"n/a")'
                ),
                n=n,
            ),
            path(
                "sculpt_service_[n]",
                "={repaying}*IF(ISNUMBER({sculpt_dscr_[n]}),{sculpt_base_[n]}/{sculpt_dscr_[n]},0)",
                n=n,
            ),
        ]
        if n < SCULPT_PASSES:
            rows += pass_rows(n)
    last = SCULPT_PASSES
    rows += [
        scalar("sculpted_dscr", "={sculpt_dscr_[last]}", last=last),
        path("sculpted_service", "={sculpt_service_[last]}", last=last),
    ]
    return rows


def pass_rows(n: int) -> list[Row]:
    """Balance, interest and tax of the lender's view under the service of a pass."""
    earned = lenders("earnings")
    used = "MIN({sculpt_losses_before_[n]},MAX(0,{sculpt_taxable_[n]})*{loss_limit})"
    rows = [
        (
            "sculpt_opening_[n]",
            (
                "=IF({year}=1,IF({profile_used}>1,{debt},0),IF({tenor}={year}-1,0,"
                "{sculpt_opening_[n]<}-{repaying<}*({sculpt_service_[n]<}-{sculpt_interest_[n]<})))"
            ),
        ),
        ("sculpt_interest_[n]", "={sculpt_opening_[n]}*{all_in_rate}*{in_loan}"),
        (
            "sculpt_deducted_[n]",
            (
                "=IF({interest_limit_applies}=1,MIN({sculpt_waiting_[n]<}+{sculpt_interest_[n]},"
                "{interest_limit}*MAX(0,"
                + earned
                + ")),{sculpt_waiting_[n]<}+{sculpt_interest_[n]})"
            ),
        ),
        (
            "sculpt_waiting_[n]",
            "={sculpt_waiting_[n]<}+{sculpt_interest_[n]}-{sculpt_deducted_[n]}",
        ),
        ("sculpt_taxable_[n]", "=" + earned + "-{depreciation}-{sculpt_deducted_[n]}"),
        ("sculpt_losses_before_[n]", "=IF({year}=1,0,{sculpt_losses_[n]<})"),
        (
            "sculpt_losses_[n]",
            "={sculpt_losses_before_[n]}+MAX(0,-{sculpt_taxable_[n]})-" + used,
        ),
        ("sculpt_tax_[n]", "={tax_rate}*(MAX(0,{sculpt_taxable_[n]})-" + used + ")"),
    ]
    return [path(key, formula, n=n) for key, formula in rows]


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
        scalar("tenor_used", "={in_loan+}"),
        scalar("payment", "=-PMT({all_in_rate},[n],{debt},-{balloon}*{debt})", n=n),
        scalar("equal_principal", "={debt}*(1-{balloon})/[n]", n=n),
        *sculpt_rows(),
        band("Balance, interest and principal"),
        path("opening", "=IF({year}=1,{debt},{closing<})"),
        path("interest", "={opening}*{all_in_rate}*{in_loan}"),
        path(
            "profile_principal",
            (
                "={repaying}*CHOOSE({profile_used}+1,{payment}-{interest},{equal_principal},"
                "{sculpted_service}-{interest})"
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
