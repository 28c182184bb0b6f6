"""The rows of a case sheet on the loan: rate, capacity, schedule, ratios, waterfall, returns,
loss.
"""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, band, path, scalar
from bankable.udfs.deal.deal import VIEWS


def capacity_rows() -> list[Row]:
    """What each view's cash flow carries at the target DSCR; the gearing used."""
    n = "({tenor}-{grace_years})"
    rows = [
        path(
            "discount_after_grace",
            "Discount factor to the end of grace",
            "factor",
            "={repaying}*(1+{term_rate})^-({year}-{grace_years})",
            "factor",
        ),
        scalar(
            "balloon_discount",
            "Part repaid by instalments, in present value",
            "share",
            f"=1-{{balloon}}*(1+{{term_rate}})^-{n}",
            "share",
        ),
    ]
    for view in VIEWS:
        rows.append(
            path(
                f"carried_{view}",
                f"CFADS over the target DSCR, discounted, {view}",
                "$m",
                f"=MAX(0,{{unlevered_cfads_{view}}})/{{limit_min_dscr}}*{{discount_after_grace}}",
                "number",
                "sum",
            )
        )
    for view in VIEWS:
        rows.append(
            scalar(
                f"capacity_{view}",
                f"Debt capacity, sculpted, {view}",
                "$m",
                f"={{carried_{view}+}}/{{balloon_discount}}",
                "total number",
            )
        )
    chosen = ",".join(f"{{unlevered_cfads_{view}}}" for view in VIEWS)
    capacities = ",".join(f"{{capacity_{view}}}" for view in VIEWS)
    rows += [
        path(
            "lender_unlevered_cfads",
            "CFADS without interest, lender's view",
            "$m",
            f"=CHOOSE({{lender_view}}+1,{chosen})",
        ),
        scalar(
            "unit_instalment",
            "Equal instalment per $ of debt",
            "$",
            f"=(1-{{balloon}})/{n}",
            "factor",
        ),
        path(
            "unit_opening",
            "Balance per $ of debt, equal instalments",
            "$",
            "={in_loan}*(1-{unit_instalment}*MAX(0,{year}-1-{grace_years}))",
            "factor",
        ),
        scalar(
            "unit_payment",
            "Annuity payment per $ of debt",
            "$",
            f"=-PMT({{term_rate}},{n},1,-{{balloon}})",
            "factor",
        ),
        path(
            "unit_service",
            "Debt service per $ of debt, equal instalments or annuity",
            "$",
            "={in_loan}*IF({repaying}=1,IF({repayment}=1,{unit_opening}*{term_rate}+{unit_instalment},{unit_payment}),{term_rate})",
            "factor",
        ),
        path(
            "carried_by_year",
            "Debt that the year carries at DSCR 1",
            "$m",
            '=IF({unit_service}>0,{lender_unlevered_cfads}/{unit_service},"n/a")',
        ),
        scalar(
            "level_capacity",
            "Debt capacity with equal instalments or annuity, lender's view",
            "$m",
            "=MAX(0,MIN({carried_by_year:}))/{limit_min_dscr}",
        ),
        scalar(
            "lender_capacity",
            "Debt capacity in the profile asked, lender's view (before the interest tax shield)",
            "$m",
            f"=IF({{sculpted}}=1,CHOOSE({{lender_view}}+1,{capacities}),{{level_capacity}})",
            "total number",
        ),
        scalar(
            "headroom",
            "Headroom over the debt requested",
            "$m",
            "={lender_capacity}-{requested_debt}",
        ),
        scalar(
            "gearing_used",
            "Gearing used",
            "share",
            "=IF(AND({size_debt}=1,{requested_debt}>0),{gearing}*MIN(1,{lender_capacity}/MAX({requested_debt},{Timeline!tolerance})),{gearing})",
            "share",
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
            "Year without CFADS to sculpt on",
            "year",
            '=IF({sculpted}*{repaying}*IF({lender_unlevered_cfads}<=0,1,0)=1,{year},"n/a")',
            "count",
        ),
        scalar(
            "sculpt_fault_year",
            "First year that cannot be sculpted (0: none)",
            "year",
            "=MIN({sculpt_fault:})",
            "count",
        ),
        scalar(
            "profile_used",
            "Profile used (0 annuity, 1 equal, 2 sculpted)",
            "choice",
            "=IF({sculpt_fault_year}>0,0,{repayment})",
            "count",
        ),
        scalar(
            "payment",
            "Annuity payment",
            "$m",
            f"=-PMT({{term_rate}},{n},{{debt}},-{{balloon}}*{{debt}})",
        ),
        scalar("equal_principal", "Equal instalment", "$m", f"={{debt}}*(1-{{balloon}})/{n}"),
        path(
            "sculpt_base_by_year",
            "CFADS to sculpt on, discounted",
            "$m",
            "=MAX(0,{lender_unlevered_cfads})*{discount_after_grace}",
            "number",
            "sum",
        ),
        scalar("sculpt_base", "CFADS to sculpt on, present value", "$m", "={sculpt_base_by_year+}"),
        scalar(
            "sculpted_dscr",
            "Constant DSCR of the sculpted debt, before the interest shield",
            "x",
            '=IF(AND({profile_used}>1,{debt}>0),{sculpt_base}/({debt}*{balloon_discount}),"n/a")',
            "multiple",
        ),
        path("opening", "Opening balance", "$m", "=IF({year}=1,{debt},{closing<})"),
        path("interest", "Interest", "$m", "={opening}*{term_rate}*{in_loan}", "number", "sum"),
        path(
            "profile_principal",
            "Principal by the profile",
            "$m",
            "={repaying}*CHOOSE({profile_used}+1,{payment}-{interest},{equal_principal},"
            "IF(ISNUMBER({sculpted_dscr}),MAX(0,{lender_unlevered_cfads})/{sculpted_dscr},0)-{interest})",
        ),
        path(
            "balloon_paid",
            "Balloon",
            "$m",
            "=IF({tenor}={year},1,0)*{balloon}*{debt}",
            "number",
            "sum",
        ),
        path(
            "principal",
            "Principal; the last instalment clears the balance",
            "$m",
            "=IF({tenor}={year},{opening}-{balloon_paid},{profile_principal})",
            "number",
            "sum",
        ),
        path(
            "closing", "Closing balance as scheduled", "$m", "={opening}-{principal}-{balloon_paid}"
        ),
        path(
            "debt_service",
            "Debt service, without balloon",
            "$m",
            "={interest}+{principal}",
            "total number",
            "sum",
        ),
        path(
            "serviced",
            "Debt service due",
            "flag",
            "=IF(AND({in_loan}=1,{debt}>0,{debt_service}>0),1,0)",
            "flag",
            "sum",
        ),
    ]
