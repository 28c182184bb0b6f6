"""The cheapest pair of years and coverage that meets every test, read off the grids in both forms of price."""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.frontier_grids import (
    COLUMNS,
    GRIDS,
    YEARS,
    heads,
    years_down,
)
from bankable.templates.workbook.book import Sheet, area
from bankable.templates.workbook.rows import CONSTANT, TOTAL, Row, lay, path, scalar
from bankable.udfs.deal.chain.decision import ALL_MET

# to a thousandth of a dollar: rows whose costs differ by rounding are the same answer, the first of them
ROW_LEAST = '=IF(COUNT({0})>0,ROUND(MIN({0}),9),"n/a")'


def form(other: bool = False) -> str:
    """The form of price in words, of the grids or the other one."""
    fixed, band = '"at a fixed price"', '"with the price in a band"'
    return f"IF({{Support!t_form}}={{Lists!list_price_basis#1}},{band if other else fixed},{fixed if other else band})"


def _best(prefix: str, costs: str, above: str, years: str, least: str) -> list[Row]:
    """The cheapest pair among the rows of costs: `above` lists them, `least` is the column of each
    row's least.
    """

    def k(key: str) -> str:
        return f"{prefix}{key}"

    found = f"{{{k('row')}}}>0"
    return [
        scalar(
            k("least"),
            "Least expected public cost on the grid",
            "$m",
            f'=IF(COUNT({least})>0,MIN({least}),"n/a")',
        ),
        scalar(
            k("row"),
            "Its row",
            "place",
            f"=IF(COUNT({least})>0,MATCH({{{k('least')}}},{least},0),0)",
            "count",
        ),
        path(
            k("costs"),
            "Costs in that row",
            "$m",
            f'=IF({found},CHOOSE(MAX(1,{{{k("row")}}}),{above}),"n/a")',
        ),
        path(
            k("near"),
            "As cheap, to a thousandth",
            "flag",
            (
                f"=IF(ISNUMBER({{{k('costs')}}}),IF({{{k('costs')}}}<={{{k('least')}}}"
                f"+{{Timeline!alike}}*ABS({{{k('least')}}})+{{Timeline!tolerance}},1,0),0)"
            ),
            "flag",
        ),
        scalar(
            k("cost"),
            "Cost of the least coverage among them",
            "$m",
            f'=IF({found},INDEX({{{k("costs")}:}},1,MATCH(1,{{{k("near")}:}},0)),"n/a")',
            "total number",
        ),
        scalar(
            k("years"),
            "Its years of offtake",
            "years",
            f'=IF({found},INDEX({years},MAX(1,{{{k("row")}}})),"n/a")',
            "total count",
        ),
        scalar(
            k("coverage"),
            "Its guarantee coverage",
            "%",
            f'=IF({found},INDEX({{coverages:}},1,MATCH(1,{{{k("near")}:}},0)),"n/a")',
            "total share",
        ),
    ]


def least(sheet: Sheet, row: int) -> int:
    """The cheapest pair on the grid that meets every test."""
    frame.band_row(
        sheet,
        row,
        "Expected public cost where every test is met",
        COLUMNS.last,
        "heading",
        str(len(GRIDS) + 2),
    )
    heads(sheet, row)
    count = len(YEARS)
    rows: list[Row] = [
        path(
            f"passing_{i}",
            "Years of public offtake",
            "$m",
            f'=IF({{first_failed_{i}}}&""="{ALL_MET}",{{public_cost_{i}}},"n/a")',
            "number",
            ROW_LEAST.format(f"{{passing_{i}:}}"),
        )
        for i in range(1, count + 1)
    ]
    end = lay(sheet, rows, row + 1, COLUMNS)
    for i in range(count):
        sheet.put(row + 1 + i, CONSTANT, f"={{years_{i + 1}}}", "count")
    least, years = (area(row + 1, col, end - 1, col, True) for col in (TOTAL, CONSTANT))
    above = ",".join(f"{{passing_{i}}}" for i in range(1, count + 1))
    return lay(sheet, _best("best_", "passing", above, years, least), end, COLUMNS) + 1


def other_form(sheet: Sheet, row: int, deal: str) -> int:
    """The same in the other form of price, one call: what the band costs over a fixed price, or
    saves.
    """
    title = f'="Expected public cost where every test is met, "&{form(other=True)}'
    frame.band_row(sheet, row, title, COLUMNS.last, "heading", "7")
    heads(sheet, row)
    first, count = row + 1, len(YEARS)
    last = years_down(sheet, first, "$m", "other")
    for i in range(count):
        sheet.put(
            first + i,
            TOTAL,
            ROW_LEAST.format(f"{{other_{i + 1}:}}"),
            "number",
        )
    down = area(first, CONSTANT, last, CONSTANT, True)
    sheet.array(
        first,
        COLUMNS.first,
        count,
        COLUMNS.count,
        f'=FRONTIER({deal},{down},{{coverages:}},"passing_cost")',
        "number",
    )
    above = ",".join(f"{{other_{i}}}" for i in range(1, count + 1))
    return (
        lay(
            sheet,
            _best("other_", "other", above, down, area(first, TOTAL, last, TOTAL, True)),
            last + 1,
            COLUMNS,
        )
        + 1
    )
