"""The break-evens of Sensitivity: how far one input may move before a test fails, one function call for all."""

from __future__ import annotations

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_columns import HELP, LAST, G, heads, own
from bankable.templates.workbook.book import Sheet, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL
from bankable.udfs.deal.measures import MEASURES

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
