"""The rows of a case sheet on returns: equity flows and the rates that the sheet Returns solves."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band
from bankable.udfs.deal.chain.returns import RATES


def rows(returns: str, prefix: str) -> list[Row]:
    """Cash flows of project and sponsor; the IRRs are solved on the sheet of returns."""
    rows = [
        band("Rates of return"),
        path("project_flow", "={unlevered_cfads_promised}"),
    ]
    for name, key in RATES.items():
        rows.append(
            scalar(
                key,
                "={[returns]![prefix]irr_[name]}",
                name=name,
                prefix=prefix,
                returns=returns,
            )
        )
    return rows


def month_rows(case: str) -> list[Row]:
    """What the sponsor pays in, month by month: these rows stand on the build sheet."""
    return [
        path(
            "equity_paid",
            "={equity_draw}+IF({month}={[case]!completion_month},1,0)*{[case]!reserve_by_equity}",
            case=case,
        ),
    ]
