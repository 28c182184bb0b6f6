"""The rows of a case sheet on cover: tax with interest, CFADS, DSCR, LLCR, PLCR."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.operation import tax_rows
from bankable.templates.workbook.rows import Row, band
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
                f"=IF({{interest_limit_applies}}=1,MIN({{{waiting}<}}+{{interest}},{{interest_limit}}*MAX(0,{{earnings_{view}}})),{{{waiting}<}}+{{interest}})",
            ),
            path(waiting, f"={{{waiting}<}}+{{interest}}-{{{deducted}}}"),
            *tax_rows(view, "", f"{{earnings_{view}}}-{{depreciation}}-{{{deducted}}}"),
            path(f"cfads_{view}", f"={{cash_before_tax_{view}}}-{{tax_{view}}}"),
        ]
    return rows


def rows() -> list[Row]:
    """DSCR by year and view, LLCR, PLCR."""
    rows = [band("Ratios")]
    for view in VIEWS:
        rows.append(
            path(f"dscr_{view}", f'=IF({{serviced}}=1,{{cfads_{view}}}/{{debt_service}},"n/a")')
        )
    for view in VIEWS:
        rows.append(scalar(f"min_dscr_{view}", least(f"dscr_{view}")))
    cfads = ",".join(f"{{cfads_{view}}}" for view in VIEWS)
    dscr = ",".join(f"{{dscr_{view}}}" for view in VIEWS)
    volume = ",".join(f"{{contracted_volume_{view}}}" for view in VIEWS)
    rows += [
        path("lender_cfads", f"=CHOOSE({{lender_view}}+1,{cfads})"),
        path("lender_dscr", f"=CHOOSE({{lender_view}}+1,{dscr})"),
        scalar("lender_min_dscr", least("lender_dscr")),
        path(
            "at_minimum",
            '=IF(ISNUMBER({lender_dscr}),IF({lender_dscr}<={lender_min_dscr}+{Timeline!tolerance},{year},"n/a"),"n/a")',
        ),
        scalar("lender_min_year", least("at_minimum")),
        scalar("lender_avg_dscr", '=IF(COUNT({lender_dscr:})>0,AVERAGE({lender_dscr:}),"n/a")'),
        path("covenant", "={limit_min_dscr}"),
        path("discount_at_term_rate", "=(1+{term_rate})^-{year}"),
        scalar(
            "llcr",
            '=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_term_rate:},{in_loan:})/{debt},"n/a")',
        ),
        scalar(
            "plcr",
            '=IF({debt}>0,SUMPRODUCT({lender_cfads:},{discount_at_term_rate:})/{debt},"n/a")',
        ),
        path(
            "lender_contracted_revenue", f"=CHOOSE({{lender_view}}+1,{volume})*{{contract_price}}"
        ),
        scalar(
            "contracted_share",
            "=IF(SUMPRODUCT({revenue_promised:},{in_loan:})>0,"
            'SUMPRODUCT({lender_contracted_revenue:},{in_loan:})/SUMPRODUCT({revenue_promised:},{in_loan:}),"n/a")',
        ),
    ]
    return rows


def least(key: str) -> str:
    """The least of a path that may not apply anywhere."""
    return f'=IF(COUNT({{{key}:}})>0,MIN({{{key}:}}),"n/a")'
