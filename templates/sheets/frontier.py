"""The Frontier sheet: years of public offtake against guarantee coverage, four grids of one function call each.

The case studied on Support is taken without any tool but on the tools' terms; the least-cost pair that passes
every test is read off the grids in native formulas, and the least-cost mix is asked of its own function.
"""

from __future__ import annotations

from templates.book import Book, Chart, Conditional, Series, Sheet, TimeColumns, Validation, address, area
from templates.rows import CONSTANT, FIRST_TIME_COLUMN, LABEL, TOTAL, UNIT, Row, lay, path, scalar
from templates.settings import Settings, keep
from templates.sheets import frame
from templates.styles import PALETTE
from udfs.chain.decision import FAILS

YEARS = (1, 5, 7, 10, 12, 15, 20)
COVERAGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(COVERAGES))
GRIDS = (
    ("min_dscr", "Minimum DSCR, lender's view", "x", "multiple"),
    ("all_in_rate", "All-in rate of the debt", "% a year", "rate"),
    ("decision", "Decision", "", "centre wrap"),
    ("public_cost", "Expected public cost", "$m", "number"),
)
MIX_TOOLS = ("offtake", "guarantee", "loan")
# number formats of the mix, row by row as LEAST_COST_SUPPORT gives it
MIX_STYLES = (
    "band right",
    "count",
    "level",
    "level",
    "price",
    "number",
    "number",
    "number",
    "number2",
    "rate",
    "multiple",
    "centre wrap",
)
MIX_ROWS, MIX_COLS = len(MIX_STYLES), 5


def lay_frontier(book: Book, n: int, ranges: dict[str, str], settings: Settings, paper: str) -> None:
    """The sheet; `ranges` are the deal blocks by name."""
    title = "Frontier: years of public offtake and guarantee coverage"
    sheet = frame.time_sheet(book, "Frontier", title, COLUMNS, "", "D55E00", paper)
    sheet.put(frame.HEAD_ROW, LABEL, "Years of offtake down, guarantee coverage across", "heading")
    sheet.put(frame.HEAD_ROW, CONSTANT, "Years", "heading right")
    sheet.put(frame.HEAD_ROW, TOTAL, "Least", "heading right")
    for i, value in enumerate(settings.take("frontier_coverages", list(COVERAGES))):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, value, "input share")
    sheet.mark_path("coverages", frame.HEAD_ROW, COLUMNS)
    spot = (frame.HEAD_ROW, COLUMNS.first, frame.HEAD_ROW, COLUMNS.last)
    keep(book, sheet, "frontier_coverages", *spot)
    sheet.validations.append(
        Validation(spot, "decimal", 0, 1, title="Coverage", message="Share of the bank loan guaranteed.", error="From 0% to 100%.")
    )
    row = frame.FIRST_ROW
    frame.band_row(
        sheet, row, '="The case: "&{Support!studied_name}&", on the terms of Support, with no other tool"', COLUMNS.last, "heading", "1"
    )
    row = _mark(sheet, row + 1, n)
    for number, (measure, label, unit, style) in enumerate(GRIDS, start=2):
        row = _grid(book, sheet, row, number, measure, label, unit, style, ranges["unsupported"], settings)
    row = _least(sheet, row)
    row = _mix(sheet, row, ranges["unsupported"])
    _chart(sheet, row)
    sheet.widths |= {CONSTANT: 16, TOTAL: 14, LABEL: 56} | {COLUMNS.first + i: 15 for i in range(COLUMNS.count)}


def _mark(sheet: Sheet, row: int, n: int) -> int:
    """The case that the grids are held against, with its figures as it stands."""

    def chosen(key: str) -> str:
        return "=CHOOSE({Support!reference}," + ",".join(f"{{Summary!{key}_{i}}}" for i in range(1, n + 1)) + ")"

    rows = [
        scalar("mark_name", "Held against, as it stands", "", "={Support!reference_name}", "text"),
        scalar("mark_min_dscr", "Its minimum DSCR", "x", chosen("lender_min_dscr"), "total multiple"),
        scalar("mark_rate", "Its all-in rate", "% a year", chosen("term_rate"), "total rate"),
        scalar("mark_decision", "Its decision", "", chosen("decision_words"), "text"),
        scalar(
            "studied_plant",
            "Plant cost of the case studied",
            "$m",
            "=CHOOSE({Support!studied}," + ",".join(f"{{Summary!plant_cost_{i}}}" for i in range(1, n + 1)) + ")",
        ),
    ]
    return lay(sheet, rows, row, COLUMNS)


def _grid(
    book: Book, sheet: Sheet, row: int, number: int, measure: str, label: str, unit: str, style: str, deal: str, settings: Settings
) -> int:
    """One spilled grid under its heading; the years of the first are blue, the others link to them."""
    frame.band_row(sheet, row, label, COLUMNS.last, "heading", str(number))
    for i in range(COLUMNS.count):
        sheet.put(row, COLUMNS.first + i, f"={{coverages#{i + 1}}}", "heading share")
    first = row + 1
    blue = measure == GRIDS[0][0]
    years = settings.take("frontier_years", list(YEARS))
    for i in range(len(YEARS)):
        sheet.put(first + i, LABEL, "Years of public offtake")
        sheet.put(first + i, UNIT, unit or None, "unit")
        sheet.put(first + i, CONSTANT, years[i] if blue else f"={{years_{i + 1}}}", "input count" if blue else "count")
        if blue:
            sheet.mark(f"years_{i + 1}", first + i, CONSTANT)
        sheet.mark_path(f"{measure}_{i + 1}", first + i, COLUMNS)
    last = first + len(YEARS) - 1
    if blue:
        spot = (first, CONSTANT, last, CONSTANT)
        keep(book, sheet, "frontier_years", *spot)
        sheet.validations.append(Validation(spot, "whole", 0, 30, title="Years", message="Years of public offtake.", error="From 0 to 30."))
    down = area(first, CONSTANT, last, CONSTANT, True)
    across = "{coverages:}"
    sheet.array(first, COLUMNS.first, len(YEARS), COLUMNS.count, f'=FRONTIER({deal},{down},{across},"{measure}")', style)
    spot = (first, COLUMNS.first, last, COLUMNS.last)
    corner = address(first, COLUMNS.first)
    if measure == "decision":
        for i in range(len(YEARS)):
            sheet.heights[first + i] = 30
        sheet.conditionals.append(Conditional(spot, "formula", f'={corner}="{FAILS}"', "fail fill"))
        sheet.conditionals.append(Conditional(spot, "formula", f'=LEFT({corner},5)="Meets"', "ok fill"))
    elif measure == "min_dscr":
        mark = sheet.placed["mark_min_dscr"]
        sheet.conditionals.append(Conditional(spot, "formula", f"={corner}<1", "fail fill"))
        sheet.conditionals.append(Conditional(spot, "formula", f"={corner}>={address(mark.row, mark.col, True)}", "ok fill"))
        sheet.put(last + 1, LABEL, '="Green: at least the "&TEXT({mark_min_dscr},"0.00")&"x of "&{mark_name}&"; red: below 1.00x"', "note")
    elif measure == "all_in_rate":
        mark = sheet.placed["mark_rate"]
        sheet.conditionals.append(Conditional(spot, "formula", f"={corner}<={address(mark.row, mark.col, True)}", "ok fill"))
        sheet.put(last + 1, LABEL, '="Green: at most the "&TEXT({mark_rate},"0.00%")&" of "&{mark_name}', "note")
    else:
        sheet.conditionals.append(Conditional(spot, "two_colours", low_colour="F7FBFF", high_colour="6BAED6"))
        sheet.put(last + 1, LABEL, "Darker: dearer for the taxpayer. Expected cost only; budget authority is another figure.", "note")
    return last + 3


def _least(sheet: Sheet, row: int) -> int:
    """The cheapest pair on the grid that meets every test, and the sentence that says so."""
    frame.band_row(sheet, row, "Expected public cost where every test is met", COLUMNS.last, "heading", str(len(GRIDS) + 2))
    count = len(YEARS)
    rows: list[Row] = [
        path(
            f"passing_{i}",
            "Years of public offtake",
            "$m",
            f'=IF(LEFT({{decision_{i}}},5)="Meets",{{public_cost_{i}}},"n/a")',
            "number",
            f'=IF(COUNT({{passing_{i}:}})>0,MIN({{passing_{i}:}}),"n/a")',
        )
        for i in range(1, count + 1)
    ]
    end = lay(sheet, rows, row + 1, COLUMNS)
    for i in range(count):
        sheet.put(row + 1 + i, CONSTANT, f"={{years_{i + 1}}}", "count")
    least = area(row + 1, TOTAL, end - 1, TOTAL, True)
    years = area(row + 1, CONSTANT, end - 1, CONSTANT, True)
    above = ",".join(f"{{passing_{i}}}" for i in range(1, count + 1))
    cents = "{Timeline!cents}"
    return lay(
        sheet,
        [
            scalar(
                "best_cost", "Least expected public cost on the grid", "$m", f'=IF(COUNT({least})>0,MIN({least}),"n/a")', "total number"
            ),
            scalar("best_row", "Its row", "place", f"=IF(COUNT({least})>0,MATCH({{best_cost}},{least},0),0)", "count"),
            path("best_costs", "Costs in that row", "$m", f'=IF({{best_row}}>0,CHOOSE(MAX(1,{{best_row}}),{above}),"n/a")'),
            scalar(
                "best_years",
                "Its years of offtake",
                "years",
                f'=IF({{best_row}}>0,INDEX({years},MAX(1,{{best_row}})),"n/a")',
                "total count",
            ),
            scalar(
                "best_coverage",
                "Its guarantee coverage",
                "%",
                '=IF({best_row}>0,INDEX({coverages:},MATCH({best_cost},{best_costs:},0)),"n/a")',
                "total share",
            ),
            scalar(
                "best_cents",
                "Expected public cost per dollar of plant",
                "cents",
                f'=IF({{best_row}}>0,{{best_cost}}/{{studied_plant}}*{cents},"n/a")',
                "total number",
            ),
            scalar(
                "sentence_1",
                "The answer",
                "",
                '=IF({Checks!live}=0,"The functions are absent here, and the frontier needs them:",IF({best_row}>0,'
                '"With "&{best_years}&" years of offtake and a "&TEXT({best_coverage},"0%")&" guarantee, "&'
                "{Support!studied_name}"
                '&" passes "&IF(LEFT({mark_decision},5)="Meets","the tests that "&{mark_name}&" passes,","every credit test,"),'
                '"No pair of offtake years and coverage on the grid makes "&{Support!studied_name}))',
                "bold",
            ),
            scalar(
                "sentence_2",
                "and what it costs",
                "",
                '=IF({Checks!live}=0,"open the workbook without recalculating to see the saved answer.",'
                'IF({best_row}>0,"at an expected public cost of $"&TEXT({best_cost},"#,##0")&"m, "&TEXT({best_cents},"0.0")'
                '&" cents per dollar of plant.","pass every credit test."))',
                "bold",
            ),
            scalar("sentence", "Both as one sentence", "", '={sentence_1}&" "&{sentence_2}', "text"),
            scalar(
                "finding",
                "For charts",
                "",
                '=IF({Checks!live}=0,"The frontier needs the functions",'
                'IF({best_row}>0,"Cheapest pair: "&{best_years}&" years of offtake, "&TEXT({best_coverage},"0%")&" guaranteed, $"'
                '&TEXT({best_cost},"#,##0")&"m","No pair on the grid passes every test"))',
                "text",
            ),
        ],
        end,
        COLUMNS,
    )


def _mix(sheet: Sheet, row: int, deal: str) -> int:
    """The least-cost mix that passes, from its own function."""
    row += 1
    frame.band_row(
        sheet, row, "The least-cost mix of offtake, guarantee and government loan, by LEAST_COST_SUPPORT", COLUMNS.last, "heading", "7"
    )
    tools = area(row + 1, CONSTANT, row + len(MIX_TOOLS), CONSTANT, True)
    for i, tool in enumerate(MIX_TOOLS):
        sheet.put(row + 1 + i, LABEL, "Tool that the mix may use")
        sheet.put(row + 1 + i, CONSTANT, tool, "grey")
    first = row + 1 + len(MIX_TOOLS)
    body = first
    sheet.array(
        body,
        COLUMNS.first,
        MIX_ROWS,
        MIX_COLS,
        f'=IFERROR(LEAST_COST_SUPPORT({deal},{tools}),IF({{Checks!live}}=1,"none passes","no add-in"))',
        "number2",
    )
    for i in range(MIX_ROWS):
        sheet.put(body + i, LABEL, f"={address(body + i, COLUMNS.first)}")
        sheet.cells[body + i, COLUMNS.first].style = "small"
        sheet.cells[body + i, COLUMNS.first + 1].style = MIX_STYLES[i]
        sheet.cells[body + i, COLUMNS.first + 2].style = "unit"
        sheet.cells[body + i, COLUMNS.first + 3].style = MIX_STYLES[i]
        sheet.cells[body + i, COLUMNS.first + 4].style = "band right" if i == 0 else "number"
    sheet.heights[body + MIX_ROWS - 1] = 44
    sheet.mark("mix", body, COLUMNS.first)
    return body + MIX_ROWS + 1


def _chart(sheet: Sheet, row: int) -> None:
    """Minimum DSCR along coverage, a line for some terms of offtake, and the mark to be met."""
    sheet.put(row, LABEL, "Figures of the chart", "band")
    place = lay(sheet, [path("mark_line", "Mark", "x", "={mark_min_dscr}", "multiple")], row + 1, COLUMNS)
    series = [
        Series(f"{{Frontier!years_{i}}}", f"{{Frontier!min_dscr_{i}:}}", "{Frontier!coverages:}", PALETTE[k])
        for k, i in enumerate((1, 2, 3, 4, 5, 6))
    ]
    series.append(Series("{Frontier!mark_name}", "{Frontier!mark_line:}", "{Frontier!coverages:}", "000000", dashed=True))
    sheet.charts.append(
        Chart(
            "line",
            "{finding}",
            tuple(series),
            place + 1,
            LABEL,
            1000,
            360,
            "Guarantee coverage; lines: years of public offtake",
            "Minimum DSCR",
            "0%",
            '0.0"x"',
            alt_text="Minimum DSCR by coverage and offtake years",
        )
    )
