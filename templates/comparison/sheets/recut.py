"""The Recut sheet: for each promise of years and coverage the largest loan that meets every test, at the
tenor that bears most, and whether the sponsor goes ahead with it.

The Frontier holds the loan as typed, so that its answer is about that loan's tenor; here the loan
follows the promise. Two sentences are read off: what today's longest promise bears, and what the
case held against takes.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.mix import in_words, lay_mix
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import (
    Book,
    Conditional,
    Sheet,
    TimeColumns,
    Validation,
    address,
    area,
)
from bankable.templates.workbook.rows import (
    CONSTANT,
    FIRST_TIME_COLUMN,
    LABEL,
    TOTAL,
    UNIT,
    Row,
    lay,
    path,
    scalar,
)
from bankable.templates.workbook.settings import Settings, keep

YEARS = (3, 5, 6, 7, 8, 10, 12, 15, 20, 25)
COVERAGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8)
COLUMNS = TimeColumns(FIRST_TIME_COLUMN, len(COVERAGES))
GRIDS = shown(
    ("gearing_used", "share"),
    ("tenor_used", "count"),
    ("equity_irr_expected", "rate"),
    ("public_cost", "number"),
    ("budget_authority", "number"),
)
FIGURES = tuple(key for key, *_ in GRIDS)
MIX_TOOLS = ("offtake", "guarantee", "grant")
ALIKE = 0.005  # of total uses: debts that differ by less than this are the same answer
NONE = '"none passes"'


def lay_recut(book: Book, n: int, deal: str, settings: Settings, paper: str) -> None:
    """The sheet; `deal` is the block of the case studied without any tool."""
    title = "Recut: the largest loan that each promise bears"
    sheet = frame.time_sheet(book, "Recut", title, COLUMNS, "", "D55E00", paper)
    sheet.put(frame.HEAD_ROW, LABEL, "Years of offtake down, guarantee coverage across", "heading")
    sheet.put(frame.HEAD_ROW, CONSTANT, "Years", "heading right")
    sheet.put(frame.HEAD_ROW, TOTAL, "Most", "heading right")
    for i, value in enumerate(settings.take("recut_coverages", list(COVERAGES))):
        sheet.put(frame.HEAD_ROW, COLUMNS.first + i, value, "input share")
    sheet.mark_path("coverages", frame.HEAD_ROW, COLUMNS)
    spot = (frame.HEAD_ROW, COLUMNS.first, frame.HEAD_ROW, COLUMNS.last)
    keep(book, sheet, "recut_coverages", *spot)
    sheet.validations.append(_within(spot, "decimal", 1, "Share of the bank loan guaranteed."))
    row = _held_against(book, sheet, frame.FIRST_ROW, n, settings)
    for number, (measure, label, unit, style) in enumerate(GRIDS, start=2):
        row = _grid(book, sheet, row, str(number), (measure, label, unit, style), deal, settings)
    sheet.print.row_breaks = (row,)
    row = _both_go_ahead(sheet, row)
    _answers(sheet, row, deal)
    sheet.widths |= {CONSTANT: 16, TOTAL: 14, LABEL: 56} | {
        COLUMNS.first + i: 15 for i in range(COLUMNS.count)
    }


def _within(spot: tuple[int, int, int, int], kind: str, most: int, message: str) -> Validation:
    error = "From 0% to 100%." if most == 1 else f"From 0 to {most}."
    return Validation(spot, kind, 0, most, title="Promise", message=message, error=error)


def _held_against(book: Book, sheet: Sheet, row: int, n: int, settings: Settings) -> int:
    """The case that the loans are held against, and the hurdle of the sponsor studied."""
    frame.band_row(
        sheet,
        row,
        '="The case: "&{Support!studied_name}&", on the terms of Support, with no other tool and the'
        ' loan cut to each promise"',
        COLUMNS.last,
        "heading",
        "1",
    )

    def chosen(which: str, key: str) -> str:
        cases = ",".join(f"{{Summary!{key}_{i}}}" for i in range(1, n + 1))
        return f"=CHOOSE({{Support!{which}}},{cases})"

    rows = [
        scalar("mark_name", "Held against, as it stands", "", "={Support!reference_name}", "text"),
        scalar(
            "mark_share",
            "Its debt over total uses",
            "%",
            chosen("reference", "gearing_used"),
            "total share",
        ),
        scalar(
            "mark_lends",
            "It carries debt (1 = yes)",
            "flag",
            "=IF(ISNUMBER({mark_share}),IF({mark_share}>0,1,0),0)",
            "flag",
        ),
        scalar(
            "hurdle",
            "Hurdle of the sponsor studied: expected equity IRR",
            "% a year",
            chosen("studied", "hurdle_irr"),
            "total rate",
        ),
    ]
    row = lay(sheet, rows, row + 1, COLUMNS)
    sheet.put(row, LABEL, "Debts that differ by less are the same answer")
    sheet.put(row, UNIT, "% of uses", "unit")
    sheet.put(row, CONSTANT, settings.take("recut_alike", [ALIKE])[0], "input rate")
    sheet.put(row, TOTAL, "illustrative", "grey")
    sheet.mark("alike", row, CONSTANT)
    spot = (row, CONSTANT, row, CONSTANT)
    keep(book, sheet, "recut_alike", *spot)
    sheet.validations.append(_within(spot, "decimal", 1, "Share of the total uses."))
    return row + 2


def _grid(
    book: Book,
    sheet: Sheet,
    row: int,
    number: str,
    shown_as: tuple[str, str, str, str],
    deal: str,
    settings: Settings,
) -> int:
    """One spilled grid under its heading; the years of the first are blue, the others link to them."""
    measure, label, unit, style = shown_as
    frame.band_row(sheet, row, label, COLUMNS.last, "heading", number)
    for i in range(COLUMNS.count):
        sheet.put(row, COLUMNS.first + i, f"={{coverages#{i + 1}}}", "heading share")
    first, last = row + 1, row + len(YEARS)
    blue = measure == FIGURES[0]
    years = settings.take("recut_years", list(YEARS))
    for i in range(len(YEARS)):
        sheet.put(first + i, LABEL, "Years of public offtake")
        sheet.put(first + i, UNIT, unit or None, "unit")
        sheet.mark_path(f"{measure}_{i + 1}", first + i, COLUMNS)
        if blue:
            row_of = f"{{gearing_used_{i + 1}:}}"
            sheet.put(first + i, TOTAL, f"=IF(COUNT({row_of})>0,MAX({row_of}),0)", "share")
            sheet.mark(f"most_{i + 1}", first + i, TOTAL)
            sheet.put(first + i, CONSTANT, years[i], "input count")
            sheet.mark(f"years_{i + 1}", first + i, CONSTANT)
        else:
            sheet.put(first + i, CONSTANT, f"={{years_{i + 1}}}", "count")
    if blue:
        spot = (first, CONSTANT, last, CONSTANT)
        keep(book, sheet, "recut_years", *spot)
        sheet.validations.append(_within(spot, "whole", 30, "Years of public offtake."))
    down = area(first, CONSTANT, last, CONSTANT, True)
    call = f'FRONTIER({deal},{down},{{coverages:}},"{measure}","re-cut")'
    # years beyond the plant's life are a contradiction of the deal's own: no loan
    sheet.array(
        first,
        COLUMNS.first,
        len(YEARS),
        COLUMNS.count,
        f'=IFERROR({call},IF({{Checks!live}}=1,{NONE},"no add-in"))',
        style,
    )
    spot = (first, COLUMNS.first, last, COLUMNS.last)
    corner = address(first, COLUMNS.first)
    mark = {"gearing_used": "mark_share", "equity_irr_expected": "hurdle"}.get(measure)
    if mark:
        held = sheet.placed[mark]
        reached = f"=AND(ISNUMBER({corner}),{corner}>={address(held.row, held.col, True)})"
        sheet.conditionals.append(Conditional(spot, "formula", reached, "ok fill"))
        words = {
            "mark_share": '="Green: at least the "&TEXT(ROUND({mark_share},2),"0%")&" of "&{mark_name}',
            "hurdle": '="Green: at least the hurdle of "&TEXT(ROUND({hurdle},4),"0.00%")',
        }
        sheet.put(last + 1, LABEL, words[mark], "note")
    return last + 3


def _both_go_ahead(sheet: Sheet, row: int) -> int:
    """Where the loan is as large as the mark's and the sponsor goes ahead: a flag a cell."""
    frame.band_row(
        sheet, row, "As much debt as the mark, and the sponsor goes ahead", COLUMNS.last, "heading"
    )
    rows: list[Row] = [
        path(
            f"both_{i}",
            "Years of public offtake",
            "flag",
            (
                f"=IF(AND(ISNUMBER({{gearing_used_{i}}}),ISNUMBER({{equity_irr_expected_{i}}})),"
                f"IF(AND({{gearing_used_{i}}}>={{mark_share}}-{{alike}},"
                f"{{equity_irr_expected_{i}}}>={{hurdle}}),1,0),0)"
            ),
            "flag",
            f"=MAX({{both_{i}:}})",
        )
        for i in range(1, len(YEARS) + 1)
    ]
    end = lay(sheet, rows, row + 1, COLUMNS)
    for i in range(len(YEARS)):
        sheet.put(row + 1 + i, CONSTANT, f"={{years_{i + 1}}}", "count")
        sheet.mark(f"reached_{i + 1}", row + 1 + i, TOTAL)
    return end + 1


def _read_off(sheet: Sheet, prefix: str, found: str, flags: str) -> list[Row]:
    """The figures of the cell in the row `found` at the least coverage that its flags name."""
    where = f"{{{prefix}_place}}>0"
    top = {key: sheet.placed[f"{key}_1"].row for key in FIGURES}

    def figure(key: str, label: str, unit: str, style: str) -> Row:
        cells = area(
            top[key], COLUMNS.first, top[key] + len(YEARS) - 1, COLUMNS.last, absolute=True
        )
        formula = f"INDEX({cells},MAX(1,{found}),MAX(1,{{{prefix}_place}}))"
        return scalar(f"{prefix}_{key}", label, unit, f'=IF({where},{formula},"n/a")', style)

    return [
        scalar(
            f"{prefix}_place",
            "Place of the least coverage that does it",
            "place",
            f"=IF({found}>0,IFERROR(MATCH(1,{flags},0),0),0)",
            "count",
        ),
        scalar(
            f"{prefix}_coverage",
            "Guarantee coverage",
            "%",
            f'=IF({where},INDEX({{coverages:}},1,MAX(1,{{{prefix}_place}})),"n/a")',
            "total share",
        ),
        *(figure(*grid) for grid in GRIDS),
    ]


def _answers(sheet: Sheet, row: int, deal: str) -> None:
    """What the longest promise under today's law bears, and what the mark takes: figures and sentences."""
    frame.band_row(
        sheet, row, "The longest promise under today's law", COLUMNS.last, "heading", "7"
    )
    numbers = range(1, len(YEARS) + 1)
    shares, boths = (
        ",".join(f"{{{key}_{i}}}" for i in numbers) for key in ("gearing_used", "both")
    )
    first = sheet.placed["years_1"].row
    listed = area(first, CONSTANT, first + len(YEARS) - 1, CONSTANT, True)
    mosts = area(first, TOTAL, first + len(YEARS) - 1, TOTAL, True)
    top = sheet.placed["reached_1"].row
    reached = area(top, TOTAL, top + len(YEARS) - 1, TOTAL, True)
    row = lay(
        sheet,
        [
            scalar(
                "law_row",
                "Row of today's longest multi-year contract",
                "place",
                f"=IFERROR(MATCH({{Timeline!longest_multiyear}},{listed},0),0)",
                "count",
            ),
            path(
                "law_share",
                "Debt over total uses in that row, without a guarantee",
                "%",
                f'=IF(AND({{law_row}}>0,{{coverages}}=0),CHOOSE(MAX(1,{{law_row}}),{shares}),"n/a")',
                "share",
            ),
            scalar(
                "law_most",
                "The most of them",
                "%",
                '=IF(COUNT({law_share:})>0,MAX({law_share:}),"n/a")',
                "share",
            ),
            path(
                "law_near",
                "As much, within the difference above",
                "flag",
                "=IF(AND(ISNUMBER({law_share}),ISNUMBER({law_most})),"
                "IF({law_share}>={law_most}-{alike},1,0),0)",
                "flag",
            ),
            *_read_off(sheet, "law", "{law_row}", "{law_near:}"),
        ],
        row + 1,
        COLUMNS,
    )
    frame.band_row(sheet, row, "What as much debt as the mark takes", COLUMNS.last, "heading", "8")
    row = lay(
        sheet,
        [
            scalar(
                "mark_row",
                "Row of the least years that do it",
                "place",
                f"=IFERROR(MATCH(1,{reached},0),0)",
                "count",
            ),
            path(
                "mark_flags",
                "Does it, in that row",
                "flag",
                f"=IF({{mark_row}}>0,CHOOSE(MAX(1,{{mark_row}}),{boths}),0)",
                "flag",
            ),
            *_read_off(sheet, "mark", "{mark_row}", "{mark_flags:}"),
            scalar(
                "mark_years",
                "Years of public offtake",
                "years",
                f'=IF({{mark_row}}>0,INDEX({listed},MAX(1,{{mark_row}})),"n/a")',
                "total count",
            ),
            scalar("grid_most", "The most debt on the grid", "%", f"=MAX({mosts})", "total share"),
            scalar(
                "grid_years",
                "Least years that bear it, within the difference above",
                "years",
                f"=INDEX({listed},MIN({len(YEARS)},1+SUMPRODUCT(({mosts}<{{grid_most}}-{{alike}})*1)))",
                "total count",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    frame.band_row(
        sheet,
        row,
        "The least-cost mix with as much debt and a sponsor who goes ahead, by LEAST_COST_SUPPORT",
        COLUMNS.last,
        "heading",
        "9",
    )
    row = lay_mix(sheet, row + 1, COLUMNS, deal, MIX_TOOLS, ",{mark_share},{hurdle}")
    lay(
        sheet,
        [
            scalar("sentence_law", "What today's law buys", "", _law_sentence(), "bold"),
            scalar(
                "sentence_sponsor", "Its cost, and the sponsor", "", _sponsor_sentence(), "bold"
            ),
            scalar("sentence_mark", "What the mark takes", "", _mark_sentence(), "bold"),
            scalar("mix_tools", "The tools of that mix", "", in_words(MIX_TOOLS), "text"),
            scalar("sentence_mix", "The mix that does it", "", _mix_sentence(), "bold"),
        ],
        row,
        COLUMNS,
    )


NOTHING_TO_REACH = "{mark_lends}=0"
CARRIES_NOTHING = '&" carries no debt: there is nothing to reach."'


def _percent(key: str, form: str = "0%") -> str:
    digits = 4 if "." in form else 2
    return f'TEXT(ROUND({{{key}}},{digits}),"{form}")'


def _law_sentence() -> str:
    """What the longest promise that may be made today bears."""
    years = frame.counted("{Timeline!longest_multiyear}", "year")
    promise = (
        f'"With "&{years}&", the longest multi-year contract today (10 USC 3501), and no guarantee, which would'
        ' need an act of its own, "'
    )
    bears = (
        '"the largest loan of "&{Support!studied_name}&" that meets every test is "'
        f'&{_percent("law_gearing_used")}&" of uses over "'
        f'&{frame.counted("{law_tenor_used}", "year")}&"."'
    )
    none = '"no loan of "&{Support!studied_name}&" meets every test at any tenor."'
    unlisted = (
        f'"The grid holds no row of "&{years}&", the longest multi-year contract today, or no column without a'
        ' guarantee."'
    )
    return (
        '=IF({Checks!live}=0,"The functions are absent here, and the re-cut loans need them.",'
        f"IF(OR({{law_row}}=0,COUNTIF({{coverages:}},0)=0),{unlisted},{promise}&IF({{law_place}}>0,{bears},{none})))"
    )


def _sponsor_sentence() -> str:
    """What that loan costs the taxpayer, and whether the sponsor goes ahead with it."""
    returns = (
        "IF(ISNUMBER({law_equity_irr_expected}),IF({law_equity_irr_expected}>={hurdle},"
        f'"goes ahead: "&{_percent("law_equity_irr_expected", "0.0%")},'
        f'"stays away: "&{_percent("law_equity_irr_expected", "0.0%")}),"stays away: no return")'
    )
    return (
        '=IF(AND({Checks!live}=1,{law_place}>0),"Its promise has an expected public cost of "'
        f'&{frame.money("{law_public_cost}")}&"; the sponsor "'
        f'&{returns}&" expected against a hurdle of "&{_percent("hurdle", "0.0%")}&".",'
        '"Without that loan there is no sponsor\'s return to tell.")'
    )


def _mark_sentence() -> str:
    """What it takes to bear as much debt as the case held against, with a sponsor who goes ahead."""
    much = (
        'IF({Support!studied}={Support!reference},"the debt that it asks ("&'
        f'{_percent("mark_share")},"as much debt as "&{{mark_name}}&" ("&{_percent("mark_share")})'
        '&" of uses), with a sponsor who goes ahead"'
    )
    takes = (
        f'&{frame.counted("{mark_years}", "year")}&" of public offtake and a "'
        f'&{_percent("mark_coverage")}&" guarantee: "&{frame.money("{mark_public_cost}")}'
        f'&" of expected public cost and "&{frame.money("{mark_budget_authority}")}'
        '&" of budget authority."'
    )
    return (
        '=IF({Checks!live}=0,"Open the workbook without recalculating to see the saved answer.",'
        f"IF({NOTHING_TO_REACH},{{mark_name}}{CARRIES_NOTHING},"
        f'IF({{mark_place}}>0,{{Support!studied_name}}&" bears "&{much}&", with "{takes},'
        f'"No promise on the grid makes "&{{Support!studied_name}}&" bear "&{much}&IF({{grid_most}}>0,"; the most is "'
        f'&{_percent("grid_most")}&", borne by a promise of "&{frame.counted("{grid_years}", "year")}'
        '&".",": none passes at any tenor."))))'
    )


def _mix_sentence() -> str:
    """The cheapest mix of tools that bears the mark's debt and keeps the sponsor, a grant among them."""
    costs = (
        f'{frame.money("{mix_cost}")}&" of expected public cost and "'
        f'&{frame.money("{mix_authority}")}&" of budget authority"'
    )
    return (
        '=IF({Checks!live}=0,"The least-cost mix needs the functions.",'
        f"IF({NOTHING_TO_REACH},{{mark_name}}{CARRIES_NOTHING},"
        'IF({mix_tools}="n/a","No mix of offtake, guarantee and grant was found that does it.",'
        'IF({mix_tools}="none",{Support!studied_name}&" does it without any tool.",'
        '"The least-cost mix found that does it, a grant allowed: "&{mix_tools}&"; "'
        f'&{costs}&"."))))'
    )
