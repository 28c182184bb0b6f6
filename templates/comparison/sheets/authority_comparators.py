"""Two comparators outside the packages: the state that builds the plant itself, and an export subsidy; each with
the sentence that it ends in.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import frame, support_results
from bankable.templates.comparison.sheets.authority_tools import COLUMNS, SOURCE, YEARS
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import Sheet, TimeColumns, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, lay, scalar

TWO = TimeColumns(CONSTANT, 2)
EFFECT = shown(
    ("decision", "centre wrap"),
    ("tests_failed", "integer"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("equity_irr_expected", "rate"),
)


def state(sheet: Sheet, row: int, names: Sequence[str]) -> int:
    """The plant built by the state, beside the same goods bought under the package of Programme."""
    frame.band_row(
        sheet,
        row,
        "The state builds the plant itself, and runs it for the years of the offtake",
        SOURCE,
        "heading",
        "3",
    )
    years = f"({{[case]!year:}}<={YEARS})*{{[case]!treasury_discount:}}"
    running = "{[case]!variable_cost_promised:}+{[case]!fixed_cost_path:}+{[case]!maintenance:}"
    rows = (
        ("studied_debt", "Debt of the case studied", "{[case]!debt}"),
        ("studied_capex", "Its capital cost", "{[case]!capex}"),
        ("studied_equity", "Its sponsor's equity", "{[case]!sponsor_equity}"),
        ("built_plant", "Plant, paid at once: budget authority, none of it private", "{[case]!plant_cost}"),
        ("built_running", "Running it over the years, at Treasury rates", f"SUMPRODUCT({years},{running})"),
        ("bought", "The same goods bought at the contract's price", f"SUMPRODUCT({years},{{[case]!revenue_promised:}})"),
    )  # fmt: skip
    return lay(
        sheet,
        [
            *(scalar(key, label, "$m", frame.chosen_case(names, token)) for key, label, token in rows),
            scalar("built_whole", "Built by the state: plant and running", "$m", "={built_plant}+{built_running}"),
            scalar("built_less", "Bought less built", "$m", "={bought}-{built_whole}"),
            scalar(
                "bought_authority",
                "Budget authority of the package of Programme",
                "$m",
                "=INDEX({Support!r_budget_authority:},1,{Programme!package})",
            ),
            scalar(
                "bought_private",
                "Private capital at risk in it",
                "$m",
                "=INDEX({Support!r_private_at_risk:},1,{Programme!package})",
            ),
        ],
        row + 1,
        COLUMNS,
    )  # fmt: skip


def subsidy(sheet: Sheet, row: int, studied: str, names: Sequence[str]) -> None:
    """An export subsidy raises the price of what is exported; the case studied without it and with it."""
    frame.band_row(
        sheet, row, "Export subsidy, as a what-if beside export credit", SOURCE, "heading", "4"
    )
    row += 1
    raised = "(1+{Support!t_export_share}*{uplift})"
    sheet.put(row, LABEL, "The case studied", "band")
    for i, words in enumerate(("without", "with")):
        sheet.put(row, TWO.first + i, words, "band right")
    top = row + 1
    for i, (key, label) in enumerate(
        (
            ("price", "Contract price, on the average"),
            ("market_price", "Market price, on the average"),
        )
    ):
        at = top + i
        sheet.put(at, LABEL, label)
        sheet.put(at, TWO.last + 1, key, "grey")
        for j, factor in enumerate(("", "*" + raised)):
            sheet.put(at, TWO.first + j, f"={{Deals!studied_{key}}}{factor}", "price")
    keys = area(top, TWO.last + 1, top + 1, TWO.last + 1, True)
    values = area(top, TWO.first, top + 1, TWO.last, True)
    row = support_results.results(
        sheet, top + 2, EFFECT, "subsidy_", f"{studied},{keys},{values}", TWO, TWO.last + 1
    )
    cost = "SUMPRODUCT({[case]!revenue_expected:},{[case]!treasury_discount:})"
    lay(
        sheet,
        [
            scalar(
                "subsidy_cost",
                "What it costs the taxpayer, expected, at Treasury rates",
                "$m",
                frame.chosen_case(names, cost) + "*{Support!t_export_share}*{uplift}",
            )
        ],
        row,
        COLUMNS,
    )


def state_sentence() -> str:
    years = frame.counted(YEARS, "year")
    return (
        f'="Built by the state the plant takes "&{frame.money("{built_plant}")}&" of authority at once and no private'
        f' capital. What it makes in "&{years}&" costs "&{frame.money("{built_whole}")}&" with the plant, "&{frame.money("{bought}")}'
        '&" bought at the contract\'s price"&IF({built_less}>0,": the "&'
        f"{frame.money('{built_less}')}"
        '&" between pays others to bear the build, the running and idle years, and no bank screens the state.",'
        '": bought it is no dearer, and a bank screens it.")'
    )


def subsidy_sentence() -> str:
    cost = (
        '"An export subsidy of "&TEXT({uplift},"0%")&" (prohibited; a what-if) would cost "&'
        f"{frame.money('{subsidy_cost}')}"
    )
    effect = (
        '" and take the minimum DSCR from "&TEXT(ROUND({subsidy_min_dscr#1},2),"0.00")&"x to "'
        '&TEXT(ROUND({subsidy_min_dscr#2},2),"0.00")&"x, the tests failed from "&{subsidy_tests_failed#1}'
        '&" to "&{subsidy_tests_failed#2}&"."'
    )
    return (
        f'=IF({{Checks!live}}=0,"n/a",{cost}&IFERROR({effect},"; the case has no loan to cover."))'
    )
