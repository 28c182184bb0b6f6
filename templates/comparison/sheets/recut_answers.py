"""What the sheet Recut answers, in figures and sentences: what the longest promise under today's law bears,
what the mark takes, and the least-cost mix that does it.
"""

from __future__ import annotations

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.mix import in_words, lay_mix
from bankable.templates.comparison.sheets.recut_grid import COLUMNS, MIX_TOOLS, YEARS, read_off
from bankable.templates.workbook.book import Sheet, area
from bankable.templates.workbook.rows import CONSTANT, TOTAL, lay, path, scalar


def answers(sheet: Sheet, row: int, deal: str) -> None:
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
            *read_off(sheet, "law", "{law_row}", "{law_near:}"),
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
            *read_off(sheet, "mark", "{mark_row}", "{mark_flags:}"),
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
