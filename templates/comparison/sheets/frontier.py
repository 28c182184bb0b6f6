"""The Frontier sheet: years of public offtake against guarantee coverage, grids of one function
call each.

The case studied on Support is taken without any tool but on the tools' terms; the least-cost pair
that passes every test is read off the grids in native formulas, in both forms of price, and the
least-cost mix is asked of its own function.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.frontier_answer import answer
from bankable.templates.comparison.sheets.frontier_grids import (
    COLUMNS,
    COVERAGES,
    GRIDS,
    YEARS,
    grid,
)
from bankable.templates.comparison.sheets.frontier_least import form, least, other_form
from bankable.templates.comparison.sheets.frontier_worth import worth
from bankable.templates.comparison.sheets.mix import in_words, lay_mix
from bankable.templates.workbook.book import Book, Chart, Series, Sheet, Validation
from bankable.templates.workbook.rows import CONSTANT, LABEL, TOTAL, lay, path, scalar
from bankable.templates.workbook.settings import Settings, keep
from bankable.templates.workbook.styles import PALETTE

MIX_TOOLS = ("offtake", "guarantee", "loan")


def lay_frontier(
    book: Book, n: int, ranges: dict[str, str], settings: Settings, paper: str
) -> None:
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
        Validation(
            spot,
            "decimal",
            0,
            1,
            title="Coverage",
            message="Share of the bank loan guaranteed.",
            error="From 0% to 100%.",
        )
    )
    row = frame.FIRST_ROW
    frame.band_row(
        sheet,
        row,
        '="The case: "&{Support!studied_name}&", on the terms of Support, with no other tool,'
        f' "&{form()}',
        COLUMNS.last,
        "heading",
        "1",
    )
    row = _mark(sheet, row + 1, n)
    for number, (measure, label, unit, style) in enumerate(GRIDS, start=2):
        row = grid(
            book, sheet, row, number, measure, label, unit, style, ranges["unsupported"], settings
        )
    breaks = [row]
    row = least(sheet, row)
    row = other_form(sheet, row, ranges["other_form"])
    row = answer(sheet, row, ranges["answer"])
    row = worth(book, sheet, row, ranges["answer"], settings)
    breaks.append(row)
    row = _mix(sheet, row, ranges["unsupported"])
    _chart(sheet, row)
    sheet.print.row_breaks = tuple(breaks)
    sheet.widths |= {CONSTANT: 16, TOTAL: 14, LABEL: 56} | {
        COLUMNS.first + i: 15 for i in range(COLUMNS.count)
    }


def _mark(sheet: Sheet, row: int, n: int) -> int:
    """The case that the grids are held against, with its figures as it stands."""

    def chosen(key: str) -> str:
        return (
            "=CHOOSE({Support!reference},"
            + ",".join(f"{{Summary!{key}_{i}}}" for i in range(1, n + 1))
            + ")"
        )

    rows = [
        scalar("mark_name", "Held against, as it stands", "", "={Support!reference_name}", "text"),
        scalar("mark_min_dscr", "Its minimum DSCR", "x", chosen("min_dscr"), "total multiple"),
        scalar("mark_rate", "Its all-in rate", "% a year", chosen("all_in_rate"), "total rate"),
        scalar("mark_decision", "Its decision", "", chosen("decision_words"), "text"),
        scalar(
            "studied_plant",
            "Plant cost of the case studied",
            "$m",
            "=CHOOSE({Support!studied},"
            + ",".join(f"{{Summary!plant_cost_{i}}}" for i in range(1, n + 1))
            + ")",
        ),
    ]
    return lay(sheet, rows, row, COLUMNS)


def _mix(sheet: Sheet, row: int, deal: str) -> int:
    """The least-cost mix that passes, from its own function."""
    row += 1
    frame.band_row(
        sheet,
        row,
        "The least-cost mix of offtake, guarantee and government loan that passes with a sponsor who goes"
        " ahead, by LEAST_COST_SUPPORT",
        COLUMNS.last,
        "heading",
        "10",
    )
    row = lay_mix(sheet, row + 1, COLUMNS, deal, MIX_TOOLS, ",,{Recut!hurdle}")
    return lay(
        sheet,
        [
            scalar("mix_tools", "The tools of that mix", "", in_words(MIX_TOOLS), "text"),
            scalar(
                "sentence_sponsor", "What brings the sponsor in", "", _sponsor_sentence(), "bold"
            ),
        ],
        row,
        COLUMNS,
    )


def _sponsor_sentence() -> str:
    """What the sponsor's hurdle takes besides the tests, the loan as asked."""
    hurdle = (
        '"the "&TEXT(ROUND({Recut!hurdle},3),"0.0%")&" that its sponsor asks, the loan as asked"'
    )
    return (
        '=IF({Checks!live}=0,"n/a",IF({mix_tools}="n/a","No mix of offtake, guarantee and government loan was found'
        f' that passes and brings "&{hurdle}&".",IF({{mix_tools}}="none",'
        f'{{Support!studied_name}}&" passes without any tool and brings "&{hurdle}&".",'
        f'"The least-cost mix found that passes and brings "&{hurdle}&": "&{{mix_tools}}&"; "&'
        f'{frame.money("{mix_cost}")}&" of expected public cost and "&{frame.money("{mix_authority}")}'
        '&" of budget authority.")))'
    )


def _chart(sheet: Sheet, row: int) -> None:
    """Minimum DSCR along coverage, a line for some terms of offtake, and the mark to be met."""
    sheet.put(row, LABEL, "Figures of the chart", "band")
    found, mark = (
        "{best_row}>0",
        'IF(ISNUMBER({mark_min_dscr}),TEXT({mark_min_dscr},"0.00")&"x","no debt")&"',
    )
    low, high = (f'TEXT({find}({{chosen_line:}}),"0.00")&"x' for find in ("MIN", "MAX"))
    years = frame.counted("{best_years}", "year")
    title = (
        f'=IF({found},"With "&{years}&" of offtake minimum DSCR runs from "&{low} to "&{high} with'
        f' the coverage; "&{{mark_name}}&" has "&{mark}","Minimum DSCR by coverage and years of'
        f' offtake, against the "&{mark} of "&{{mark_name}})'
    )
    lines = ",".join(f"{{min_dscr_{i}}}" for i in range(1, len(YEARS) + 1))
    rows = [
        path("mark_line", "Mark", "x", "={mark_min_dscr}", "multiple"),
        path(
            "chosen_line",
            "Minimum DSCR with the answer's years of offtake",
            "x",
            f"=CHOOSE(MAX(1,{{best_row}}),{lines})",
            "multiple",
        ),
        scalar("finding_dscr", "Title of the chart", "", title, "text"),
    ]
    place = lay(sheet, rows, row + 1, COLUMNS)
    series = [
        Series(
            f"{{Frontier!years_{i}}}",
            f"{{Frontier!min_dscr_{i}:}}",
            "{Frontier!coverages:}",
            PALETTE[k],
        )
        for k, i in enumerate((1, 2, 3, 4))  # longer ones lie on the last: they outlast the loan
    ]
    series.append(
        Series(
            "{Frontier!mark_name}",
            "{Frontier!mark_line:}",
            "{Frontier!coverages:}",
            "000000",
            dashed=True,
        )
    )
    sheet.charts.append(
        Chart(
            "line",
            "{finding_dscr}",
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
