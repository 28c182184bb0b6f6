"""The rows of a case sheet on returns: equity flows and the rates that the sheet Returns solves."""

from __future__ import annotations

from bankable.templates.comparison.case import waterfall
from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band


def rows(returns: str, prefix: str) -> list[Row]:
    """Cash flows of project and sponsor; the IRRs are solved on the sheet of returns."""
    rows = [
        *waterfall.rows("_promised", "cfads_promised", "dscr_promised", "promised"),
        *waterfall.rows("_expected", "cfads_expected", "dscr_expected", "expected"),
        band("Cash flows"),
        path("project_flow", "={unlevered_cfads_promised}"),
    ]
    for view in ("promised", "expected"):
        rows.append(
            path(
                f"equity_flow_{view}",
                f"={{distribution_{view}}}-{{sponsor_support_{view}}}-{{balloon_paid}}",
            )
        )
    for name in ("project", "equity_promised", "equity_expected"):
        rows.append(scalar(f"irr_{name}", f"={{{returns}!{prefix}irr_{name}}}"))
    return rows


def month_rows(case: str) -> list[Row]:
    """What the sponsor pays in, month by month: these rows stand on the build sheet."""
    completion, reserve = f"{{{case}!completion_month}}", f"{{{case}!dsra_at_completion}}"
    return [
        path("equity_paid", f"={{equity_draw}}+IF({{month}}={completion},1,0)*{reserve}"),
    ]
