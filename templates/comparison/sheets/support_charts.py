"""The pictures of Support: the cover that each package gains, and what it costs."""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.support_terms import COLUMNS
from bankable.templates.workbook.book import Chart, Series, Sheet
from bankable.templates.workbook.rows import LABEL
from bankable.templates.workbook.styles import PALETTE


def charts(sheet: Sheet, row: int) -> None:
    """Cover gained by each package, and what it costs."""
    finding = row + 1
    sheet.put(
        finding,
        LABEL,
        '=COUNT({passing_cost:})&" of "&COLUMNS({passing_cost:})&" packages meet every test of'
        ' "&{studied_name}&"; minimum DSCR from "&TEXT(MIN({r_min_dscr:}),"0.00")&"x to'
        ' "&TEXT(MAX({r_min_dscr:}),"0.00")&"x"',
    )
    sheet.mark("finding_dscr", finding, LABEL)
    sheet.put(
        finding + 1,
        LABEL,
        '=IF(COUNT({passing_cost:})>0,"Cheapest package that passes:'
        ' "&INDEX({packages:},1,MATCH(MIN({passing_cost:}),{passing_cost:},0))&",'
        f' "&{frame.money("MIN({passing_cost:})")}&" expected,'
        f' "&{frame.money("INDEX({r_budget_authority:},1,MATCH(MIN({passing_cost:}),{passing_cost:},0))")}&"'
        ' of budget authority","No package passes every test")',
    )
    sheet.mark("finding_cost", finding + 1, LABEL)
    dscr = (Series("Minimum DSCR", "{Support!r_min_dscr:}", "{Support!packages:}", PALETTE[0]),)
    cost = (
        Series(
            "Expected public cost", "{Support!r_public_cost:}", "{Support!packages:}", PALETTE[3]
        ),
    )
    drawn = (
        ("finding_dscr", dscr, "Minimum DSCR", '0.0"x"'),
        ("finding_cost", cost, "Expected public cost, $m", "#,##0"),
    )
    for i, (title, series, unit, form) in enumerate(drawn):
        sheet.charts.append(
            Chart(
                "column",
                f"{{{title}}}",
                series,
                finding + 3,
                LABEL if i == 0 else COLUMNS.first + 2,
                700,
                320,
                "",
                unit,
                "0",
                form,
                alt_text="By package of support",
            )
        )
