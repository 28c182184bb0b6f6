"""How far the case on Sensitivity holds: break-evens, a rate shock after close, refinancing,
termination for convenience.

Each table is one function call; the refinancing test is native.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.workbook.book import Book, Conditional, Sheet, TimeColumns, address, area
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    TOTAL,
    lay,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.deal.measures import MEASURES

G = FIRST_TIME_COLUMN
LAST = G + 8
HELP = LAST + 2
SHOCKS, HEDGES = (-0.01, 0.0, 0.01, 0.02, 0.03), (0.0, 0.25, 0.5, 0.75, 1.0)
TERMINATIONS, SETTLEMENTS = (0.0, 0.005, 0.01, 0.02, 0.05), (0.0, 0.25, 0.5, 0.75, 1.0)
# what is asked, key (none: floor or price, as the contract has it), measure, target, the number
# format of the target
BREAKEVENS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "Lowest utilisation at the minimum DSCR",
        "utilisation",
        "min_dscr",
        "{at_limit_min_dscr}",
        "multiple",
    ),
    (
        "Lowest price (or floor, in a band) at the minimum DSCR",
        "",
        "min_dscr",
        "{at_limit_min_dscr}",
        "multiple",
    ),
    (
        "Fewest years of public offtake that pass every test",
        "public_offtake_years",
        "least_room",
        "0",
        "rate",
    ),
    (
        "Guarantee coverage nearest to the case's that just passes every test",
        "coverage",
        "least_room",
        "0",
        "rate",
    ),
    ("Longest delay that passes every test", "delay_months", "least_room", "0", "rate"),
    (
        "Largest cost overrun at which the sponsor earns the rate of the debt",
        "overrun",
        "equity_irr_expected",
        "{at_rate}",
        "rate",
    ),
    (
        "Lowest renewal probability at which expected cash flow covers debt service",
        "renewal",
        "min_dscr_expected",
        "1",
        "multiple",
    ),
)


def own(key: str) -> str:
    """The value of an input in the case looked at."""
    return f"{{Deals!sensitive_{key}}}"


def heads(sheet: Sheet, row: int, texts: Sequence[str], first: int = G) -> None:
    """Column heads over figures."""
    for i, text in enumerate(texts):
        sheet.put(row, first + i, text, "band right")


def kept_scalars(
    book: Book,
    sheet: Sheet,
    row: int,
    settings: Settings,
    given: Sequence[tuple[str, str, str, float, str, float, float]],
) -> int:
    """Kept blue scalars with bounds: key, label, unit, value, format, min, max."""
    columns = TimeColumns(G, LAST - G + 1)
    rows = [
        scalar(k, label, unit, settings.take(f"sensitivity_{k}", [value])[0], f"input {style}")
        for k, label, unit, value, style, _, _ in given
    ]
    row = lay(sheet, rows, row, columns)
    for key, label, _, _, style, low, high in given:
        spot = bounds.kept_cell(book, sheet, key, f"sensitivity_{key}")
        sheet.validations.append(bounds.between(spot, label, low, high, style == "count"))
    return row


def break_evens(sheet: Sheet, row: int, n: int, deal: str) -> int:
    """How far each input may move before a test fails."""
    frame.band_row(
        sheet, row, "Break-evens: one input moved, everything else unchanged", LAST, "heading", "4"
    )
    frame.band_row(sheet, row + 1, "Question", LAST)
    heads(sheet, row + 1, ("in the case", "break-even"), CONSTANT)
    sheet.put(row + 1, G, "where the figure meets its target", "band")
    first, last = row + 2, row + 1 + len(BREAKEVENS)
    keys, measures, targets, _, otherwise = (
        area(first, HELP + j, last, HELP + j, True) for j in range(5)
    )
    asked = (
        f'=IF({{Checks!live}}=1,IFERROR(BREAKEVEN({deal},{keys},{measures},{targets}),{otherwise}),"no'
        ' add-in")'
    )
    sheet.array(first, TOTAL, len(BREAKEVENS), 1, asked, "number")
    band = f"{own('price_basis')}={{Lists!list_price_basis#2}}"
    for k, (question, key, measure, target, shown) in enumerate(BREAKEVENS):
        at = first + k
        style = bounds.kind_of_input(key) if key else "price"
        style = "level" if style == "share" else style
        sheet.put(at, LABEL, question)
        sheet.put(
            at,
            CONSTANT,
            f"={own(key)}" if key else f"=IF({band},{own('price_floor')},{own('price')})",
            style,
        )
        sheet.cells[at, TOTAL].style = f"total {style}"
        sheet.put(at, HELP, key if key else f'=IF({band},"price_floor","price")', "grey")
        sheet.put(at, HELP + 1, measure, "grey")
        sheet.put(at, HELP + 2, f"={target}" if "{" in target else float(target), "grey")
        now, wanted = (address(at, HELP + j) for j in (3, 2))
        sheet.put(
            at,
            HELP + 3,
            "=CHOOSE({case},"
            + ",".join(f"{{Deals!m_{measure}_{i}}}" for i in range(1, n + 1))
            + ")",
            "grey",
        )
        met = f"IF(ISNUMBER({now}),{now}>={wanted},FALSE)"
        sheet.put(at, HELP + 4, f'=IF({met},"met throughout","met nowhere")', "grey")
        form = {"multiple": '"0.00""x"""', "rate": '"0.00%"'}.get(shown, '"#,##0.0"')
        what = MEASURES[measure].words
        texts = [f"IF(ISNUMBER({cell}),TEXT({cell},{form}),{cell})" for cell in (wanted, now)]
        sheet.put(at, G, f'="{what}: "&{texts[0]}&", in the case "&{texts[1]}', "grey")
        sheet.mark(f"breakeven_{k + 1}", at, TOTAL)
        sheet.mark(f"own_breakeven_{k + 1}", at, CONSTANT)
    at = last + 1
    sheet.put(at, LABEL, "Tariff on the rival at which the home price meets the contract price")
    sheet.put(at, CONSTANT, f"={own('tariff')}", "level")
    sheet.put(at, G, f'="Contract price of $m "&TEXT({own("price")},"0.0000")&" a unit"', "grey")
    tariff = f"BREAKEVEN_TARIFF({own('price')},{own('market_price')},{own('tariff_pass_through')})"
    sheet.put(
        at,
        TOTAL,
        f'=IF({{Checks!live}}=1,IFERROR({tariff},"met nowhere"),"no add-in")',
        "total level",
    )
    sheet.mark("breakeven_tariff", at, TOTAL)
    sheet.put(
        at + 1,
        LABEL,
        "Met throughout, or nowhere: between the bounds of the input the figure never crosses its"
        " target.",
        "note",
    )
    return at + 2


def rate_shock(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The base rate moves once the loan is closed."""
    title = (
        "=\"Minimum DSCR, lender's view, after a base-rate rise once the loan is closed; red: below"
        ' "&TEXT({at_limit_min_dscr},"0.00")&"x"'
    )
    sides = (("base_rate_shock", SHOCKS, "rate"), ("hedge_ratio", HEDGES, "share"))
    return _fixed_grid(
        book,
        sheet,
        row,
        "5",
        title,
        sides,
        "min_dscr",
        "={at_limit_min_dscr}",
        deal,
        "shock",
        settings,
    )


def termination(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """The buyer may end the contract for its convenience."""
    title = (
        "Minimum DSCR on expected revenue if the buyer may terminate for convenience; red: debt"
        " service not covered"
    )
    sides = (
        ("termination", TERMINATIONS, "rate"),
        ("termination_settlement", SETTLEMENTS, "share"),
    )
    row = _fixed_grid(
        book, sheet, row, "7", title, sides, "min_dscr_expected", 1.0, deal, "terminated", settings
    )
    said = (
        "Firm years are firm as to term, not against termination (FAR 52.249). Settlement: share of"
        " that year's contracted revenue."
    )
    sheet.put(row, LABEL, said, "note")
    return row + 1


def _fixed_grid(
    book: Book,
    sheet: Sheet,
    row: int,
    section: str,
    title: str,
    sides: tuple[tuple[str, Sequence[float], str], tuple[str, Sequence[float], str]],
    measure: str,
    limit: str | float,
    deal: str,
    key: str,
    settings: Settings,
) -> int:
    """A two-way grid over a fixed pair, its first row and column the case as it is; red below the
    limit.
    """
    (down, down_given, down_style), (across, across_given, across_style) = sides
    frame.band_row(sheet, row, title, LAST, "heading", section)
    down_values = settings.take(f"sensitivity_{key}_down", down_given)
    across_values = settings.take(f"sensitivity_{key}_across", across_given)
    head, top, bottom, right = row + 2, row + 3, row + 3 + len(down_values), G + len(across_values)
    sheet.put(row + 1, LABEL, f"Across: {_lowered(bounds.label_of(across))}")
    sheet.put(head, LABEL, f"Down: {_lowered(bounds.label_of(down))}")
    shown = {"rate": "nil rate", "share": "level"}
    sheet.put(row + 1, G, "in the case", "right")
    sheet.put(top, CONSTANT, "in the case", "right")
    sheet.put(head, G, f"={own(across)}", f"headline {shown[across_style]}")
    sheet.put(top, TOTAL, f"={own(down)}", f"headline {shown[down_style]}")
    for j, value in enumerate(across_values):
        sheet.put(head, G + 1 + j, value, f"input {across_style}")
    for i, value in enumerate(down_values):
        sheet.put(top + 1 + i, TOTAL, value, f"input {down_style}")
    for side, name, spot in (
        ("down", down, (top + 1, TOTAL, bottom, TOTAL)),
        ("across", across, (head, G + 1, head, right)),
    ):
        keep(book, sheet, f"sensitivity_{key}_{side}", *spot)
        sheet.validations.append(bounds.of_input(spot, name))
    sheet.put(top, HELP, limit, "grey")
    one, other = area(top, TOTAL, bottom, TOTAL, True), area(head, G, head, right, True)
    call = f'=SENS_GRID({deal},"{down}",{one},"{across}",{other},"{measure}")'
    sheet.array(top, G, bottom - top + 1, right - G + 1, call, "multiple")
    sheet.cells[top, G].style = "framed multiple"
    for i in range(len(down_values)):
        sheet.mark_path(f"{key}_{i + 1}", top + 1 + i, TimeColumns(G + 1, len(across_values)))
    cell, least = address(top, G), address(top, HELP, True)
    spot = (top, G, bottom, right)
    sheet.conditionals.append(
        Conditional(spot, "formula", f"=AND(ISNUMBER({cell}),{cell}<{least})", "fail fill")
    )
    return bottom + 1


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


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
