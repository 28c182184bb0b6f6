"""The tornado of Sensitivity: inputs with their ranges, sorted by swing, and its chart."""

from __future__ import annotations

from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_columns import COLUMNS, HELP, G, heads, own
from bankable.templates.workbook.book import Book, Chart, Series, Sheet, address, area
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, UNIT
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.deal.deal import param_of

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


def tornado(book: Book, sheet: Sheet, row: int, deal: str, settings: Settings) -> int:
    """Inputs with their ranges, the tornado sorted by swing, and its chart."""
    frame.band_row(sheet, row, '="Tornado of "&{measure}', COLUMNS.last, "heading", "2")
    frame.band_row(sheet, row + 1, "Ranges: yours to set", COLUMNS.last)
    sheet.put(row + 1, CONSTANT, "in the case", "band right")
    sheet.put(row + 1, TOTAL, "moved by", "band right")
    heads(sheet, row + 1, ("low move", "high move", "low", "high"))
    first, count = row + 2, len(SWINGS)
    lows = settings.take("sensitivity_low", [low for _, _, low, _ in SWINGS])
    highs = settings.take("sensitivity_high", [high for _, _, _, high in SWINGS])
    for k, (key, how, _, _) in enumerate(SWINGS):
        at, style = first + k, bounds.kind_of_input(key)
        sheet.put(at, LABEL, bounds.label_of(key))
        sheet.put(at, UNIT, bounds.META[key]["unit"], "unit")
        sheet.put(at, CONSTANT, f"={own(key)}", style)
        sheet.put(at, TOTAL, "a factor" if how == "times" else "a step", "right")
        sheet.put(at, HELP, key, "grey")
        for side, value in enumerate((lows[k], highs[k])):
            sheet.put(at, G + side, value, "input multiple" if how == "times" else f"input {style}")
            base, move = address(at, CONSTANT), address(at, G + side)
            inner = f"{base}*{move}" if how == "times" else f"{base}+{move}"
            if param_of(key).high < 1e6:
                inner = f"MIN({{Inputs!most_{key}}},{inner})"
            sheet.put(at, G + 2 + side, f"=MAX({{Inputs!least_{key}}},{inner})", style)
        sheet.validations.append(bounds.of_move((at, G, at, G + 1), key, how))
    last = first + count - 1
    keep(book, sheet, "sensitivity_low", first, G, last, G)
    keep(book, sheet, "sensitivity_high", first, G + 1, last, G + 1)
    keys, low, high = (area(first, col, last, col, True) for col in (HELP, G + 2, G + 3))
    row = last + 1
    frame.band_row(sheet, row, "Sorted by swing", COLUMNS.last)
    heads(sheet, row, ("at low", "at high", "swing", "to the worse", "to the better"))
    top, end = row + 1, row + count
    sheet.array(
        top, HELP, count, 3, f"=TORNADO({deal},{keys},{low},{high},{{measure_key}})", "number2"
    )
    for k in range(count):
        at = top + k
        for j in range(3):
            sheet.cells[at, HELP + j].style = "grey"
            if j:
                sheet.put(at, G - 1 + j, f"={address(at, HELP + j)}", "number2")
        # &"" since LibreOffice finds no text equal that comes from a function's array as it is
        sheet.put(
            at,
            LABEL,
            f'=INDEX({area(first, LABEL, last, LABEL, True)},MATCH({address(at, HELP)}&"",{keys},0))',
        )
        below, above = address(at, G), address(at, G + 1)
        known = f"AND(ISNUMBER({below}),ISNUMBER({above}),ISNUMBER({{base}}))"
        down, up = (f"{name}(0,{below}-{{base}},{above}-{{base}})" for name in ("MIN", "MAX"))
        sheet.put(
            at,
            G + 2,
            f'=IF(AND(ISNUMBER({below}),ISNUMBER({above})),ABS({above}-{below}),"n/a")',
            "number2",
        )
        sheet.put(at, G + 3, f"=IF({known},IF({{better}}<0,{up},{down}),0)", "number2")
        sheet.put(at, G + 4, f"=IF({known},IF({{better}}<0,{down},{up}),0)", "number2")
    bounds.show_as(sheet, (top, G, end, G + 4), "{measure_kind}")
    worse, better = address(top, G + 3), address(top, G + 4)
    sheet.put(
        top, HELP + 3, f"=IF(ROUND(ABS({worse})-ABS({better}),9)>=0,{worse},{better})", "grey"
    )
    sheet.mark("largest_move", top, HELP + 3)
    name = address(top, LABEL)
    sheet.put(
        end + 1,
        LABEL,
        '={measure}&IF({largest_move}=0,": none of these inputs moves it",": moved most by'
        f' "&LOWER(LEFT({name},1))&MID({name},2,99)&"'
        f' ("&{bounds.said("{largest_move}", "{measure_kind}", True)}&")")',
        "bold",
    )
    sheet.mark("finding_tornado", end + 1, LABEL)
    labels = f"Sensitivity!{area(top, LABEL, end, LABEL, True)}"
    series = tuple(
        Series(
            label, f"Sensitivity!{area(top, G + 3 + side, end, G + 3 + side, True)}", labels, colour
        )
        for side, (label, colour) in enumerate((("Worse", PALETTE[3]), ("Better", PALETTE[0])))
    )
    sheet.charts.append(
        Chart(
            "stacked bar",
            "{finding_tornado}",
            series,
            end + 2,
            LABEL,
            1000,
            400,
            "",
            "change of the figure",
            "0",
            "General",
            alt_text=(
                "Tornado: how much worse or better the chosen figure gets when each input moves"
                " between its low and high"
            ),
        )
    )
    return end + 23
