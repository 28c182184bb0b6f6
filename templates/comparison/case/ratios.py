"""The rows of a case sheet on cover: tax with interest, CFADS, DSCR, LLCR, PLCR."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import least, lenders, path, scalar
from bankable.templates.comparison.case.operation import tax_rows
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band
from bankable.udfs.deal.deal import VIEWS


def levered_rows(time: Periods) -> list[Row]:
    """Interest deducted, tax and CFADS on each view."""
    rows: list[Row] = []
    for view in VIEWS:
        rows += [
            band(f"{view.capitalize()} view"),
            path(
                "interest_deducted_[view]",
                "=IF({interest_limit_applies}=1,MIN({interest_waiting_[view]<}+{interest},"
                "{interest_limit}*MAX(0,{earnings_[view]})),{interest_waiting_[view]<}+{interest})",
                view=view,
            ),
            path(
                "interest_waiting_[view]",
                "={interest_waiting_[view]<}+{interest}-{interest_deducted_[view]}",
                view=view,
            ),
            *tax_rows(
                view, "", "{earnings_[view]}-{depreciation}-{interest_deducted_[view]}", time
            ),
            path("cfads_[view]", "={cash_before_tax_[view]}-{tax_[view]}", view=view),
        ]
    return rows


def rows(time: Periods) -> list[Row]:
    """DSCR by year and view, LLCR, PLCR."""
    rows = [band("Ratios")]
    for view in VIEWS:
        rows.append(
            path(
                "dscr_[view]",
                "=IF({serviced}=1,"
                + f"{time.back(f'cfads_{view}')}/{time.back('debt_service')}"
                + ',"n/a")',
                view=view,
            )
        )
    for view in VIEWS:
        rows.append(scalar("min_dscr_[view]", least(f"dscr_{view}", time.tested), view=view))
    rows += [
        path("lender_cfads", "=" + lenders("cfads")),
        path("lender_dscr", "=" + lenders("dscr")),
        scalar("min_dscr", least("lender_dscr", time.tested)),
        path(
            "at_minimum",
            (
                "=IF("
                + time.one("ISNUMBER({lender_dscr})", "AND(ISNUMBER({lender_dscr}),{year}>=1)")
                + ",IF({lender_dscr}<={min_dscr}"
                '+{Timeline!tolerance},{year},"n/a"),"n/a")'
            ),
        ),
        scalar("min_dscr_year", least("at_minimum")),
        scalar(
            "avg_dscr",
            '=IF(COUNT([path])>0,AVERAGE([path]),"n/a")',
            path=f"{{lender_dscr{time.tested}}}",
        ),
        path("covenant", "={limit_min_dscr}"),
        path(
            "discount_at_all_in_rate",
            f"=(1+{time.rate('{all_in_rate}')})^-{time.payments('{year}')}",
        ),
        scalar(
            "llcr",
            (
                "=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_all_in_rate:},{in_loan:})"
                '/{debt},"n/a")'
            ),
        ),
        scalar(
            "plcr",
            ('=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_all_in_rate:})/{debt},"n/a")'),
        ),
        path(
            "lender_contracted_revenue",
            "=" + lenders("contracted_volume") + "*{contract_price}+" + lenders("capacity_revenue"),
        ),
        scalar(
            "contracted_share",
            (
                "=IF(SUMPRODUCT({revenue_promised:},{in_loan:})>0,"
                "SUMPRODUCT({lender_contracted_revenue:},{in_loan:})"
                '/SUMPRODUCT({revenue_promised:},{in_loan:}),"n/a")'
            ),
        ),
    ]
    return rows
