"""Time from financial close to full output, case by case, and what a month of delay costs."""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.time_columns import COLUMNS, G, finding
from bankable.templates.comparison.sheets.years import by_year
from bankable.templates.workbook.book import Chart, Series, Sheet, area, column_letters
from bankable.templates.workbook.rows import LABEL, UNIT, given
from bankable.templates.workbook.styles import PALETTE


def build(
    sheet: Sheet, row: int, names: Sequence[str], builds: Sequence[str], time: Periods
) -> int:
    """From financial close to full output, case by case."""
    frame.band_row(sheet, row, "From financial close to full output", COLUMNS.last, "heading", "1")
    # a rate above 100% is refused by the function, and prices nothing: the loan defaults for certain
    delay = (
        "IF({[case]!all_in_rate}<=1,COST_OF_DELAY({[case]!all_in_rate},{[case]!completion_month},[cfads],{Timeline!year#last},1,{[case]!delay_cost},{[case]!delay_damages},"
        'IF({[case]!calendar_end}=1,"fixed_end","shift")),"n/a")'
    )
    rows = (
        ("build", "Build", "months", "{[case]!build_months}", "count"),
        ("late", "Delay in the scenario in force", "months", "{[case]!delay_months}", "count"),
        ("first_revenue", "First revenue", "months", "{[case]!completion_month}", "count"),
        ("ramp", "Ramp to full output", "months", "{[case]!ramp_months}", "count"),
        ("full", "Full output", "months", "{first_revenue_[i]}+{ramp_[i]}", "count"),
        ("idc", "Interest during construction", "$m", "{[case]!total_idc}", "number"),
        ("fees", "Fees during construction", "$m", "{[case]!total_fees}", "number"),
        (
            "idc_share",
            "Interest and fees over plant cost",
            "%",
            "({idc_[i]}+{fees_[i]})/{[case]!plant_cost}",
            "share",
        ),
        (
            "idc_month",
            "Interest on the facility in the last month of building",
            "$m a month",
            "{[case]!debt}*{[case]!construction_rate}/12",
            "number",
        ),
        (
            "delay_net",
            "Holding cost of a month of delay, less damages",
            "$m a month",
            "{[case]!delay_cost}-{[case]!delay_damages}",
            "number",
        ),
        (
            "delay_cash",
            "Cash that the sponsor pays for a month of delay",
            "$m a month",
            "{idc_month_[i]}+{delay_net_[i]}",
            "total number",
        ),
        (
            "ramp_lost",
            "Output lost to the ramp, years of full output",
            "years",
            "{ramp_[i]}/12/{Timeline!two}",
            "number2",
        ),
    )
    row += 1
    pairs = [{"case": name, "build": build} for name, build in zip(names, builds, strict=True)]
    row = frame.rows_by_case(sheet, row, G, rows, pairs)
    sheet.put(
        row, LABEL, "Cost of one month's delay, present value at close (COST_OF_DELAY)", "bold"
    )
    for k, (key, label) in enumerate(
        (
            ("delay_cost", "cost"),
            ("delay_lost", "value lost"),
            ("delay_holding", "holding cost less damages"),
        )
    ):
        sheet.put(row + k, UNIT, "$m", "unit")
        if k:
            sheet.put(row + k, LABEL, f"  of which {label}")
        for i in range(len(names)):
            sheet.mark(f"{key}_{i + 1}", row + k, G + i)
    for i, name in enumerate(names):
        cfads = by_year(i + 1, name, "cfads_promised", time)
        sheet.array(row, G + i, 3, 1, "=" + given(delay, case=name, cfads=cfads), "number")
        cost = f"{{delay_cost_{i + 1}}}"
        share = f'=IF(ISNUMBER({cost}),{cost}/{{{name}!plant_cost}},"n/a")'
        sheet.put(row + 3, G + i, share, "rate")
        sheet.mark(f"delay_share_{i + 1}", row + 3, G + i)
    sheet.put(row + 3, LABEL, "The same over plant cost")
    sheet.put(row + 3, UNIT, "%", "unit")
    row += 4
    said = '&", "&'.join(
        f'{{Inputs!case_name_{i}}}&" "&TEXT({{full_{i}}},"0")' for i in range(1, len(names) + 1)
    )
    costs, cases = (
        area(at, G, at, G + len(names) - 1, True)
        for at in (sheet.placed["delay_cost_1"].row, frame.HEAD_ROW)
    )
    which = f"INDEX({cases},1,MATCH(MAX({costs}),{costs},0))" if len(names) > 1 else cases
    dearest = f'"; a month of delay costs up to $m "&TEXT(MAX({costs}),"#,##0.0")&" ("&{which}&")"'
    known = f'IF(COUNT({costs})>0,{dearest},"")'
    finding(sheet, row, "build", f'="Months to full output: "&{said}&{known}')
    first, last = column_letters(G), column_letters(G + len(names) - 1)

    def across(key: str) -> str:
        at = sheet.placed[f"{key}_1"].row + 1
        return f"Time!${first}${at}:${last}${at}"

    cases = f"Time!${first}${frame.HEAD_ROW + 1}:${last}${frame.HEAD_ROW + 1}"
    series = tuple(
        Series(label, across(key), cases, PALETTE[k])
        for k, (key, label) in enumerate((("build", "Build"), ("late", "Delay"), ("ramp", "Ramp")))
    )
    tall = 200 + 30 * len(names)
    sheet.charts.append(
        Chart(
            "stacked bar",
            "{finding_build}",
            series,
            row + 1,
            LABEL,
            1000,
            tall,
            "",
            "months from financial close",
            "0",
            "0",
            alt_text="Build, delay and ramp in months",
        )
    )
    return row + 2 + tall // 20
