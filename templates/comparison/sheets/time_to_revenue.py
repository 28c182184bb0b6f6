"""The Time sheet: build and ramp side by side, what a month of delay costs, what learning saves and
what a lapse destroys.

Also what an announced contract is worth, and what standing ready for a surge is worth against its
cost. Each section ends in one line that says what it found.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.years import by_year
from bankable.templates.workbook.book import (
    Book,
    Chart,
    Series,
    Sheet,
    TimeColumns,
    area,
    column_letters,
)
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    TOTAL,
    UNIT,
    given,
    lay,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE

G = FIRST_TIME_COLUMN
DOUBLINGS = (1, 2, 4, 8, 16, 32)
WIDE = max(6, len(DOUBLINGS))
COLUMNS = TimeColumns(G, WIDE)
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


def lay_time(
    book: Book,
    names: Sequence[str],
    builds: Sequence[str],
    settings: Settings,
    paper: str,
    time: Periods,
) -> None:
    """The sheet; one column a case in the side-by-side tables."""
    sheet = frame.time_sheet(
        book,
        "Time",
        "Time: months to first revenue, and what time costs",
        COLUMNS,
        "",
        "56B4E9",
        paper,
    )
    for i in range(WIDE):
        sheet.put(
            frame.HEAD_ROW,
            G + i,
            f"={{Inputs!case_name_{i + 1}}}" if i < len(names) else None,
            "heading wrap",
        )
    for col, text in ((CONSTANT, "Value"), (TOTAL, "Source")):
        sheet.put(frame.HEAD_ROW, col, text, "heading right" if col == CONSTANT else "heading")
    sheet.heights[frame.HEAD_ROW] = 27
    row = _build(sheet, frame.FIRST_ROW, names, builds, time)
    row = _announced(book, sheet, row + 1, names, settings)
    row = _learning(book, sheet, row + 1, settings)
    row = _lapse(book, sheet, row + 1, settings)
    row = _surge(book, sheet, row + 1, settings)
    row = _factory_first(book, sheet, row + 1, names, settings)
    sheet.print.area = (0, 0, row - 1, COLUMNS.last)
    sheet.widths |= {CONSTANT: 18, TOTAL: 18, LABEL: 62} | {G + i: 16 for i in range(WIDE)}
    sheet.print.pages_tall = 2


def finding(sheet: Sheet, row: int, key: str, formula: str) -> int:
    """The line that says what a section found; returns the row after."""
    sheet.put(row, LABEL, formula, "bold")
    sheet.mark(f"finding_{key}", row, LABEL)
    return row + 1


def _build(
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


def _announced(book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings) -> int:
    """What the signed contract is worth and the capital that it can mobilise."""
    frame.band_row(sheet, row, "What an announced contract is worth", COLUMNS.last, "heading", "2")
    row = bounds.blue(
        book,
        sheet,
        row + 1,
        settings,
        "time",
        (
            (
                "market_value",
                "Market value of the sponsor before the announcement",
                "$m",
                10000.0,
                "number",
                1,
                1e7,
                "illustrative",
            ),
        ),
        COLUMNS,
    )
    rows = (
        (
            "contract_value",
            "Value of the contract, risk counted, before cost, with renewals",
            "$m",
            "{[case]!contract_value}",
            "number",
        ),
        (
            "margin",
            "Value of its committed years after variable cost",
            "$m",
            "{[case]!committed_margin}",
            "nil number",
        ),
        ("per_plant", "Per $ of plant", "$", "{contract_value_[i]}/{[case]!plant_cost}", "number2"),
        (
            "per_market",
            "Over the sponsor's market value",
            "%",
            "{contract_value_[i]}/{market_value}",
            "share",
        ),
        (
            "carries",
            "Debt that the contract permits, all tests met",
            "$m",
            "{[case]!permitted_debt}",
            "nil number",
        ),
        # a loan that the tests refuse is not made: it mobilises nothing
        (
            "mobilised",
            "Private capital at risk that it mobilises",
            "$m",
            "IF({[case]!decision}>0,{[case]!private_at_risk},0)",
            "nil number",
        ),
        (
            "mobilised_per",
            "Per $ of expected public cost",
            "$",
            'IF({[case]!decision}>0,{[case]!private_per_public},"n/a")',
            "number2",
        ),
    )
    row = frame.rows_by_case(sheet, row, G, rows, [{"case": name} for name in names])
    said = '&", "&'.join(
        f'{{Inputs!case_name_{i}}}&"'
        f' "&IF({{mobilised_{i}}}>0,TEXT({{mobilised_{i}}},"#,##0"),"zero")'
        for i in range(1, len(names) + 1)
    )
    return finding(
        sheet,
        row,
        "announced",
        '="Private capital that the contract mobilises, $m (zero where a credit test fails):'
        f' "&{said}',
    )


def _own(key: str) -> str:
    return f"{{Deals!studied_{key}}}"


def _learning(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """Unit cost along the learning curve of the case studied on Support."""
    frame.band_row(
        sheet, row, '="Learning curve of "&{Support!studied_name}', COLUMNS.last, "heading", "3"
    )
    row = lay(
        sheet,
        [
            scalar(
                "curve",
                "Unit cost after each doubling",
                "%",
                f"=1-{_own('learning_rate')}",
                "share",
            ),
            scalar(
                "exponent",
                "Exponent of the curve",
                "factor",
                "=LN({curve})/LN({Timeline!two})",
                "factor",
            ),
            path(
                "multiple",
                "Cumulative output, over that at which unit cost is quoted",
                "x",
                settings.take("time_multiple", list(DOUBLINGS)),
                "input general",
            ),
            path(
                "unit_cost",
                "Unit cost",
                "$m a unit",
                f"={_own('variable_cost')}*{{multiple}}^{{exponent}}",
                "price",
            ),
            scalar(
                "first_unit",
                "Cost of the very first unit that the curve implies",
                "$m a unit",
                f"={_own('variable_cost')}/{_own('learning_volume')}^{{exponent}}",
                "price",
            ),
            scalar(
                "lot_first",
                "Average unit cost up to the output at which it is quoted (LEARNING_COST)",
                "$m a unit",
                f"=LEARNING_COST({{first_unit}},{_own('learning_rate')},0,MAX(1,ROUND({_own('learning_volume')},0)))",
                "price",
            ),
            scalar(
                "start_up",
                "Dearer first units: a start-up budget, left out of the chain",
                "$m",
                f"=({{lot_first}}-{_own('variable_cost')})*{_own('learning_volume')}",
                "total number",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    at = sheet.placed["multiple"].row
    spot = (at, COLUMNS.first, at, COLUMNS.last)
    keep(book, sheet, "time_multiple", *spot)
    sheet.validations.append(bounds.between(spot, "Cumulative output", 0.01, 1e6))
    last = f"#{COLUMNS.count}"
    return finding(
        sheet,
        row,
        "learning",
        f'=IF({_own("learning_rate")}=0,"No learning is assumed: the unit cost stays as it'
        f' is","Each doubling of output takes "&TEXT({_own("learning_rate")},"0.0%")&" off the unit'
        f' cost: from $m "&TEXT({_own("variable_cost")},"0.0000")&" to'
        f' "&TEXT({{unit_cost{last}}},"0.0000")&" a unit at "&{{multiple{last}}}&" times the'
        ' output")',
    )


def _lapse(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """The output lost when a capability is let go and must be rebuilt."""
    frame.band_row(
        sheet,
        row,
        '="Letting the capability of "&{Support!studied_name}&" lapse, and rebuilding it"',
        COLUMNS.last,
        "heading",
        "4",
    )
    row = bounds.blue(
        book,
        sheet,
        row + 1,
        settings,
        "time",
        (
            (
                "decay",
                "Capability lost in each idle year",
                "% a year",
                0.20,
                "share",
                0,
                1,
                "illustrative",
            ),
            ("idle_years", "Idle period", "years", 5, "count", 1, 30, "illustrative"),
            (
                "rebuild_years",
                "Recovery period",
                "years",
                4,
                "count",
                1,
                30,
                "illustrative; 155 mm shells: from 14,400 a month (2022) to 100,000 asked by 2025",
            ),
        ),
        COLUMNS,
    )
    value = f"({_own('price')}-{_own('variable_cost')})*{_own('capacity')}*{_own('contract_share')}"
    ready = f"{_own('idle_cost')}*{_own('fixed_cost')}"
    rate = _own("treasury_rate")
    row = lay(
        sheet,
        [
            scalar("left", "Capability left", "%", "=(1-{decay})^{idle_years}", "share"),
            scalar(
                "lapse_value",
                "Value of a full year's contracted output, after variable cost",
                "$m a year",
                f"={value}",
            ),
            scalar(
                "lapse_cost",
                "Output lost while it is rebuilt (LAPSE_COST)",
                "$m",
                f"=LAPSE_COST({rate},{{lapse_value}},{{decay}},{{idle_years}},{{rebuild_years}})",
                "total number",
            ),
            scalar(
                "kept_cost",
                "Keeping the idle plant warm over those years",
                "$m",
                f"=-FV({rate},{{idle_years}},{ready})",
                "total number",
            ),
            scalar(
                "lapse_ratio",
                "Loss per $ of keeping it warm",
                "$",
                '=IF({kept_cost}>0,{lapse_cost}/{kept_cost},"n/a")',
                "number2",
            ),
        ],
        row,
        COLUMNS,
    )
    return finding(
        sheet,
        row,
        "lapse",
        '="A lapse of "&{idle_years}&" years loses $m "&TEXT({lapse_cost},"#,##0")&" of output;'
        ' keeping the plant warm costs $m "&TEXT({kept_cost},"#,##0")&":'
        ' "&IF({lapse_cost}>{kept_cost},"keeping it warm pays","letting it lapse is cheaper")',
    )


def _surge(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
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
    unit = _own("price")
    row = lay(
        sheet,
        [
            scalar(
                "surge_volume", "Surge output a year", "volume", f"={{spare}}*{_own('capacity')}"
            ),
            scalar(
                "surge_gain",
                "Gain to the buyer in a crisis",
                "$m",
                f"={{surge_volume}}*({{surge_worth}}*{unit}-{_own('variable_cost')})*{{crisis_years}}",
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
                f"={{spare}}*({_own('fixed_cost')}+{_own('treasury_rate')}*{_own('capex')})",
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


def _factory_first(
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
        ("first_carry", "Fixed cost of the empty plant", "$m", f"={_own('fixed_cost')}*{annuity}", "number"),
        ("first_left", "What the empty plant sells for then", "$m", of_studied("{[case]!collateral_sold}") + f"*{later}", "number"),
        ("first_lost", "Lost if the orders never come", "$m", "={first_cost}+{first_carry}-{first_left}", "total number"),
        ("first_belief", "Building ahead pays from this probability of orders", "%", _pays_from("{first_lost}"), "total share"),
        ("first_crisis", "What a crisis is worth to him while the plant is empty", "$m",
         f"=IF({{spare}}>0,{{first_share}}*{{crisis}}*{{surge_gain}}/{{spare}}*{annuity},0)", "number"),
        ("first_belief_crisis", "The same with his share of a crisis", "%", _pays_from("({first_lost}-{first_crisis})"), "share"),
        ("first_units", "Output that the public waits for", "volume",
         f"={_own('capacity')}*{_own('utilisation')}*{{first_wait}}", "integer"),
        ("first_units_worth", "Its worth to the buyer", "$m",
         f"={{first_units}}*{_own('price')}*{_own('buyer_value')}", "number"),
    )  # fmt: skip
    row = lay(
        sheet,
        [scalar(key, label, unit, formula, style) for key, label, unit, formula, style in rows],
        row,
        COLUMNS,
    )
    return finding(sheet, row, "first", FIRST_FOUND)
