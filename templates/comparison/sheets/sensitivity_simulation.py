"""The simulation of Sensitivity: the DSCR year by year on paths of chance.

The loan's years are shown, the rest of the table is empty; the chart's points beyond the loan lie
on its last year.
"""

from __future__ import annotations

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import bounds, frame
from bankable.templates.comparison.sheets.sensitivity_columns import (
    HELP,
    LAST,
    G,
    kept_scalars,
    own,
)
from bankable.templates.workbook.book import (
    Book,
    Chart,
    Conditional,
    Series,
    Sheet,
    TimeColumns,
    address,
    area,
)
from bankable.templates.workbook.rows import LABEL, lay, scalar
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE

FAN_PATHS = 2000
LAST_YEAR = "{Timeline!years}"


def simulation(
    book: Book, sheet: Sheet, row: int, deal: str, settings: Settings, time: Periods
) -> int:
    """The simulated DSCR by year and the probability of a shortfall."""
    frame.band_row(
        sheet,
        row,
        "Simulation: prices, demand, renewals and the build go their own ways",
        LAST,
        "heading",
        "8",
    )
    given = (
        ("fan_paths", "Paths", "paths", FAN_PATHS, "count", 100, 100000),
        ("fan_seed", "Seed", "number", 1, "count", 1, 1000000),
        ("fan_volume_vol", "Volatility of demand", "a year", 0.10, "share", 0, 2),
        ("fan_overrun", "Mean cost overrun", "%", 0.05, "share", 0, 1),
        ("fan_delay", "Mean delay", "months", 2, "number", 0, 24),
    )
    row = kept_scalars(book, sheet, row + 1, settings, given)
    levels = settings.take("sensitivity_percentiles", [0.1, 0.5, 0.9])
    sheet.put(row, LABEL, "Percentiles shown: bad, middle, good (10% is the bad path in ten)")
    for i, level in enumerate(levels):
        sheet.put(row, G + 1 + i, level, "input share")
    spot = (row, G + 1, row, G + 3)
    keep(book, sheet, "sensitivity_percentiles", *spot)
    sheet.validations.append(bounds.between(spot, "Percentile", 0.001, 0.999))
    wanted, bad_level = area(*spot, True), address(row, G + 1, True)
    row += 1
    result = (
        scalar(
            "fan_any",
            "DSCR falls below 1 in some year of the loan (cumulative)",
            "%",
            "={fan_any_year}",
            "total level",
        ),
        scalar("fan_off", "Standard error of that probability", "%", "={fan_error}", "level"),
        scalar(
            "fan_default",
            "A payment is missed: cash flow, reserve and held cash do not reach (cumulative)",
            "%",
            "={fan_missed}",
            "total level",
        ),
    )
    row = lay(sheet, result, row, TimeColumns(G, LAST - G + 1))
    sheet.heights[row] = 27
    height = time.years + 2
    call = f"DEAL_FAN({deal},{{fan_paths}},{{fan_seed}},{wanted},{{fan_volume_vol}},,,{{fan_overrun}},{{fan_delay}},{LAST_YEAR})"
    sheet.array(
        row, G, height, 7, f'=IF({{Checks!live}}=1,IFERROR({call},"n/a"),"no add-in")', "multiple"
    )
    for i in range(height):
        for j in range(7):
            sheet.cells[row + i, G + j].style = (
                "band wrap"
                if i == 0
                else ("count" if j == 0 else "multiple" if j <= 3 else "level")
            )
    top, last = row + 1, row + time.years
    sheet.mark("fan_any_year", last + 1, G + 4)
    sheet.mark("fan_error", last + 1, G + 5)
    sheet.mark("fan_missed", last + 1, G + 6)
    tenor = address(row, HELP, True)
    sheet.put(row, HELP, f"={own('tenor')}", "grey")
    beyond, corner = f"=${address(top, G)}>{tenor}", address(top, G + 1)
    sheet.conditionals.append(Conditional((top, G, last, G + 6), "formula", beyond, "blank"))
    below = f"=AND(ISNUMBER({corner}),{corner}<{{at_limit_min_dscr}})"
    sheet.conditionals.append(
        Conditional((top, G + 1, last, G + 3), "formula", below, "fail multiple")
    )
    of_loan = area(top, HELP + 8, last, HELP + 8, True)
    sheet.put(row, HELP + 1, f"=MIN({of_loan})", "grey")
    sheet.put(row, HELP + 2, f"=IFERROR(MATCH({address(row, HELP + 1)},{of_loan},0),0)", "grey")
    least, year = address(row, HELP + 1, True), address(row, HELP + 2, True)
    # the chart's points: year, three percentiles, the limit; and the bad one while the loan runs
    heads_beside = ("year shown", "bad", "middle", "good", "limit", "bad, of the loan")
    for i, head in enumerate(heads_beside, 3):
        sheet.put(row, HELP + i, head, "grey")
    for at in range(top, last + 1):
        sheet.put(at, HELP + 3, f"=MIN({address(at, G)},{tenor})", "grey")
        for j in range(3):
            point = f"INDEX({area(top, G + 1 + j, last, G + 1 + j, True)},{address(at, HELP + 3)})"
            sheet.put(
                at, HELP + 4 + j, f"=IF(ISNUMBER({point}),{point},{{at_limit_min_dscr}})", "grey"
            )
        sheet.put(at, HELP + 7, "={at_limit_min_dscr}", "grey")
        while_it_runs = f'=IF({address(at, G)}<={tenor},{address(at, G + 1)},"n/a")'
        sheet.put(at, HELP + 8, while_it_runs, "grey")
    asked, tenth = "{at_limit_min_dscr}", f"ROUND({bad_level},6)=0.1"
    end = last + 2
    sheet.put(
        end,
        LABEL,
        f'=IF(NOT(ISNUMBER({{fan_any_year}})),IF({{Checks!live}}=1,"There is no debt service to simulate",'
        f'"no add-in"),IF({least}<{asked},IF({tenth},"In one path of ten",TEXT({bad_level},"0%")&" of'
        f' paths:")&" year "&{year}&" covers "&IF({least}>0,TEXT({least},"0.00")&"x or'
        f' less","nothing")&", below ",IF({tenth},"In nine paths of ten",TEXT(1-{bad_level},"0%")&"'
        f' of paths:")&" even year "&{year}&", the weakest, covers "&TEXT({least},"0.00")&"x or'
        f' more, above ")&TEXT({asked},"0.00")&"x; DSCR falls below 1 in some year in'
        ' "&TEXT({fan_any_year},"0.0%")&" of paths, and a payment is missed in "&TEXT({fan_missed},"0.0%"))',
        "bold",
    )
    sheet.mark("finding_fan", end, LABEL)
    said = (
        "The probability of each row is that of the year alone; the last row is cumulative, over"
        " all years of the loan. Utilisation and unit cost stay as planned: what they do stands in"
        " sections 2 to 4."
    )
    sheet.put(end + 1, LABEL, said, "note")
    years = f"Sensitivity!{area(top, HELP + 3, last, HELP + 3, True)}"
    series = tuple(
        Series(
            label,
            f"Sensitivity!{area(top, HELP + 4 + j, last, HELP + 4 + j, True)}",
            years,
            colour,
            dashed,
        )
        for j, (label, colour, dashed) in enumerate(
            (
                ("Bad percentile", PALETTE[3], False),
                ("Middle", PALETTE[0], False),
                ("Good percentile", PALETTE[2], False),
                ("Minimum DSCR asked", PALETTE[7], True),
            )
        )
    )
    sheet.charts.append(
        Chart(
            "scatter",
            "{finding_fan}",
            series,
            row + 1,
            LABEL,
            680,
            460,
            "year of operation, to the end of the loan",
            "DSCR",
            "0",
            '0.0"x"',
            alt_text=(
                "Simulated DSCR by year of the loan at three percentiles, with the minimum DSCR"
                " that the bank asks"
            ),
        )
    )
    return end + 2
