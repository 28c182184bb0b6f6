"""What each package of Support does and costs: the figures of its deal, what it adds to no support,
and the same for an incumbent.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.support_terms import COLUMNS, PACKAGES
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import Conditional, Sheet, TimeColumns, address, area
from bankable.templates.workbook.rows import LABEL, TOTAL, UNIT, band, lay, path
from bankable.udfs.deal.chain.decision import FAILS

RESULTS = shown(
    ("decision", "centre wrap"),
    ("tests_failed", "integer"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("permitted_debt", "number"),
    ("life_default", "level"),
    ("bank_loss_rate", "rate"),
    ("shortfall_probability", "level"),
    ("equity_irr_expected", "rate"),
    ("public_cost", "nil number"),
    ("cost_at_market", "nil number"),
    ("cost_at_nothing", "nil number"),
    ("incremental_yearly", "nil number"),
    ("credit_cost", "nil number"),
    ("fair_credit_cost", "nil number"),
    ("loan_benefit", "nil number"),
    ("promise_price", "nil number"),
    ("budget_authority", "nil number"),
    ("tariff_burden", "nil number"),
    ("cost_per_plant", "number2"),
    ("private_at_risk", "number"),
    ("private_per_public", "number2"),
)
RIVALS = shown(
    ("decision", "centre wrap"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("life_default", "level"),
    ("public_cost", "nil number"),
    ("equity_irr_expected", "rate"),
)


def rivals() -> str:
    """Who repays under a grant, and what the package of Programme costs, of an entrant and an incumbent."""
    grant = [name for name, _ in PACKAGES].index("Grant") + 1

    def share(key: str) -> str:
        return f'TEXT(ROUND(INDEX({{{key}:}},1,{grant}),2),"0%")'

    def cost(prefix: str) -> str:
        return frame.money(f"INDEX({{{prefix}_public_cost:}},1,{{Programme!package}})")

    repays = (
        f'"Under a grant the case repays its loan with "&{share("repays")}&", an incumbent with "'
    )
    costs = (
        '"; under """&{Programme!package_name}&""" the one is expected to cost the taxpayer "&'
        f'{cost("r")}&", the other "&{cost("i")}&"."'
    )
    return f'=IFERROR({repays}&{share("repays_not")}&{costs},"n/a")'


def paid(prefix: str) -> str:
    """The probability that the loan is paid to its end."""
    return f'=IF(ISNUMBER({{{prefix}_life_default}}),1-{{{prefix}_life_default}},"n/a")'


def results(
    sheet: Sheet,
    row: int,
    figures: Sequence[tuple[str, str, str, str]],
    prefix: str,
    arguments: str,
    columns: TimeColumns = COLUMNS,
    asked: int = TOTAL,
) -> int:
    """A block of DEAL_SCENARIOS with its labels; each row is marked by its measure, which stands in
    the column `asked`.
    """
    for n, (measure, label, unit, _) in enumerate(figures):
        sheet.put(row + n, LABEL, label)
        sheet.put(row + n, UNIT, unit or None, "unit")
        sheet.put(row + n, asked, measure, "grey")
        sheet.mark_path(f"{prefix}{measure}", row + n, columns)
    wanted = area(row, asked, row + len(figures) - 1, asked, True)
    sheet.array(
        row, columns.first, len(figures), columns.count, f"=DEAL_SCENARIOS({arguments},{wanted})"
    )
    for n, (measure, _, _, style) in enumerate(figures):
        for col in range(columns.first, columns.last + 1):
            sheet.cells[row + n, col].style = style
        if measure == "decision":
            sheet.heights[row + n] = 44
            colour_decision(sheet, (row + n, columns.first, row + n, columns.last))
    return row + len(figures)


def colour_decision(sheet: Sheet, spot: tuple[int, int, int, int]) -> None:
    """Green where the tests are met, red where they are not."""
    corner = address(spot[0], spot[1])
    sheet.conditionals.append(Conditional(spot, "formula", f'={corner}&""="{FAILS}"', "fail fill"))
    sheet.conditionals.append(Conditional(spot, "formula", f'=LEFT({corner},5)="Meets"', "ok fill"))


def gains(sheet: Sheet, row: int) -> int:
    """What a package adds to the case without support, in native formulas."""

    def gain(key: str) -> str:
        return (
            f"=IF(AND(ISNUMBER({{r_{key}}}),ISNUMBER({{r_{key}#1}})),{{r_{key}}}-{{r_{key}#1}},0)"
        )

    return lay(
        sheet,
        [
            band("Against no support"),
            path("gain_dscr", "Minimum DSCR", "x", gain("min_dscr"), "multiple"),
            path("gain_rate", "All-in rate", "% a year", gain("all_in_rate"), "rate"),
            path("gain_debt", "Debt that all tests permit", "$m", gain("permitted_debt")),
            band("What is mobilised: only where every test is met is the loan made"),
            path(
                "mobilised",
                "Private capital mobilised",
                "$m",
                '=IF(LEFT({r_decision},5)="Meets",{r_private_at_risk},0)',
                "nil number",
            ),
            path(
                "passing_cost",
                "Expected public cost, where every test is met",
                "$m",
                '=IF(LEFT({r_decision},5)="Meets",ROUND({r_public_cost},9),"n/a")',
                "nil number",
            ),
        ],
        row,
        COLUMNS,
    )
