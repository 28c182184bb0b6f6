"""The rows of a case sheet on returns: equity flows and the rates that the sheet Returns solves."""

from __future__ import annotations

from bankable.templates.comparison.case import waterfall
from bankable.templates.workbook.rows import Row, band, path, scalar


def rows(returns: str, prefix: str) -> list[Row]:
    """Cash flows of project and sponsor; the IRRs are solved on the sheet of returns."""
    rows = [
        *waterfall.rows("_promised", "cfads_promised", "dscr_promised", "promised"),
        *waterfall.rows("_expected", "cfads_expected", "dscr_expected", "expected"),
        band("Cash flows"),
        path(
            "project_flow",
            "Project cash flow, promised, without debt",
            "$m",
            "={unlevered_cfads_promised}",
            "number",
            "sum",
        ),
    ]
    for view in ("promised", "expected"):
        rows.append(
            path(
                f"equity_flow_{view}",
                f"Sponsor's cash flow, {view}",
                "$m",
                f"={{distribution_{view}}}-{{sponsor_support_{view}}}-{{balloon_paid}}",
                "number",
                "sum",
            )
        )
    for name, label in (
        ("project", "Project IRR, promised, after tax without debt"),
        ("equity_promised", "Equity IRR on promised cash flow"),
        ("equity_expected", "Equity IRR on expected cash flow"),
    ):
        rows.append(
            scalar(
                f"irr_{name}", label, "% a year", f"={{{returns}!{prefix}irr_{name}}}", "total rate"
            )
        )
    return rows


def month_rows(case: str) -> list[Row]:
    """What the sponsor pays in, month by month: these rows stand on the build sheet."""
    completion, reserve = f"{{{case}!completion_month}}", f"{{{case}!dsra_at_completion}}"
    return [
        path(
            "equity_paid",
            "Equity paid in, reserve included",
            "$m",
            f"={{equity_draw}}+IF({{month}}={completion},1,0)*{reserve}",
            "number",
            "sum",
        ),
    ]
