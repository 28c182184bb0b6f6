"""The IRRs, solved in twelve visible Newton steps from months of building and years of operation.

Solved for the log rate g = ln(1 + irr): ln(inflows) - ln(outflows), both taken to completion, is nearly a straight line in g.
"""

from __future__ import annotations

from templates.rows import Row, band, heading, path, scalar

IRRS = (
    ("project", "Project IRR, promised, without debt", "build_cost", "project_flow"),
    ("equity_promised", "Equity IRR on promised cash flow", "equity_paid", "equity_flow_promised"),
    ("equity_expected", "Equity IRR on expected cash flow", "equity_paid", "equity_flow_expected"),
)


def rows(case: str, build: str, prefix: str) -> list[Row]:
    """The three IRRs of one case."""
    laid: list[Row] = [heading(case)]
    year, before = f"{{{case}!year:}}", f"{{{build}!years_before:}}"
    for name, label, spent_key, flow_key in IRRS:
        spent, flow = f"{{{build}!{spent_key}:}}", f"{{{case}!{flow_key}:}}"

        def k(row: str, suffix: str = "", name: str = name) -> str:
            return f"{{{prefix}{row}_{name}{suffix}}}"

        received, paid = f"({flow}>0)*{flow}", f"({flow}<0)*-{flow}"
        g, solvable = k("log_rate"), k("solvable")
        laid += [
            band(label),
            scalar(
                f"{prefix}solvable_{name}",
                "Flows both ways",
                "flag",
                f'=IF(AND(SUMIF({flow},">0")>0,SUM({spent})-SUMIF({flow},"<0")>0),1,0)',
                "flag",
            ),
            path(
                f"{prefix}log_rate_{name}",
                "Log rate g",
                "log",
                f"=MAX(-{{Timeline!steepest}},MIN({{Timeline!steepest}},{k('log_rate', '<')}+{k('move', '<')}))",
                "factor",
            ),
            path(f"{prefix}inflow_{name}", "Inflows at completion", "$m", f"=SUMPRODUCT({received}*EXP(-{g}*{year}))"),
            path(
                f"{prefix}outflow_{name}",
                "Outflows at completion",
                "$m",
                f"=SUMPRODUCT({spent}*EXP({g}*{before}))+SUMPRODUCT({paid}*EXP(-{g}*{year}))",
            ),
            path(f"{prefix}slope_in_{name}", "Inflows times years", "$m years", f"=SUMPRODUCT({received}*{year}*EXP(-{g}*{year}))"),
            path(
                f"{prefix}slope_out_{name}",
                "Outflows times years before completion",
                "$m years",
                f"=SUMPRODUCT({spent}*{before}*EXP({g}*{before}))-SUMPRODUCT({paid}*{year}*EXP(-{g}*{year}))",
            ),
            path(f"{prefix}gap_{name}", "ln(inflows / outflows)", "log", f"=IF({solvable}=1,LN({k('inflow')}/{k('outflow')}),0)", "tiny"),
            path(
                f"{prefix}slope_{name}",
                "Its slope",
                "years",
                f"=IF({solvable}=1,{k('slope_in')}/{k('inflow')}+{k('slope_out')}/{k('outflow')},0)",
            ),
            path(f"{prefix}move_{name}", "Newton step", "log", f"=IF({k('slope')}>0,{k('gap')}/{k('slope')},0)", "tiny"),
            scalar(
                f"{prefix}irr_{name}",
                "IRR",
                "% a year",
                f'=IF(AND({solvable}=1,ABS({k("gap", "#12")})<{{Timeline!settled}}),EXP({k("log_rate", "#12")})-1,"n/a")',
                "total rate",
            ),
        ]
    return laid
