"""The Sensitivity sheet: tornado, two-way grid, break-evens, rate shock, refinancing, termination, simulation, customer book.

One case is looked at (a blue cell); each table is one function call, and the refinancing test is native.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from templates.book import Book, Chart, Series, Sheet, TimeColumns, Validation, address, area
from templates.rows import CONSTANT, FIRST_TIME_COLUMN, LABEL, TOTAL, UNIT, Row, lay, scalar
from templates.settings import Settings, keep
from templates.sheets import frame
from templates.styles import PALETTE
from udfs.deal import INPUTS, KEYS, YEARS, param_of
from udfs.measures import MEASURES

WIDE = 9
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, WIDE)
G = FIRST_TIME_COLUMN
# input, how it moves, low and high move
SWINGS: tuple[tuple[str, str, float, float], ...] = (
    ("capex", "times", 0.90, 1.10),
    ("delay_months", "plus", 0, 6),
    ("price", "times", 0.90, 1.10),
    ("price_floor", "times", 0.90, 1.10),
    ("market_price", "times", 0.80, 1.20),
    ("utilisation", "times", 0.90, 1.05),
    ("variable_cost", "times", 0.90, 1.10),
    ("fixed_cost", "times", 0.90, 1.10),
    ("base_rate", "plus", -0.01, 0.01),
    ("renewal", "plus", -0.05, 0.05),
    ("public_offtake_years", "plus", -3, 3),
    ("coverage", "plus", -0.10, 0.10),
)
SHOWN = (
    "min_dscr",
    "avg_dscr",
    "llcr",
    "headroom",
    "permitted_debt",
    "all_in_rate",
    "shortfall_probability",
    "equity_irr_expected",
    "public_cost",
)
PAIR = (("utilisation", (0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 1.00)), ("base_rate", (0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09)))
SHOCKS, HEDGES = (-0.01, 0.0, 0.01, 0.02, 0.03), (0.0, 0.25, 0.5, 0.75, 1.0)
TERMINATIONS, SETTLEMENTS = (0.0, 0.005, 0.01, 0.02, 0.05), (0.0, 0.25, 0.5, 0.75, 1.0)
# what is asked, key (or formula), measure, target
BREAKEVENS: tuple[tuple[str, str, str, str], ...] = (
    ("Lowest utilisation at the minimum DSCR", "utilisation", "min_dscr", "{at_limit_min_dscr}"),
    ("Lowest price (or floor, in a band) at the minimum DSCR", "", "min_dscr", "{at_limit_min_dscr}"),
    ("Fewest years of public offtake that pass every test", "public_offtake_years", "headroom", "0"),
    ("Least guarantee coverage that passes every test", "coverage", "headroom", "0"),
    ("Longest delay that passes every test", "delay_months", "headroom", "0"),
    ("Largest cost overrun that leaves the sponsor's expected IRR at the rate of the debt", "overrun", "equity_irr_expected", "{at_rate}"),
    ("Lowest renewal probability at which expected cash flow covers debt service", "renewal", "min_dscr_expected", "1"),
)
FAN_PATHS = 2000
LAST_YEAR = f"{{Timeline!year#{YEARS}}}"
BOOK = 10  # buyers in the book shown


def default_case(n: int) -> int:
    """The last of three or more cases (that with support), otherwise the second."""
    return n if n >= 3 else min(2, n)


def extra_block(n: int) -> tuple[str, str, Callable[[str], str]]:
    """The block of the case looked at here."""

    def looked_at(key: str) -> str:
        return "=CHOOSE({Sensitivity!case}," + ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1)) + ")"

    return ("sensitive", "Case on Sensitivity", looked_at)


def own(key: str) -> str:
    """The value of an input in the case looked at."""
    return f"{{Deals!sensitive_{key}}}"


def lay_sensitivity(book: Book, names: Sequence[str], deal: str, settings: Settings, paper: str) -> None:
    """The sheet; `names` are the case sheets, `deal` the block of the case looked at."""
    n = len(names)
    sheet = frame.time_sheet(
        book, "Sensitivity", "Sensitivity: what moves the decision, and how far it holds", COLUMNS, "", "0072B2", paper
    )
    for i in range(WIDE):
        sheet.put(frame.HEAD_ROW, G + i, None, "heading")
    sheet.put(frame.HEAD_ROW, TOTAL, "Key", "heading")
    row = frame.FIRST_ROW
    frame.band_row(sheet, row, "Case and figure", COLUMNS.last, "heading", "1")
    case = settings.place("sensitivity_case", default_case(n), n)
    measure = settings.take("sensitivity_measure", ["min_dscr"])
    names_of = ",".join(f"{{Inputs!case_name_{i}}}" for i in range(1, n + 1))
    row = lay(
        sheet,
        [
            scalar("case", "Case looked at, by its place among the cases", "place", case, "input count"),
            scalar("case_name", "Its name", "", f"=CHOOSE({{case}},{names_of})", "text"),
            scalar("measure", "Figure of tornado and grid", "", measure[0] if measure[0] in MEASURES else "min_dscr", "input choice"),
            scalar("base", "The figure as it stands", "", f"={_as_it_stands(n)}", "total number2"),
            scalar("at_limit_min_dscr", "Minimum DSCR asked", "x", f"={own('limit_min_dscr')}", "multiple"),
            scalar(
                "at_rate",
                "All-in rate of the debt",
                "% a year",
                "=CHOOSE({case}," + ",".join(f"{{Summary!term_rate_{i}}}" for i in range(1, n + 1)) + ")",
                "rate",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    _input(book, sheet, "case", "sensitivity_case", Validation((0, 0, 0, 0), "whole", 1, n, title="Case", error=f"From 1 to {n}."))
    listed = Validation((0, 0, 0, 0), "list", choices=SHOWN, title="Figure", error="Choose from the list.")
    _input(book, sheet, "measure", "sensitivity_measure", listed)
    row = _tornado(book, sheet, row + 1, deal, settings)
    row = _pair(book, sheet, row + 1, deal, settings)
    row = _breakevens(sheet, row + 1, deal)
    row = _fixed_grid(
        sheet,
        row + 1,
        "5",
        "Minimum DSCR after a shock to the base rate (down), by share hedged (across)",
        "base_rate_shock",
        SHOCKS,
        "rate",
        "hedge_ratio",
        HEDGES,
        "min_dscr",
        "multiple",
        deal,
        "shock",
    )
    row = _refinancing(book, sheet, row + 1, names, settings)
    row = _fixed_grid(
        sheet,
        row + 1,
        "7",
        "Minimum DSCR on expected revenue, by yearly termination for convenience (down) and settlement (across)",
        "termination",
        TERMINATIONS,
        "share",
        "termination_settlement",
        SETTLEMENTS,
        "min_dscr_expected",
        "multiple",
        deal,
        "terminated",
    )
    sheet.put(
        row,
        LABEL,
        "Firm years are firm as to term, not against termination (FAR 52.249). Settlement: share of that year's contracted revenue.",
        "note",
    )
    row = _fan(sheet, row + 2, deal, book, settings)
    _customers(book, sheet, row + 1, settings)
    sheet.widths |= {CONSTANT: 22, TOTAL: 22, LABEL: 62} | {G + i: 20 for i in range(WIDE)}


def _as_it_stands(n: int) -> str:
    """The measure chosen, of the case looked at, out of its DEAL_METRICS on Deals."""
    names = list(MEASURES)
    place = f"MATCH({{measure}},{{Lists!measure_{names[0]}}}:{{Lists!measure_{names[-1]}}},0)"
    found = (f"INDEX({{Deals!m_{names[0]}_{i}}}:{{Deals!m_{names[-1]}_{i}}},{place})" for i in range(1, n + 1))
    return "CHOOSE({case}," + ",".join(found) + ")"


def _input(book: Book, sheet: Sheet, key: str, name: str, validation: Validation) -> None:
    """Make a laid scalar a kept, validated blue cell."""
    from dataclasses import replace

    place = sheet.placed[key]
    spot = (place.row, place.col, place.row, place.col)
    keep(book, sheet, name, *spot)
    sheet.validations.append(replace(validation, range=spot, blank_allowed=False))


def _heads(sheet: Sheet, row: int, texts: Sequence[str], first: int = G) -> None:
    for i, text in enumerate(texts):
        sheet.put(row, first + i, text, "band right")


def _tornado(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """Inputs with their ranges, the tornado sorted by swing, and its chart."""
    frame.band_row(sheet, row, "Tornado", COLUMNS.last, "heading", "2")
    frame.band_row(sheet, row + 1, "Ranges: yours to set", COLUMNS.last)
    sheet.put(row + 1, CONSTANT, "In the case", "band right")
    _heads(sheet, row + 1, ("Moves by", "Low move", "High move", "Low", "High"))
    first, count = row + 2, len(SWINGS)
    lows = settings.take("sensitivity_low", [low for _, _, low, _ in SWINGS])
    highs = settings.take("sensitivity_high", [high for _, _, _, high in SWINGS])
    meta = {field.name: field.metadata for field in INPUTS}
    for k, (key, how, _, _) in enumerate(SWINGS):
        at = first + k
        style = {"count": "count", "probability": "share", "rate": "rate"}.get(
            param_of(key).kind, "price" if meta[key]["unit"] == "$m a unit" else "number2"
        )
        sheet.put(at, LABEL, meta[key]["label"])
        sheet.put(at, UNIT, meta[key]["unit"], "unit")
        sheet.put(at, CONSTANT, f"={own(key)}", style)
        sheet.put(at, TOTAL, key, "grey")
        sheet.put(at, G, how, "grey")
        moved = "input multiple" if how == "times" else f"input {style}"
        sheet.put(at, G + 1, lows[k], moved)
        sheet.put(at, G + 2, highs[k], moved)
        for side in (0, 1):
            base, move = address(at, CONSTANT), address(at, G + 1 + side)
            inner = f'IF({address(at, G)}="times",{base}*{move},{base}+{move})'
            if param_of(key).high < 1e6:
                inner = f"MIN({{Inputs!most_{key}}},{inner})"
            sheet.put(at, G + 3 + side, f"=MAX({{Inputs!least_{key}}},{inner})", style)
    last = first + count - 1
    keep(book, sheet, "sensitivity_low", first, G + 1, last, G + 1)
    keep(book, sheet, "sensitivity_high", first, G + 2, last, G + 2)
    keys, low, high = (area(first, col, last, col, True) for col in (TOTAL, G + 3, G + 4))
    row = last + 2
    frame.band_row(sheet, row, "Sorted by swing", COLUMNS.last)
    _heads(sheet, row, ("Key", "At low", "At high", "Swing", "Low less base", "High less base"))
    top = row + 1
    sheet.array(top, G, count, 4, f"=TORNADO({deal},{keys},{low},{high},{{measure}})", "number2")
    for k in range(count):
        at = top + k
        sheet.cells[at, G].style = "grey"
        # &"" since LibreOffice finds no text equal that comes from a function's array as it is
        sheet.put(at, LABEL, f'=INDEX({area(first, LABEL, last, LABEL, True)},MATCH({address(at, G)}&"",{keys},0))')
        for side in (0, 1):
            value = address(at, G + 1 + side)
            sheet.put(at, G + 4 + side, f"=IF(AND(ISNUMBER({value}),ISNUMBER({{base}})),{value}-{{base}},0)", "number2")
    end = top + count - 1
    moved = f'TEXT(ABS({address(top, G + 3)}),"#,##0.00")'
    sheet.put(end + 1, LABEL, f'="Tornado of "&{{measure}}&": "&{address(top, LABEL)}&" moves it most, by "&{moved}')
    sheet.mark("finding_tornado", end + 1, LABEL)
    name = f"Sensitivity!{area(top, LABEL, end, LABEL, True)}"
    series = tuple(
        Series(label, f"Sensitivity!{area(top, G + 4 + side, end, G + 4 + side, True)}", name, PALETTE[side])
        for side, label in enumerate(("Low", "High"))
    )
    sheet.charts.append(
        Chart(
            "stacked bar",
            "{finding_tornado}",
            series,
            end + 2,
            LABEL,
            900,
            380,
            "",
            "change of the figure",
            "0",
            "#,##0.0",
            alt_text="Tornado of the figure chosen",
        )
    )
    return end + 22


def _pair(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The two-way grid over a pair of inputs of the reader's choice."""
    frame.band_row(sheet, row, '="Two-way grid of "&{measure}&": choose the inputs and their values"', COLUMNS.last, "heading", "3")
    down, across = (settings.take(f"sensitivity_{side}_key", [key]) for side, (key, _) in zip(("down", "across"), PAIR, strict=True))
    rows = [
        scalar("down_key", "Input down the rows", "key", down[0] if down[0] in KEYS else PAIR[0][0], "input choice"),
        scalar("across_key", "Input across the columns", "key", across[0] if across[0] in KEYS else PAIR[1][0], "input choice"),
    ]
    row = lay(sheet, rows, row + 1, COLUMNS)
    keys = f"=Deals!{area(frame.FIRST_ROW, 1, frame.FIRST_ROW + len(KEYS) - 1, 1, True)}"
    for side in ("down", "across"):
        _input(
            book,
            sheet,
            f"{side}_key",
            f"sensitivity_{side}_key",
            Validation((0, 0, 0, 0), "list", formula=keys, title="Input", error="Choose a key from the list."),
        )
    size = len(PAIR[0][1])
    values = [settings.take(f"sensitivity_{side}_values", list(given)) for side, (_, given) in zip(("down", "across"), PAIR, strict=True)]
    for i in range(size):
        sheet.put(row, G + i, values[1][i], "input general")
        sheet.put(row + 1 + i, TOTAL, values[0][i], "input general")
    keep(book, sheet, "sensitivity_across_values", row, G, row, G + size - 1)
    keep(book, sheet, "sensitivity_down_values", row + 1, TOTAL, row + size, TOTAL)
    one, other = area(row + 1, TOTAL, row + size, TOTAL, True), area(row, G, row, G + size - 1, True)
    sheet.array(row + 1, G, size, size, f"=SENS_GRID({deal},{{down_key}},{one},{{across_key}},{other},{{measure}})", "number2")
    heat(sheet, row + 1, G, size, size)
    return row + size + 1


def heat(sheet: Sheet, row: int, col: int, height: int, width: int, good_is_high: bool = True) -> None:
    """A heat map over a grid: darker is more."""
    from templates.book import Conditional

    sheet.conditionals.append(Conditional((row, col, row + height - 1, col + width - 1), "two_colours"))


def _breakevens(sheet: Sheet, row: int, deal: str) -> int:
    """How far each input may move before a test fails."""
    frame.band_row(sheet, row, "Break-evens: everything else unchanged", COLUMNS.last, "heading", "4")
    frame.band_row(sheet, row + 1, "Question", COLUMNS.last)
    sheet.put(row + 1, CONSTANT, "In the case", "band right")
    sheet.put(row + 1, TOTAL, "Key", "band")
    _heads(sheet, row + 1, ("Measure", "Target", "Break-even"))
    first, last = row + 2, row + 1 + len(BREAKEVENS)
    keys, measures, targets = (area(first, col, last, col, True) for col in (TOTAL, G, G + 1))
    asked = f'=IF({{Checks!live}}=1,IFERROR(BREAKEVEN({deal},{keys},{measures},{targets}),"none in range"),"no add-in")'
    sheet.array(first, G + 2, len(BREAKEVENS), 1, asked, "number")
    for k, (question, key, measure, target) in enumerate(BREAKEVENS):
        at = first + k
        style = {"count": "count", "probability": "share", "rate": "rate"}.get(param_of(key).kind, "number2") if key else "price"
        band = f"{own('price_basis')}={{Lists!list_price_basis#2}}"
        sheet.put(at, LABEL, question)
        sheet.put(at, CONSTANT, f"={own(key)}" if key else f"=IF({band},{own('price_floor')},{own('price')})", style)
        sheet.put(at, TOTAL, key if key else f'=IF({band},"price_floor","price")', "grey")
        sheet.put(at, G, measure, "grey")
        sheet.put(at, G + 1, f"={target}" if "{" in target else float(target), "number2")
        sheet.cells[at, G + 2].style = f"total {style}"
        sheet.mark(f"breakeven_{k + 1}", at, G + 2)
        sheet.mark(f"own_breakeven_{k + 1}", at, CONSTANT)
    at = last + 1
    sheet.put(at, LABEL, "Tariff on the rival at which the home price meets the contract price")
    sheet.put(at, CONSTANT, f"={own('tariff')}", "share")
    sheet.put(at, G, "price", "grey")
    sheet.put(at, G + 1, f"={own('price')}", "number2")
    tariff = f"BREAKEVEN_TARIFF({own('price')},{own('market_price')},{own('tariff_pass_through')})"
    sheet.put(at, G + 2, f'=IF({{Checks!live}}=1,IFERROR({tariff},"none in range"),"no add-in")', "total share")
    sheet.mark("breakeven_tariff", at, G + 2)
    sheet.put(at + 1, LABEL, '"none in range": the target is met throughout, or nowhere, between the bounds of the input.', "note")
    return at + 2


def _fixed_grid(
    sheet: Sheet,
    row: int,
    section: str,
    title: str,
    down: str,
    down_values: Sequence[float],
    down_style: str,
    across: str,
    across_values: Sequence[float],
    measure: str,
    style: str,
    deal: str,
    key: str,
) -> int:
    """A two-way grid over a fixed pair."""
    frame.band_row(sheet, row, title, COLUMNS.last, "heading", section)
    for j, value in enumerate(across_values):
        sheet.put(row + 1, G + j, value, "input share")
    sheet.put(row + 1, CONSTANT, down, "grey")
    sheet.put(row + 1, TOTAL, across, "grey")
    for i, value in enumerate(down_values):
        sheet.put(row + 2 + i, TOTAL, value, f"input {down_style}")
        sheet.mark_path(f"{key}_{i + 1}", row + 2 + i, TimeColumns(G, len(across_values)))
    one = area(row + 2, TOTAL, row + 1 + len(down_values), TOTAL, True)
    other = area(row + 1, G, row + 1, G + len(across_values) - 1, True)
    a, b = address(row + 1, CONSTANT, True), address(row + 1, TOTAL, True)
    sheet.array(row + 2, G, len(down_values), len(across_values), f'=SENS_GRID({deal},{a},{one},{b},{other},"{measure}")', style)
    heat(sheet, row + 2, G, len(down_values), len(across_values))
    return row + 2 + len(down_values)


def _refinancing(book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings) -> int:
    """Could what is left at maturity be refinanced: debt yield and loan to value, in native formulas, case by case."""
    frame.band_row(sheet, row, "Refinancing of a balloon at maturity", COLUMNS.last, "heading", "6")
    n = len(names)
    for i in range(n):
        sheet.put(row, G + i, f"={{Inputs!case_name_{i + 1}}}", "heading right")
    given = (
        ("balloon_tested", "Balloon tested, where the case has less", "%", 0.30, "share", 0, 0.95),
        ("cap_rate", "Yield at which a buyer values the plant", "% a year", 0.09, "rate", 0.001, 0.5),
        ("least_debt_yield", "Least debt yield of a refinancing lender", "% a year", 0.10, "rate", 0, 1),
        ("most_ltv", "Most loan to value", "%", 0.65, "share", 0, 1),
    )
    row = lay(
        sheet,
        [
            scalar(k, label, unit, settings.take(f"sensitivity_{k}", [value])[0], f"input {style}")
            for k, label, unit, value, style, _, _ in given
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, _, _, _, low, high in given:
        _input(
            book,
            sheet,
            key,
            f"sensitivity_{key}",
            Validation((0, 0, 0, 0), "decimal", low, high, title=label[:32], error=f"From {low:g} to {high:g}."),
        )
    rows = (
        ("refi_balance", "Left to refinance", "$m", "MAX({C!balloon},{balloon_tested})*{C!debt}", "number"),
        (
            "refi_cfads",
            "CFADS of the year after, lender's view",
            "$m",
            "INDEX({C!lender_cfads:},MIN(ROWS({C!year:})*COLUMNS({C!year:}),{C!tenor}+1))",
            "number",
        ),
        ("refi_yield", "Debt yield", "%", 'IF({refi_balance_#}>0,{refi_cfads_#}/{refi_balance_#},"n/a")', "share"),
        (
            "refi_value",
            "Value to a buyer of the CFADS after maturity",
            "$m",
            "MAX(0,SUMPRODUCT(({C!year:}>{C!tenor})*{C!lender_cfads:},(1+{cap_rate})^-({C!year:}-{C!tenor})))",
            "number",
        ),
        ("refi_ltv", "Loan to value", "%", 'IF({refi_value_#}>0,{refi_balance_#}/{refi_value_#},"n/a")', "share"),
        (
            "refi_verdict",
            "Could be refinanced",
            "",
            'IF(ISNUMBER({refi_ltv_#}),IF(AND({refi_yield_#}>={least_debt_yield},{refi_ltv_#}<={most_ltv}),"yes","no"),"no")',
            "right",
        ),
    )
    for key, label, unit, formula, style in rows:
        sheet.put(row, LABEL, label)
        sheet.put(row, UNIT, unit or None, "unit")
        for i, name in enumerate(names):
            sheet.put(row, G + i, "=" + formula.replace("{C!", f"{{{name}!").replace("_#}", f"_{i + 1}}}"), style)
            sheet.mark(f"{key}_{i + 1}", row, G + i)
        row += 1
    return row


def _fan(sheet: Sheet, row: int, deal: str, book: Book, settings: Settings) -> int:
    """The simulated DSCR by year and the probability of a shortfall."""
    frame.band_row(sheet, row, "Simulation: prices, demand, renewals and the build go their own ways", COLUMNS.last, "heading", "8")
    given = (
        ("fan_paths", "Paths", "paths", FAN_PATHS, "count", 100, 100000),
        ("fan_seed", "Seed", "number", 1, "count", 1, 1000000),
        ("fan_volume_vol", "Volatility of demand", "a year", 0.10, "share", 0, 2),
        ("fan_overrun", "Mean cost overrun", "%", 0.05, "share", 0, 1),
        ("fan_delay", "Mean delay", "months", 2, "count", 0, 24),
    )
    row = lay(
        sheet,
        [
            scalar(k, label, unit, settings.take(f"sensitivity_{k}", [value])[0], f"input {style}")
            for k, label, unit, value, style, _, _ in given
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, _, _, _, low, high in given:
        _input(
            book,
            sheet,
            key,
            f"sensitivity_{key}",
            Validation((0, 0, 0, 0), "decimal", low, high, title=label[:32], error=f"From {low:g} to {high:g}."),
        )
    levels = settings.take("sensitivity_percentiles", [0.1, 0.5, 0.9])
    sheet.put(row, LABEL, "Percentiles shown (0.1 is the bad one in ten)")
    for i, level in enumerate(levels):
        sheet.put(row, G + i, level, "input share")
    keep(book, sheet, "sensitivity_percentiles", row, G, row, G + 2)
    wanted = area(row, G, row, G + 2, True)
    row += 1
    height = YEARS + 2
    call = f"=DEAL_FAN({deal},{{fan_paths}},{{fan_seed}},{wanted},{{fan_volume_vol}},,,{{fan_overrun}},{{fan_delay}},{LAST_YEAR})"
    sheet.array(row, G, height, 6, call, "multiple")
    for i in range(height):
        for j in range(6):
            sheet.cells[row + i, G + j].style = "band right" if i == 0 else ("count" if j == 0 else "multiple" if j <= 3 else "share")
    sheet.mark("fan_any_year", row + height - 1, G + 4)
    sheet.mark("fan_error", row + height - 1, G + 5)
    end = row + height
    sheet.put(
        end,
        LABEL,
        '="On simulated paths DSCR falls below 1 in some year with "&TEXT({fan_any_year},"0.0%")'
        '&" (standard error "&TEXT({fan_error},"0.0%")&")"',
    )
    sheet.mark("finding_fan", end, LABEL)
    years = f"Sensitivity!{area(row + 1, G, row + 20, G, True)}"
    series = tuple(
        Series(label, f"Sensitivity!{area(row + 1, G + 1 + j, row + 20, G + 1 + j, True)}", years, PALETTE[k])
        for j, (label, k) in enumerate((("Bad: low percentile", 3), ("Middle", 0), ("Good: high percentile", 2)))
    )
    sheet.charts.append(
        Chart(
            "line",
            "{finding_fan}",
            series,
            row + 1,
            LABEL,
            470,
            380,
            "Year of operation",
            "DSCR",
            "0",
            '0.0"x"',
            alt_text="Simulated DSCR by year at three percentiles",
        )
    )
    return end + 1


def _customers(book: Book, sheet: Sheet, row: int, settings: Settings) -> int:
    """One buyer against many, one budget against many."""
    frame.band_row(sheet, row, "Customer book: one buyer or many, one budget or many", COLUMNS.last, "heading", "9")
    given = (
        ("book_renewal", "Chance that the common causes let a buyer renew", "%", 0.90, "share", 0, 1),
        ("book_own", "Chance that the buyer renews as far as its own cause goes", "%", 0.95, "share", 0, 1),
        ("book_one_budget", "Correlation of the causes under one appropriation", "", 0.90, "share", 0, 1),
        ("book_many_budgets", "Correlation under separate budgets", "", 0.10, "share", 0, 1),
        ("book_share", "Share of revenue that must stay", "%", 0.70, "share", 0, 1),
        ("book_confidence", "With this probability", "%", 0.90, "share", 0, 1),
    )
    row = lay(
        sheet,
        [
            scalar(k, label, unit, settings.take(f"sensitivity_{k}", [value])[0], f"input {style}")
            for k, label, unit, value, style, _, _ in given
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, _, _, _, low, high in given:
        _input(
            book,
            sheet,
            key,
            f"sensitivity_{key}",
            Validation((0, 0, 0, 0), "decimal", low, high, title=label[:32], error=f"From {low:g} to {high:g}."),
        )
    rows: list[Row] = [scalar("book_n", "Buyers in the book shown", "buyers", BOOK, "count")]
    for which, words in (("one_budget", "one budget"), ("many_budgets", "separate budgets")):
        call = f"MIN_CUSTOMERS({{book_renewal}},{{book_{which}}},{{book_share}},{{book_confidence}},,{{book_own}})"
        rows.append(
            scalar(
                f"min_{which}",
                f"Buyers needed under {words}",
                "buyers",
                f'=IF({{Checks!live}}=1,IFERROR({call},"no number is enough"),"no add-in")',
                "total count",
            )
        )
    row = lay(sheet, rows, row, COLUMNS)
    frame.band_row(sheet, row, "Buyers of the book that renew, and with what probability", COLUMNS.last)
    for k, (which, words) in enumerate((("one_budget", "One budget"), ("many_budgets", "Separate budgets"))):
        col = G + 4 * k
        sheet.put(row, col, words, "band right")
        _heads(sheet, row, ("renewed", "probability", "cumulative", "at least"), col)
        call = f"=BOOK_DISTRIBUTION({{book_n}},{{book_renewal}},{{book_{which}}},,,{{book_own}})"
        sheet.array(row + 1, col, BOOK + 1, 4, call, "share")
        for i in range(BOOK + 1):
            sheet.cells[row + 1 + i, col].style = "count"
    first, last = row + 1, row + 1 + BOOK
    at = last + 1
    sheet.put(
        at,
        LABEL,
        f'="Chance that none of "&{{book_n}}&" buyers renews: one budget "&TEXT({address(first, G + 1)},"0.0%")'
        f'&", separate budgets "&TEXT({address(first, G + 5)},"0.0%")',
    )
    sheet.mark("finding_book", at, LABEL)
    names = f"Sensitivity!{area(first, G, last, G, True)}"
    series = (
        Series("One budget", f"Sensitivity!{area(first, G + 1, last, G + 1, True)}", names, PALETTE[3]),
        Series("Separate budgets", f"Sensitivity!{area(first, G + 5, last, G + 5, True)}", names, PALETTE[0]),
    )
    sheet.charts.append(
        Chart(
            "column",
            "{finding_book}",
            series,
            at + 1,
            LABEL,
            900,
            320,
            "buyers that renew",
            "probability",
            "0",
            "0%",
            alt_text="Distribution of renewals under one budget and under separate budgets",
        )
    )
    return at + 18
