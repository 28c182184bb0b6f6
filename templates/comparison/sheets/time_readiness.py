"""What standing ready for a surge is worth against its cost, and building before the orders come."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.time_columns import COLUMNS, finding, own
from bankable.templates.workbook.book import Book, Sheet
from bankable.templates.workbook.rows import lay, scalar
from bankable.templates.workbook.settings import Settings

SURGE_FOUND = (
    '="Spare capacity of "&TEXT({spare},"0%")&IF(ISNUMBER({ready_breakeven}),"'
    ' "&IF({ready_value}>={ready_cost},"pays","does not pay")&": it returns'
    ' $"&TEXT({ready_ratio},"0.00")&" per $ of cost, and would pay from a probability of'
    ' "&TEXT({ready_breakeven},"0.0%")&" a year (assumed: "&TEXT({crisis},"0.0%")&")"," is never'
    ' paid for: a surge unit is worth less than it costs")'
)
FIRST_FOUND = (
    '="Building before the orders "&IF(ISNUMBER({first_belief}),"pays the owner from a probability of orders of'
    ' "&TEXT({first_belief},"0%")&" ("&TEXT({first_belief_crisis},"0%")&" with his share of a crisis)","never pays'
    ' more than waiting")&"; if none come the owner loses "&IF({first_lost}>0,"$"&TEXT(ROUND({first_lost},0),"#,##0")&"m","nothing")'
    '&". If he waits, goods worth'
    ' $"&TEXT(ROUND({first_units_worth},0),"#,##0")&"m come "&TEXT(ROUND({first_wait},1),"0.0")'
    '&IF(ROUND({first_wait},1)=1," year"," years")&" later."'
)


def surge(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """What standing ready is worth when a crisis brings orders, against what it costs each year."""
    frame.band_row(sheet, row, "Standing ready for a surge", COLUMNS.last, "heading", "5")
    row = bounds.blue(
        book,
        sheet,
        row + 1,
        settings,
        "time",
        (
            ("crisis", "Probability of a crisis", "% a year", 0.04, "share", 0, 1, "illustrative"),
            ("crisis_years", "Length of the crisis", "years", 2, "count", 1, 30, "illustrative"),
            (
                "spare",
                "Spare capacity kept ready, over capacity",
                "%",
                0.25,
                "share",
                0,
                1,
                "illustrative",
            ),
            (
                "surge_worth",
                "Worth of a surge unit to the buyer, over the price",
                "x price",
                3.0,
                "multiple",
                0,
                100,
                "illustrative",
            ),
        ),
        COLUMNS,
    )
    unit = own("price")
    row = lay(
        sheet,
        [
            scalar(
                "surge_volume", "Surge output a year", "volume", f"={{spare}}*{own('capacity')}"
            ),
            scalar(
                "surge_gain",
                "Gain to the buyer in a crisis",
                "$m",
                f"={{surge_volume}}*({{surge_worth}}*{unit}-{own('variable_cost')})*{{crisis_years}}",
            ),
            scalar(
                "ready_value",
                "Expected gain",
                "$m a year",
                "={crisis}*{surge_gain}",
                "total number",
            ),
            scalar(
                "ready_cost",
                "Cost of the spare capacity, fixed cost and return on capital",
                "$m a year",
                f"={{spare}}*({own('fixed_cost')}+{own('treasury_rate')}*{own('capex')})",
                "total number",
            ),
            scalar(
                "ready_ratio",
                "Expected gain per $ of cost",
                "$",
                '=IF({ready_cost}>0,{ready_value}/{ready_cost},"n/a")',
                "number2",
            ),
            scalar(
                "ready_breakeven",
                "Probability of a crisis at which it pays",
                "% a year",
                '=IF({surge_gain}>0,{ready_cost}/{surge_gain},"n/a")',
                "share",
            ),
        ],
        row,
        COLUMNS,
    )
    return finding(sheet, row, "surge", SURGE_FOUND)


def _pays_from(lost: str) -> str:
    """The probability of orders from which building ahead is worth more than waiting for them."""
    more = "({first_gain}-MAX(0,{first_later}))"
    return f'=IF({more}>0,MAX(0,{lost})/(MAX(0,{lost})+{more}),"never")'


def factory_first(
    book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings
) -> int:
    """Build before the orders come, or wait for them: the owner's belief at which he builds, what he burns
    if they never come, and what the public waits for. No bank lends on an empty plant: all is equity.
    """
    frame.band_row(
        sheet,
        row,
        "Factory first: build before the orders, or wait for them",
        COLUMNS.last,
        "heading",
        "6",
    )
    terms = (
        ("first_rate", "Return that the owner asks", "% a year", 0.10, "rate", 0, 1, "illustrative"),
        ("first_empty", "Years that he carries an empty plant", "years", 2, "count", 0, 30, "illustrative"),
        ("first_share", "Owner's share of the gain in a crisis", "%", 0.25, "share", 0, 1, "illustrative; 0: the buyer alone gains"),
    )  # fmt: skip
    row = bounds.blue(book, sheet, row + 1, settings, "time", terms, COLUMNS)

    of_studied = functools.partial(frame.chosen_case, names)
    later, annuity = (
        "(1+{first_rate})^-{first_empty}",
        "IF({first_rate}>0,(1-(1+{first_rate})^-{first_empty})/{first_rate},{first_empty})",
    )
    worth = "SUMPRODUCT({[case]!project_flow:},(1+{first_rate})^-{[case]!year:})"
    rows = (
        ("first_cost", "Plant, all of it the owner's money", "$m", of_studied("{[case]!plant_cost}"), "number"),
        ("first_worth", "Worth at completion with orders in hand", "$m", of_studied(worth), "number"),
        ("first_gain", "Gain if orders stand when it is built", "$m", "={first_worth}-{first_cost}", "total number"),
        ("first_wait", "Years from order to completion, if he waits", "years", of_studied("{[case]!completion_month}/12"), "number2"),
        ("first_later", "The same gain, that much later", "$m", "={first_gain}*(1+{first_rate})^-{first_wait}", "number"),
        ("first_carry", "Fixed cost of the empty plant", "$m", f"={own('fixed_cost')}*{annuity}", "number"),
        ("first_left", "What the empty plant sells for then", "$m", of_studied("{[case]!collateral_sold}") + f"*{later}", "number"),
        ("first_lost", "Lost if the orders never come", "$m", "={first_cost}+{first_carry}-{first_left}", "total number"),
        ("first_belief", "Building ahead pays from this probability of orders", "%", _pays_from("{first_lost}"), "total share"),
        ("first_crisis", "What a crisis is worth to him while the plant is empty", "$m",
         f"=IF({{spare}}>0,{{first_share}}*{{crisis}}*{{surge_gain}}/{{spare}}*{annuity},0)", "number"),
        ("first_belief_crisis", "The same with his share of a crisis", "%", _pays_from("({first_lost}-{first_crisis})"), "share"),
        ("first_units", "Output that the public waits for", "volume",
         f"={own('capacity')}*{own('utilisation')}*{{first_wait}}", "integer"),
        ("first_units_worth", "Its worth to the buyer", "$m",
         f"={{first_units}}*{own('price')}*{own('buyer_value')}", "number"),
    )  # fmt: skip
    row = lay(
        sheet,
        [scalar(key, label, unit, formula, style) for key, label, unit, formula, style in rows],
        row,
        COLUMNS,
    )
    return finding(sheet, row, "first", FIRST_FOUND)
