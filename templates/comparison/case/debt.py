"""The rows of a case sheet on what debt the cash flow carries, and the schedule of the debt
used.
"""

from __future__ import annotations

from bankable.templates.comparison.case.entered import lenders, path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, note
from bankable.udfs.deal.chain.debt import SCULPT_PASSES
from bankable.udfs.deal.deal import VIEWS


def capacity_rows(time: Periods) -> list[Row]:
    """What each view's cash flow carries at the target DSCR; the gearing used."""
    n = time.payments("({tenor}-{grace_years})")
    rate, grace = time.rate("{all_in_rate}"), time.payments("{grace_years}")
    rows = [
        path(
            "discount_after_grace",
            f"={{repaying}}*(1+{rate})^-({time.number}-{grace})",
        ),
        scalar(
            "grown_in_grace",
            "=IF({grace_capitalised}=1,(1+[rate])^[grace],1)",
            rate=rate,
            grace=grace,
        ),
        scalar(
            "balloon_discount",
            "={grown_in_grace}-{balloon}*(1+[rate])^-[n]",
            n=n,
            rate=rate,
        ),
    ]
    for view in VIEWS:
        rows.append(
            path(
                "carried_[view]",
                "=MAX(0,"
                + time.since_payment(f"unlevered_cfads_{view}")
                + ")/{limit_min_dscr}*{discount_after_grace}",
                view=view,
            )
        )
    for view in VIEWS:
        rows.append(scalar("capacity_[view]", "={carried_[view]+}/{balloon_discount}", view=view))
    rows += [
        path("lender_unlevered_cfads", "=" + lenders("unlevered_cfads")),
        scalar("unit_instalment", "=({grown_in_grace}-{balloon})/[n]", n=n),
        path(
            "unit_opening",
            f"={{in_loan}}*({{grown_in_grace}}-{{unit_instalment}}*MAX(0,{time.number}-1-{grace}))",
        ),
        scalar("unit_payment", "=-PMT([rate],[n],{grown_in_grace},-{balloon})", n=n, rate=rate),
        path(
            "unit_service",
            (
                f"={{in_loan}}{time.pays}*IF({{repaying}}=1,IF({{repayment}}=1,{{unit_opening}}*{rate}"
                f"+{{unit_instalment}},{{unit_payment}}),{rate}*(1-{{grace_capitalised}}))"
            ),
        ),
        path(
            "carried_by_year",
            "=IF("
            + time.one("{unit_service}>0", "AND({unit_service}>0,{year}>=1)")
            + f",{time.back('lender_unlevered_cfads')}/{time.back('unit_service')}"
            + ',"n/a")',
        ),
        scalar("level_capacity", "=MAX(0,MIN({carried_by_year:}))/{limit_min_dscr}"),
        scalar(
            "lender_capacity",
            "=IF({sculpted}=1," + lenders("capacity") + ",{level_capacity})",
        ),
        scalar("headroom", "={lender_capacity}-{requested_debt}"),
    ]
    return rows


def sculpt_rows(time: Periods) -> list[Row]:
    """Sculpted service in three passes, each on CFADS after the interest of the pass before."""
    rows: list[Row] = [
        note(
            "A sculpted loan follows CFADS after tax, and tax follows its interest: three passes settle"
            " it, the first taxed as if there were no debt."
        )
    ]
    for n in range(1, SCULPT_PASSES + 1):
        base = time.since_payment("lender_unlevered_cfads")
        if n > 1:
            base = lenders("cash_before_tax") + "-{sculpt_tax_[before]}"
            if time.several:
                rows.append(path("sculpt_cash_[n]", "=" + base, n=n, before=n - 1))
                base = time.since_payment(f"sculpt_cash_{n}")
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
            rows += pass_rows(n, time)
    last = SCULPT_PASSES
    rows += [
        scalar("sculpted_dscr", "={sculpt_dscr_[last]}", last=last),
        path("sculpted_service", "={sculpt_service_[last]}", last=last),
    ]
    return rows


def pass_rows(n: int, time: Periods) -> list[Row]:
    """Balance, interest and tax of the lender's view under the service of a pass."""
    earned = lenders("earnings")
    used = "MIN({sculpt_losses_before_[n]},MAX(0,{sculpt_taxable_[n]})*{loss_limit})"
    rows = [
        (
            "sculpt_opening_[n]",
            (
                f"=IF({time.first},IF({{profile_used}}>1,{{debt}},0),IF({{tenor}}="
                + time.one("{year}-1", "{begun}")
                + ",0,{sculpt_opening_[n]<}-{repaying<}"
                + time.one("", "*{pays<}")
                + "*({sculpt_service_[n]<}-{sculpt_interest_[n]<})"
                "+{grace_capitalised}*(1-{repaying<})*{sculpt_interest_[n]<}))"
            ),
        ),
        (
            "sculpt_interest_[n]",
            f"={{sculpt_opening_[n]}}*{time.rate('{all_in_rate}')}*{{in_loan}}{time.pays}",
        ),
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
        ("sculpt_losses_before_[n]", f"=IF({time.first},0,{{sculpt_losses_[n]<}})"),
        (
            "sculpt_losses_[n]",
            "={sculpt_losses_before_[n]}+MAX(0,-{sculpt_taxable_[n]})-" + used,
        ),
        ("sculpt_tax_[n]", "={tax_rate}*(MAX(0,{sculpt_taxable_[n]})-" + used + ")"),
    ]
    return [path(key, formula, n=n) for key, formula in rows]


def schedule_rows(time: Periods) -> list[Row]:
    """The schedule of the debt used."""
    n, rate = time.payments("({tenor}-{grace_years})"), time.rate("{all_in_rate}")
    earned = time.since_payment("lender_unlevered_cfads")
    return [
        band("Schedule of the debt used"),
        path(
            "sculpt_fault",
            f'=IF({{sculpted}}*{{repaying}}{time.pays}*IF({earned}<=0,1,0)=1,{{year}},"n/a")',
        ),
        scalar("sculpt_fault_year", "=MIN({sculpt_fault:})"),
        scalar("profile_used", "=IF({sculpt_fault_year}>0,0,{repayment})"),
        scalar("tenor_used", "={in_loan+}"),
        scalar(
            "payment", "=-PMT([rate],[n],{debt}*{grown_in_grace},-{balloon}*{debt})", n=n, rate=rate
        ),
        scalar("equal_principal", "={debt}*({grown_in_grace}-{balloon})/[n]", n=n),
        *sculpt_rows(time),
        band("Balance, interest and principal"),
        path("opening", f"=IF({time.first},{{debt}},{{closing<}})"),
        path("interest", f"={{opening}}*{rate}*{{in_loan}}{time.pays}"),
        path(
            "profile_principal",
            (
                f"={{repaying}}{time.pays}*"
                "CHOOSE({profile_used}+1,{payment}-{interest},{equal_principal},"
                "{sculpted_service}-{interest})-{grace_capitalised}*(1-{repaying})*{interest}"
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
