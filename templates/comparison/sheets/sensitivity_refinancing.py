"""The refinancing test of Sensitivity: debt yield and loan to value of what is left at maturity, in native formulas."""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.sensitivity_columns import LAST, G, kept_scalars
from bankable.templates.workbook.book import Book, Conditional, Sheet
from bankable.templates.workbook.settings import Settings


def refinancing(
    book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings, time: Periods
) -> int:
    """Could what is left at maturity be refinanced: debt yield and loan to value, in native
    formulas, case by case.
    """
    frame.band_row(sheet, row, "Refinancing of a balloon at maturity", LAST, "heading", "6")
    next_year = "INDEX({[case]!lender_cfads:},1,MIN(COLUMNS({[case]!year:}),{[case]!tenor}+1))"
    if time.several:  # a year's periods, none beyond the last
        start = f"INDEX({{[case]!lender_cfads:}},1,MIN(COLUMNS({{[case]!year:}}),{{[case]!tenor}}*{time.a_year}+1))"
        end = f"INDEX({{[case]!lender_cfads:}},1,MIN(COLUMNS({{[case]!year:}}),({{[case]!tenor}}+1)*{time.a_year}))"
        next_year = f"SUM({start}:{end})"
    n = len(names)
    blue = (
        ("balloon_tested", "Balloon tested, where the case has less", "%", 0.30, "share", 0, 0.95),
        (
            "cap_rate",
            "Yield at which a buyer values the plant",
            "% a year",
            0.09,
            "rate",
            0.001,
            0.5,
        ),
        (
            "least_debt_yield",
            "Min debt yield of a refinancing lender",
            "% a year",
            0.10,
            "rate",
            0,
            1,
        ),
        ("most_ltv", "Max loan to value", "%", 0.65, "share", 0, 1),
    )
    row = kept_scalars(book, sheet, row + 1, settings, blue)
    frame.band_row(sheet, row, "Case by case", LAST)
    for i in range(n):
        sheet.put(row, G + i, f"={{Inputs!case_name_{i + 1}}}", "band wrap")
    sheet.heights[row] = 27
    row += 1
    rows = (
        (
            "refi_balance",
            "Left to refinance",
            "$m",
            "MAX({[case]!balloon},{balloon_tested})*{[case]!debt}",
            "number",
        ),
        (
            "refi_cfads",
            "CFADS of the year after, lender's view",
            "$m",
            next_year,
            "nil number",
        ),
        (
            "refi_yield",
            "Debt yield",
            "%",
            'IF({refi_balance_[i]}>0,{refi_cfads_[i]}/{refi_balance_[i]},"n/a")',
            "level",
        ),
        (
            "refi_value",
            "Value to a buyer of the CFADS after maturity",
            "$m",
            "MAX(0,SUMPRODUCT(({[case]!year:}>{[case]!tenor})*{[case]!lender_cfads:},(1+{cap_rate})^-({[case]!year:}-{[case]!tenor})))",
            "nil number",
        ),
        (
            "refi_ltv",
            "Loan to value",
            "%",
            'IF({refi_value_[i]}>0,{refi_balance_[i]}/{refi_value_[i]},"n/a")',
            "level",
        ),
        (
            "refi_verdict",
            "Could be refinanced",
            "",
            'IF(ISNUMBER({refi_ltv_[i]}),IF(AND({refi_yield_[i]}>={least_debt_yield},{refi_ltv_[i]}<={most_ltv}),"yes","no"),"no")',
            "right",
        ),
    )
    row = frame.rows_by_case(sheet, row, G, rows, [{"case": name} for name in names])
    sheet.conditionals.append(
        Conditional((row - 1, G, row - 1, G + n - 1), "equal", '"no"', "alert text")
    )
    return row
