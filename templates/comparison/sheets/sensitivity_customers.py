"""The customer book of Sensitivity: one buyer or many, under one appropriation or separate budgets."""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.sensitivity_columns import (
    HELP,
    LAST,
    G,
    heads,
    kept_scalars,
)
from bankable.templates.workbook.book import Book, Chart, Series, Sheet, TimeColumns, area
from bankable.templates.workbook.rows import LABEL, TOTAL, Row, lay, scalar
from bankable.templates.workbook.settings import Settings
from bankable.templates.workbook.styles import PALETTE

BOOK = 10  # buyers in the book shown


def customers(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """One buyer against many, one budget against many."""
    frame.band_row(
        sheet,
        row,
        "Customer book: one buyer or many, one appropriation or separate budgets",
        LAST,
        "heading",
        "9",
    )
    given = (
        (
            "book_renewal",
            "Probability that the common causes let a buyer renew",
            "%",
            0.90,
            "share",
            0,
            1,
        ),
        (
            "book_own",
            "Probability that the buyer renews as far as its own cause goes",
            "%",
            0.95,
            "share",
            0,
            1,
        ),
        (
            "book_one_budget",
            "Correlation of the causes under one appropriation",
            "%",
            0.90,
            "share",
            0,
            1,
        ),
        ("book_many_budgets", "Correlation under separate budgets", "%", 0.10, "share", 0, 1),
        ("book_share", "Share of revenue that must stay", "%", 0.70, "share", 0, 1),
        ("book_confidence", "With this probability", "%", 0.90, "share", 0, 1),
        ("book_most", "Most buyers tried", "buyers", 50, "count", 1, 400),
    )
    columns = TimeColumns(G, LAST - G + 1)
    row = kept_scalars(book, sheet, row + 1, settings, given)
    rows: list[Row] = [
        scalar("book_n", "Buyers in the book shown", "buyers", BOOK, "count"),
        scalar(
            "book_holds",
            "Utilisation at which the loan's minimum DSCR just holds (section 4)",
            "%",
            "={breakeven_1}",
            "level",
        ),
    ]
    for which, words in (("one_budget", "one appropriation"), ("many_budgets", "separate budgets")):
        call = f"MIN_CUSTOMERS({{book_renewal}},{{book_{which}}},{{book_share}},{{book_confidence}},{{book_most}},{{book_own}})"
        enough = f'=IF({{Checks!live}}=1,IFERROR({call},"more than "&{{book_most}}),"no add-in")'
        rows.append(
            scalar(
                f"min_{which}",
                f"Buyers from which on every larger book keeps it, under {words}",
                "buyers",
                enough,
                "total count",
            )
        )
    row = lay(sheet, rows, row, columns)
    at = sheet.placed["book_share"].row
    asks_more = (
        'AND(ISNUMBER({book_holds}),{book_holds}>{book_share}),"less than the loan needs: see the'
        ' utilisation below"'
    )
    sheet.put(at, TOTAL, f'=IF({asks_more},"in line with the loan")', "grey")
    frame.band_row(sheet, row, "Buyers of the book that renew, and with what probability", LAST)
    frame.band_row(sheet, row + 1, "", LAST)
    for k, (which, words) in enumerate(
        (("one_budget", "One appropriation"), ("many_budgets", "Separate budgets"))
    ):
        col = G + 4 * k
        sheet.put(row, col, words, "band")
        heads(sheet, row + 1, ("renewed", "probability", "at most", "at least"), col)
        call = f"=BOOK_DISTRIBUTION({{book_n}},{{book_renewal}},{{book_{which}}},,,{{book_own}})"
        sheet.array(row + 2, col, BOOK + 1, 4, call, "level")
        for i in range(BOOK + 1):
            sheet.cells[row + 2 + i, col].style = "count"
    first, last = row + 2, row + 2 + BOOK
    at = last + 1
    sheet.put(first, HELP, "=ROUNDUP(ROUND({book_share}*{book_n},6),0)", "grey")
    sheet.mark("book_kept", first, HELP)
    one, many = (
        f'TEXT(INDEX({area(first, G + col, last, G + col, True)},{{book_kept}}+1),"0.0%")'
        for col in (3, 7)
    )
    sheet.put(
        at,
        LABEL,
        '="At least "&{book_kept}&" of "&{book_n}&" buyers renew with a probability of'
        f' "&{one}&" under one appropriation, "&{many}&" under separate budgets; asked:'
        ' "&TEXT({book_confidence},"0%")',
        "bold",
    )
    sheet.mark("finding_book", at, LABEL)
    names = f"Sensitivity!{area(first, G, last, G, True)}"
    series = (
        Series(
            "One appropriation",
            f"Sensitivity!{area(first, G + 1, last, G + 1, True)}",
            names,
            PALETTE[3],
        ),
        Series(
            "Separate budgets",
            f"Sensitivity!{area(first, G + 5, last, G + 5, True)}",
            names,
            PALETTE[0],
        ),
    )
    sheet.charts.append(
        Chart(
            "column",
            "{finding_book}",
            series,
            at + 1,
            LABEL,
            1000,
            320,
            "buyers that renew",
            "probability",
            "0",
            "0%",
            alt_text="Distribution of renewals under one appropriation and under separate budgets",
        )
    )
    return at + 18
