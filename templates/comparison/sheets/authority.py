"""The Authority sheet: what the law lets each tool do, beside what the terms of Support ask of it; and two
comparators outside the packages: the state that builds the plant itself, and an export subsidy.

No row is legal advice: a tool without a general authority needs an act, and counsel says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bankable.templates.comparison.sheets import bounds, frame, support_results
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import (
    Book,
    Conditional,
    Sheet,
    TimeColumns,
    address,
    area,
)
from bankable.templates.workbook.rows import CONSTANT, LABEL, SECTION, TOTAL, lay, scalar
from bankable.templates.workbook.settings import Settings

LONGEST, MOST, YEARS_ASKED, MONEY_ASKED, VERDICT, LAW, SOURCE = range(LABEL + 1, LABEL + 8)
HEADS = (
    (LONGEST, "longest, years"),
    (MOST, "most, $m"),
    (YEARS_ASKED, "asked, years"),
    (MONEY_ASKED, "asked, $m"),
    (VERDICT, "authority for what Support asks"),
    (LAW, "law, or what has been done"),
    (SOURCE, "source"),
)
COLUMNS = TimeColumns(TOTAL + 2, 1)  # no row here runs in time
TWO = TimeColumns(CONSTANT, 2)
NEEDS_ACT = "needs an act of its own"
# key, label, unit, delivered value, style, least, most, source
LIMITS = (
    ("multi_years", "Longest multiyear contract", "years", 5, "count", 1, 30, "10 USC 3501; FAR 17.1"),
    ("direct_least", "Least direct loan of the Office of Strategic Capital", "$m", 10.0, "number", 0, 1e6, "notice of funds of 2024"),
    ("direct_most", "Largest direct loan of the same", "$m", 150.0, "number", 0, 1e6, "notice of funds of 2024"),
    ("small_most", "Largest loan that SBA 7(a) guarantees", "$m", 5.0, "number", 0, 1e6, "SBA 7(a), fiscal year 2026"),
    ("defence", "The plant makes defence articles (1 = yes)", "flag", 1, "count", 0, 1, "closed to EXIM's credit by its charter"),
    ("uplift", "Export subsidy: uplift of the price of what is exported", "%", 0.10, "share", 0, 1, "illustrative"),
)  # fmt: skip


class Authority(NamedTuple):
    """A tool, the law of it with its limits, what Support asks of it, and the verdict as a formula."""

    tool: str
    flag: str  # the row of Support that says which package uses it; "" for a comparator
    longest: str
    most: str
    years: str
    money: str
    verdict: str
    law: str
    source: str


_YEARS = "{Support!t_years}"
_WITHIN = f"{_YEARS}<={{multi_years}}"
_DEBT = "{studied_debt}"
TOOLS = (
    Authority(
        "Orders renewed year by year", "", "=1", "", "", "", '="exists"',
        "Annual appropriations; each year may bring nothing", "the case as it is",
    ),
    Authority(
        "Multiyear contract", "", "={multi_years}", "", f"={_YEARS}", "",
        f'=IF({_WITHIN},"exists","too short by "&({_YEARS}-{{multi_years}})&" years")',
        "At most five program years, approved by Congress in two acts; all but the first may be cancelled"
        " against a ceiling that covers non-recurring cost",
        "10 USC 3501; FAR 17.1; CRS R41909",
    ),
    Authority(
        "Longer public offtake, price band or floor", "use_offtake", "", "", f"={_YEARS}", "",
        f'=IF({_WITHIN},"not needed: a multiyear contract reaches it","{NEEDS_ACT}")',
        "No general authority beyond five years; one was made for MP Materials in July 2025, ten years with a"
        " price floor", "DPA Title III or a statute of its own; illustrative",
    ),
    Authority(
        "Guarantee of a bank's loan", "use_guarantee", "", "={small_most}", "", f"={{Support!t_coverage}}*{_DEBT}",
        f'=IF({_DEBT}<={{small_most}},"exists (SBA 7(a))","{NEEDS_ACT}")',
        "Partial guarantees of commercial debt: DOE Title 17, for energy; SBA 7(a), 75 to 85% of at most $5m",
        "energy.gov; SBA, fiscal year 2026",
    ),
    Authority(
        "Government loan", "use_loan", "", "={direct_most}", "", f"={{Support!t_loan}}*{_DEBT}",
        f'=IF({{Support!t_loan}}*{_DEBT}<={{direct_least}},"below the least loan",IF({{Support!t_loan}}*{_DEBT}'
        '<={direct_most},"exists (Office of Strategic Capital)","beyond its largest loan"))',
        "Direct loans at rates comparable to Treasuries, 31 technology categories",
        "Office of Strategic Capital, notice of funds; the act of 2025",
    ),
    Authority(
        "Tariff", "use_tariff", "", "", "", "", '="set by trade law, not by a lender"',
        "May be raised, lowered or struck down while the loan runs", "illustrative",
    ),
    Authority(
        "Export credit", "use_export", "", "", "", "={Support!t_export_share}*{Support!t_export_cover}*{studied_debt}",
        '=IF({defence}=1,"closed to defence articles","exists, with a quarter exported")',
        "EXIM, Make More in America: 25% export nexus (15% for small firms); its charter bars defence articles",
        "exim.gov; CRS IN11940",
    ),
    Authority(
        "Grant", "use_grant", "", "", "", "={Support!t_grant}*{studied_capex}", '="by appropriation, at face"',
        "A State's grant may carry conditions: JobsOhio $310m over 30 years, jobs and plant kept",
        "AP, 9 July 2025",
    ),
    Authority(
        "Government equity or warrants", "use_equity", "", "", "", "={Support!t_equity}*{studied_equity}",
        '="by appropriation, case by case"',
        "Done: $400m preferred of MP Materials (2025), $1bn convertible preferred of L3Harris's missile"
        " business (2026)", "company announcements",
    ),
    Authority(
        "The state builds the plant itself", "", "", "", "", "={built_plant}", '="by appropriation of its whole cost"',
        "Done: Army Future Artillery Complex, Iowa, $632m to $635m fixed price, 40 months",
        "trade press, 2025",
    ),
    Authority(
        "Export subsidy", "", "", "", "", "={subsidy_cost}", '="prohibited: a what-if only"',
        "Prohibited by the Agreement on Subsidies and Countervailing Measures", "WTO SCM, article 3",
    ),
)  # fmt: skip
EFFECT = shown(
    ("decision", "centre wrap"),
    ("tests_failed", "integer"),
    ("min_dscr", "multiple"),
    ("all_in_rate", "rate"),
    ("equity_irr_expected", "rate"),
)


def lay_authority(
    book: Book, studied: str, names: Sequence[str], settings: Settings, paper: str
) -> None:
    """The sheet; `studied` is the deal block of the case studied, `names` are the case sheets."""
    sheet = frame.start(
        book, "Authority", "Authority: what the law lets each tool do", "0072B2", paper
    )
    frame.band_row(sheet, frame.HEAD_ROW, "For counsel to confirm: no legal advice", SOURCE)
    said = {"tools": _sentence(), "state": _state_sentence(), "subsidy": _subsidy_sentence()}
    row = frame.sentences(sheet, frame.FIRST_ROW, said)
    frame.band_row(sheet, row, "Limits", SOURCE, "heading", "1")
    row = bounds.blue(book, sheet, row + 1, settings, "authority", LIMITS, COLUMNS)
    row = _tools(sheet, row)
    row = _state(sheet, row + 1, names)
    _subsidy(sheet, row + 1, studied, names)
    sheet.widths |= {SECTION: 4, LABEL: 54, VERDICT: 40, LAW: 72, SOURCE: 44}
    sheet.widths |= dict.fromkeys((LONGEST, MOST, YEARS_ASKED, MONEY_ASKED), 16)
    sheet.freeze = (frame.FIRST_ROW, LABEL + 1)


def _tools(sheet: Sheet, row: int) -> int:
    frame.band_row(
        sheet,
        row,
        '="What Support asks for "&{Support!studied_name}&", and the law"',
        SOURCE,
        "heading",
        "2",
    )
    row += 1
    sheet.put(row, LABEL, "Tool", "band")
    for col, words in HEADS:
        sheet.put(row, col, words, "band wrap" if col < VERDICT else "band")
    sheet.heights[row] = 26
    first = row + 1
    for k, tool in enumerate(TOOLS):
        row += 1
        sheet.put(row, LABEL, tool.tool, "text")
        for col, formula, style in (
            (LONGEST, tool.longest, "count"),
            (MOST, tool.most, "number"),
            (YEARS_ASKED, tool.years, "count"),
            (MONEY_ASKED, tool.money, "number"),
            (VERDICT, tool.verdict, "text"),
        ):
            if formula:
                sheet.put(row, col, formula, style)
        sheet.put(row, LAW, tool.law, "wrap")
        sheet.put(row, SOURCE, tool.source, "grey wrap")
        sheet.heights[row] = 26
        sheet.mark(f"verdict_{k}", row, VERDICT)
    spot = (first, VERDICT, row, VERDICT)
    corner = address(first, VERDICT)
    for start in ("needs", "too short", "beyond", "closed", "prohibited", "below"):
        rule = f'=LEFT({corner},{len(start)})="{start}"'
        sheet.conditionals.append(Conditional(spot, "formula", rule, "fail fill"))
    for start in ("exists", "not needed"):
        rule = f'=LEFT({corner},{len(start)})="{start}"'
        sheet.conditionals.append(Conditional(spot, "formula", rule, "ok fill"))
    return row + 1


def _state(sheet: Sheet, row: int, names: Sequence[str]) -> int:
    """The plant built by the state, beside the same goods bought under the package of Programme."""
    frame.band_row(
        sheet,
        row,
        "The state builds the plant itself, and runs it for the years of the offtake",
        SOURCE,
        "heading",
        "3",
    )
    years = f"({{[case]!year:}}<={_YEARS})*{{[case]!treasury_discount:}}"
    running = "{[case]!variable_cost_promised:}+{[case]!fixed_cost_path:}+{[case]!maintenance:}"
    rows = (
        ("studied_debt", "Debt of the case studied", "{[case]!debt}"),
        ("studied_capex", "Its capital cost", "{[case]!capex}"),
        ("studied_equity", "Its sponsor's equity", "{[case]!sponsor_equity}"),
        ("built_plant", "Plant, paid at once: budget authority, none of it private", "{[case]!plant_cost}"),
        ("built_running", "Running it over the years, at Treasury rates", f"SUMPRODUCT({years},{running})"),
        ("bought", "The same goods bought at the contract's price", f"SUMPRODUCT({years},{{[case]!revenue_promised:}})"),
    )  # fmt: skip
    return lay(
        sheet,
        [
            *(scalar(key, label, "$m", frame.chosen_case(names, token)) for key, label, token in rows),
            scalar("built_whole", "Built by the state: plant and running", "$m", "={built_plant}+{built_running}"),
            scalar("built_less", "Bought less built", "$m", "={bought}-{built_whole}"),
            scalar(
                "bought_authority",
                "Budget authority of the package of Programme",
                "$m",
                "=INDEX({Support!r_budget_authority:},1,{Programme!package})",
            ),
            scalar(
                "bought_private",
                "Private capital at risk in it",
                "$m",
                "=INDEX({Support!r_private_at_risk:},1,{Programme!package})",
            ),
        ],
        row + 1,
        COLUMNS,
    )  # fmt: skip


def _subsidy(sheet: Sheet, row: int, studied: str, names: Sequence[str]) -> None:
    """An export subsidy raises the price of what is exported; the case studied without it and with it."""
    frame.band_row(
        sheet, row, "Export subsidy, as a what-if beside export credit", SOURCE, "heading", "4"
    )
    row += 1
    raised = "(1+{Support!t_export_share}*{uplift})"
    sheet.put(row, LABEL, "The case studied", "band")
    for i, words in enumerate(("without", "with")):
        sheet.put(row, TWO.first + i, words, "band right")
    top = row + 1
    for i, (key, label) in enumerate(
        (
            ("price", "Contract price, on the average"),
            ("market_price", "Market price, on the average"),
        )
    ):
        at = top + i
        sheet.put(at, LABEL, label)
        sheet.put(at, TWO.last + 1, key, "grey")
        for j, factor in enumerate(("", "*" + raised)):
            sheet.put(at, TWO.first + j, f"={{Deals!studied_{key}}}{factor}", "price")
    keys = area(top, TWO.last + 1, top + 1, TWO.last + 1, True)
    values = area(top, TWO.first, top + 1, TWO.last, True)
    row = support_results.results(
        sheet, top + 2, EFFECT, "subsidy_", f"{studied},{keys},{values}", TWO, TWO.last + 1
    )
    cost = "SUMPRODUCT({[case]!revenue_expected:},{[case]!treasury_discount:})"
    lay(
        sheet,
        [
            scalar(
                "subsidy_cost",
                "What it costs the taxpayer, expected, at Treasury rates",
                "$m",
                frame.chosen_case(names, cost) + "*{Support!t_export_share}*{uplift}",
            )
        ],
        row,
        COLUMNS,
    )


def _sentence() -> str:
    """Which tools of the package shown on Programme have no authority as they are asked."""
    lacking = "".join(
        f'&IF(AND(INDEX({{Support!{tool.flag}:}},1,{{Programme!package}})=1,{lacks}),"; {words}","")'
        for tool, lacks, words in (
            (TOOLS[2], 'LEFT({verdict_2},5)="needs"', "the offtake needs an act of its own"),
            (TOOLS[3], 'LEFT({verdict_3},5)="needs"', "the guarantee needs an act of its own"),
            (TOOLS[4], '{verdict_4}="beyond its largest loan"', "the loan is beyond the largest that exists"),
            (TOOLS[6], "{defence}=1", "export credit is closed to it"),
        )
    )  # fmt: skip
    found = f'(""{lacking})'
    return (
        f'="Under """&{{Programme!package_name}}&""": "&IF({{Programme!package}}=1,"no tool of the government is used",IF({found}="",'
        '"no tool lacks a general authority",'
        f'MID({found},3,200)))&" (a multiyear contract reaches "&{frame.counted("{multi_years}", "year")}&")."'
    )


def _state_sentence() -> str:
    years = frame.counted(_YEARS, "year")
    return (
        f'="Built by the state the plant takes "&{frame.money("{built_plant}")}&" of authority at once and no private'
        f' capital. What it makes in "&{years}&" costs "&{frame.money("{built_whole}")}&" with the plant, "&{frame.money("{bought}")}'
        '&" bought at the contract\'s price"&IF({built_less}>0,": the "&'
        f"{frame.money('{built_less}')}"
        '&" between pays others to bear the build, the running and idle years, and no bank screens the state.",'
        '": bought it is no dearer, and a bank screens it.")'
    )


def _subsidy_sentence() -> str:
    cost = (
        '"An export subsidy of "&TEXT({uplift},"0%")&" (prohibited; a what-if) would cost "&'
        f"{frame.money('{subsidy_cost}')}"
    )
    effect = (
        '" and take the minimum DSCR from "&TEXT(ROUND({subsidy_min_dscr#1},2),"0.00")&"x to "'
        '&TEXT(ROUND({subsidy_min_dscr#2},2),"0.00")&"x, the tests failed from "&{subsidy_tests_failed#1}'
        '&" to "&{subsidy_tests_failed#2}&"."'
    )
    return (
        f'=IF({{Checks!live}}=0,"n/a",{cost}&IFERROR({effect},"; the case has no loan to cover."))'
    )
