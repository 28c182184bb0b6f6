"""The bank's own threshold under a guarantee: the probability from which it lends."""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.support_terms import COLUMNS
from bankable.templates.workbook.book import Sheet, TimeColumns
from bankable.templates.workbook.rows import LABEL, UNIT, given, lay, scalar

LENDERS = ("No guarantee", "Guarantee, pari passu", "Guarantee, first loss")


def lender_threshold(sheet: Sheet, row: int, names: Sequence[str], time: Periods) -> int:
    """The probability from which the bank itself lends: what it loses where the contract is lost, against
    the margin on its own part. Native, beside BREAKEVEN_BELIEF.
    """
    frame.band_row(
        sheet,
        row,
        "The bank still screens: its own threshold under a guarantee of the share above",
        COLUMNS.last,
    )
    for k, words in enumerate(LENDERS):
        sheet.put(row, COLUMNS.first + k, words, "band wrap")
    sheet.heights[row] = 26
    worth = (
        f"{time.flow('{[case]!margin}')}*"
        "SUMPRODUCT({[case]!opening:},(1+{[case]!base_rate_now})^-{[case]!year:})"
        "/MAX({[case]!debt},{Timeline!tolerance})"
    )
    cases = ",".join(given(worth, case=name) for name in names)
    short, covered = "{s_shortfall}", "{s_covered}"
    columns = TimeColumns(COLUMNS.first, len(LENDERS))
    figures = (
        (
            "lender_loss",
            "The bank's loss where the contract is lost",
            "number",
            (short, f"(1-{covered})*{short}", f"MAX(0,{short}-{covered}*{{s_debt}})"),
        ),
        (
            "lender_gain",
            "Margin that it earns on its own part where the contract is kept",
            "number",
            (
                "{s_margin}*{s_debt}",
                f"(1-{covered})*{{s_margin}}*{{s_debt}}",
                f"(1-{covered})*{{s_margin}}*{{s_debt}}",
            ),
        ),
        (
            "lender_from",
            "It lends from this probability that the contract is kept",
            "share",
            tuple(
                f"IF({{lender_loss#{k}}}>0,{{lender_loss#{k}}}/({{lender_loss#{k}}}+{{lender_gain#{k}}}),0)"
                for k in (1, 2, 3)
            ),
        ),
    )
    row = lay(
        sheet,
        [
            scalar(
                "s_margin",
                "Margin over the life, per $ of debt, at the base rate",
                "$",
                f"=CHOOSE({{studied}},{cases})",
                "factor",
            )
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, style, formulas in figures:
        sheet.put(row, LABEL, label)
        sheet.put(row, UNIT, "%" if style == "share" else "$m", "unit")
        sheet.mark_path(key, row, columns)
        for k, formula in enumerate(formulas):
            sheet.put(row, COLUMNS.first + k, f"={formula}", style)
        row += 1
    money = [f'TEXT(ROUND({{lender_loss#{k}}},0),"#,##0")' for k in (1, 2, 3)]
    chance = [f'TEXT(ROUND({{lender_from#{k}}},2),"0%")' for k in (1, 2, 3)]
    sheet.put(
        row,
        LABEL,
        f'="The bank lends from "&{chance[0]}&" without a guarantee, from "&{chance[1]}&" with one pari passu'
        f' of "&TEXT({covered},"0%")&", which cuts its loss from $"&{money[0]}&"m to $"&{money[1]}&"m, and'
        f' from "&{chance[2]}&" where the guarantee bears the first loss; the contract stands with'
        ' "&TEXT({s_probability},"0%")&"."',
        "bold",
    )
    sheet.mark("lender_words", row, LABEL)
    return row + 2
