"""The rows of a case sheet on cover: tax with interest, CFADS, DSCR, LLCR, PLCR."""

from __future__ import annotations

from bankable.templates.comparison.case.operation import tax_rows
from bankable.templates.workbook.rows import Row, band, path, scalar
from bankable.udfs.deal.deal import VIEWS


def levered_rows() -> list[Row]:
    """Interest deducted, tax and CFADS on each view."""
    rows: list[Row] = []
    for view in VIEWS:
        waiting, deducted = f"interest_waiting_{view}", f"interest_deducted_{view}"
        rows += [
            band(f"{view.capitalize()} view"),
            path(
                deducted,
                f"Interest deducted, {view}",
                "$m",
                f"=IF({{interest_limit_applies}}=1,MIN({{{waiting}<}}+{{interest}},{{interest_limit}}*MAX(0,{{earnings_{view}}})),{{{waiting}<}}+{{interest}})",
                "number",
                "sum",
            ),
            path(
                waiting,
                f"Interest carried forward, {view}",
                "$m",
                f"={{{waiting}<}}+{{interest}}-{{{deducted}}}",
            ),
            *tax_rows(
                view, "", f"{{earnings_{view}}}-{{depreciation}}-{{{deducted}}}", "with interest"
            ),
            path(
                f"cfads_{view}",
                f"CFADS, {view}",
                "$m",
                f"={{cash_before_tax_{view}}}-{{tax_{view}}}",
                "total number",
                "sum",
            ),
        ]
    return rows


def rows() -> list[Row]:
    """DSCR by year and view, LLCR, PLCR."""
    rows = [band("Ratios")]
    for view in VIEWS:
        rows.append(
            path(
                f"dscr_{view}",
                f"DSCR, {view}",
                "x",
                f'=IF({{serviced}}=1,{{cfads_{view}}}/{{debt_service}},"n/a")',
                "multiple",
            )
        )
    for view in VIEWS:
        rows.append(
            scalar(
                f"min_dscr_{view}", f"Minimum DSCR, {view}", "x", least(f"dscr_{view}"), "multiple"
            )
        )
    cfads = ",".join(f"{{cfads_{view}}}" for view in VIEWS)
    dscr = ",".join(f"{{dscr_{view}}}" for view in VIEWS)
    volume = ",".join(f"{{contracted_volume_{view}}}" for view in VIEWS)
    rows += [
        path(
            "lender_cfads",
            "CFADS, lender's view",
            "$m",
            f"=CHOOSE({{lender_view}}+1,{cfads})",
            "total number",
            "sum",
        ),
        path(
            "lender_dscr",
            "DSCR, lender's view",
            "x",
            f"=CHOOSE({{lender_view}}+1,{dscr})",
            "total multiple",
        ),
        scalar("lender_min_dscr", "Minimum DSCR", "x", least("lender_dscr"), "total multiple"),
        path(
            "at_minimum",
            "Year at the minimum",
            "year",
            '=IF(ISNUMBER({lender_dscr}),IF({lender_dscr}<={lender_min_dscr}+{Timeline!tolerance},{year},"n/a"),"n/a")',
            "count",
        ),
        scalar(
            "lender_min_year",
            "Year of the minimum",
            "year",
            least("at_minimum"),
            "count",
        ),
        scalar(
            "lender_avg_dscr",
            "Average DSCR",
            "x",
            '=IF(COUNT({lender_dscr:})>0,AVERAGE({lender_dscr:}),"n/a")',
            "multiple",
        ),
        path("covenant", "Minimum DSCR asked", "x", "={limit_min_dscr}", "multiple"),
        path(
            "discount_at_term_rate",
            "Discount factor at the all-in rate",
            "factor",
            "=(1+{term_rate})^-{year}",
            "factor",
        ),
        scalar(
            "llcr",
            "LLCR at completion",
            "x",
            '=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_term_rate:},{in_loan:})/{debt},"n/a")',
            "multiple",
        ),
        scalar(
            "plcr",
            "PLCR at completion",
            "x",
            '=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_term_rate:})/{debt},"n/a")',
            "multiple",
        ),
        path(
            "lender_contracted_revenue",
            "Contracted volume of the lender's view at the expected contract price",
            "$m",
            f"=CHOOSE({{lender_view}}+1,{volume})*{{contract_price}}",
        ),
        scalar(
            "contracted_share",
            "Contracted share of promised revenue over the loan",
            "share",
            "=IF(SUMPRODUCT({revenue_promised:},{in_loan:})>0,"
            'SUMPRODUCT({lender_contracted_revenue:},{in_loan:})/SUMPRODUCT({revenue_promised:},{in_loan:}),"n/a")',
            "share",
        ),
    ]
    return rows


def least(key: str) -> str:
    """The least of a path that may not apply anywhere."""
    return f'=IF(COUNT({{{key}:}})>0,MIN({{{key}:}}),"n/a")'
