"""The IRRs, solved in visible Newton steps from months of building and years of operation, and how
often each flow changes sign.

Solved for the log rate g = ln(1 + irr): ln(inflows) - ln(outflows), both taken to completion, is
nearly a straight line in g. Where operation has outflows too, a first pass leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.inputs import STEP_COLUMNS
from bankable.templates.workbook.book import Book, Conditional
from bankable.templates.workbook.rows import Row, band, heading, lay, note, path, scalar
from bankable.udfs.deal.chain.returns import STEPS

LAST = f"#{STEPS}"

WHY = (
    "Newton steps stand here, and no IRR function, because months of building and years of"
    " operation are flows of unequal spacing: each step can be followed. Checks discounts every"
    " flow at its rate."
)
PASSES = (
    "Where operation has outflows as well (a balloon, support by the sponsor), a first pass leaves"
    " them out and ends above every rate that solves; the second comes down to the highest of them."
)

IRRS = (
    ("project", "Project IRR, promised, without debt", "build_cost", "project_flow"),
    ("equity_promised", "Equity IRR on promised cash flow", "equity_paid", "equity_flow_promised"),
    ("equity_expected", "Equity IRR on expected cash flow", "equity_paid", "equity_flow_expected"),
)


def rows(case: str, build: str, prefix: str, number: int, count: int) -> list[Row]:
    """The three IRRs of one case, whose operation has `count` periods."""
    laid: list[Row] = [heading(f"={{Inputs!case_name_{number}}}")]
    year, before = f"{{{case}!year:}}", f"{{{build}!years_before:}}"
    for name, label, spent_key, flow_key in IRRS:
        spent, flow = f"{{{build}!{spent_key}:}}", f"{{{case}!{flow_key}:}}"

        def k(row: str, suffix: str = "", name: str = name) -> str:
            return f"{{{prefix}{row}_{name}{suffix}}}"

        received, paid = f"({flow}>0)*{flow}", f"({flow}<0)*-{flow}"
        g, solvable, late = k("log_rate"), k("solvable"), k("late")
        first_pass, steepest = "{Timeline!first_pass}", "{Timeline!steepest}"
        laid += [
            band(label),
            scalar(
                f"{prefix}solvable_{name}",
                "Flows both ways",
                "flag",
                f'=IF(AND(SUMIF({flow},">0")>0,SUM({spent})-SUMIF({flow},"<0")>0),1,0)',
                "flag",
            ),
            scalar(
                f"{prefix}late_{name}",
                "Outflows of operation beside the building",
                "flag",
                f'=IF(AND(SUM({spent})>0,SUMIF({flow},"<0")<0),1,0)',
                "flag",
            ),
            path(
                f"{prefix}counted_{name}",
                "Outflows of operation counted",
                "flag",
                f"=IF(AND({late}=1,{{Timeline!step}}<={first_pass}),0,1)",
                "flag",
            ),
            path(
                f"{prefix}log_rate_{name}",
                "Log rate g",
                "log",
                f"=IF({{Timeline!step}}=1,0,MAX(-{steepest},MIN({k('top', '<')},{k('log_rate', '<')}+{k('move', '<')})))",
                "factor",
            ),
            path(
                f"{prefix}top_{name}",
                "No rate above it solves",
                "log",
                f"=IF(OR({late}=0,{{Timeline!step}}<={first_pass}),{steepest},IF({k('counted', '<')}=0,{g},{k('top', '<')}))",
                "factor",
            ),
            path(
                f"{prefix}inflow_{name}",
                "Inflows at completion",
                "$m",
                f"=SUMPRODUCT({received}*EXP(-{g})^{year})",
            ),
            path(
                f"{prefix}outflow_{name}",
                "Outflows at completion",
                "$m",
                f"=SUMPRODUCT({spent}*EXP({g})^{before})+{k('counted')}*SUMPRODUCT({paid}*EXP(-{g})^{year})",
            ),
            path(
                f"{prefix}slope_in_{name}",
                "Inflows times years",
                "$m years",
                f"=SUMPRODUCT({received}*{year}*EXP(-{g})^{year})",
            ),
            path(
                f"{prefix}slope_out_{name}",
                "Outflows times years before completion",
                "$m years",
                f"=SUMPRODUCT({spent}*{before}*EXP({g})^{before})-{k('counted')}*SUMPRODUCT({paid}*{year}*EXP(-{g})^{year})",
            ),
            path(
                f"{prefix}gap_{name}",
                "ln(inflows / outflows)",
                "log",
                f"=IF({solvable}=1,LN({k('inflow')}/{k('outflow')}),0)",
                "tiny",
            ),
            path(
                f"{prefix}slope_{name}",
                "Its slope",
                "years",
                f"=IF({solvable}=1,{k('slope_in')}/{k('inflow')}+{k('slope_out')}/{k('outflow')},0)",
            ),
            path(
                f"{prefix}move_{name}",
                "Newton step",
                "log",
                f"=IF({k('slope')}>0,{k('gap')}/{k('slope')},IF({solvable}*{late}=0,0,"
                f"IF({k('gap')}>0,({k('top')}-{g})/{{Timeline!two}},-{{Timeline!two}}*{steepest})))",
                "tiny",
            ),
            scalar(
                f"{prefix}irr_{name}",
                "IRR",
                "% a year",
                f'=IF(AND({solvable}=1,ABS({k("gap", LAST)})<{{Timeline!settled}}),EXP({k("log_rate", LAST)})-1,"n/a")',
                "total rate",
            ),
            scalar(
                f"{prefix}signs_{name}",
                "Sign changes of the flow",
                "number",
                f"=IF(SUM({spent})>0,{k('inflow_last', '#1')}+SUMXMY2({k('inflow_last', '#2-last')}"
                f",{k('inflow_last', f'#1-{count - 1}')}),0)",
                "count",
            ),
        ]
    return laid


def sign_rows(case: str, prefix: str) -> list[Row]:
    """Year by year, whether the last flow that was not zero came in: the building goes before, so
    the first inflow is a change.
    """
    laid: list[Row] = []
    for name, label, _, flow_key in IRRS:
        key = f"{prefix}inflow_last_{name}"
        flow = f"{{{case}!{flow_key}}}"
        laid.append(path(key, label, "flag", f"=IF({flow}>0,1,IF({flow}<0,0,{{{key}<}}))", "flag"))
    return laid


def lay_returns(
    book: Book, names: Sequence[str], builds: Sequence[str], paper: str, time: Periods
) -> None:
    """The sheet: the steps of every case, then the signs of the flows by year of operation."""
    columns = time.columns
    sheet = frame.time_sheet(
        book,
        "Returns",
        "Returns: IRRs in visible Newton steps",
        STEP_COLUMNS,
        "{Timeline!step#[i]}",
        frame.ENGINE_ROOM,
        paper,
    )
    row = lay(sheet, [note(WHY), note(PASSES)], frame.FIRST_ROW, STEP_COLUMNS)
    for i, (name, months) in enumerate(zip(names, builds, strict=True), start=1):
        row = lay(sheet, rows(name, months, f"c{i}_", i, columns.count), row, STEP_COLUMNS) + 1
    year = path(
        "year", "Year of operation", "year", "={Timeline!year}", time.year_style, label_style="bold"
    )
    said = note(
        "1 where the last flow that was not zero came in, 0 where it went out. More than one"
        " change: the rate is one of several that solve."
    )
    row = lay(
        sheet, [heading("Signs of the flows, by year of operation"), said, year], row, columns
    )
    for i, name in enumerate(names, start=1):
        row = lay(
            sheet,
            [band(f"={{Inputs!case_name_{i}}}"), *sign_rows(name, f"c{i}_")],
            row,
            columns,
        )
        for flow, *_ in IRRS:
            place = sheet.placed[f"c{i}_signs_{flow}"]
            spot = (place.row, place.col, place.row, place.col)
            sheet.conditionals.append(Conditional(spot, "greater", 1, "alert fill"))
    sheet.widths |= dict.fromkeys(range(STEP_COLUMNS.last + 1, columns.last + 1), 4)
