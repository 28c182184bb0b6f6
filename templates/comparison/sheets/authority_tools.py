"""What the law lets each tool do beside what Support asks of it, the table of Authority, and the sentence on
what lacks authority.
"""

from __future__ import annotations

from typing import NamedTuple

from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Conditional, Sheet, TimeColumns, address
from bankable.templates.workbook.rows import LABEL, TOTAL

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
NEEDS_ACT = "needs an act of its own"


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


YEARS = "{Support!t_years}"
_WITHIN = f"{YEARS}<={{multi_years}}"
_DEBT = "{studied_debt}"
TOOLS = (
    Authority(
        "Orders renewed year by year", "", "=1", "", "", "", '="exists"',
        "Annual appropriations; each year may bring nothing", "the case as it is",
    ),
    Authority(
        "Multiyear contract", "", "={multi_years}", "", f"={YEARS}", "",
        f'=IF({_WITHIN},"exists","too short by "&({YEARS}-{{multi_years}})&" years")',
        "At most five program years, approved by Congress in two acts; all but the first may be cancelled"
        " against a ceiling that covers non-recurring cost",
        "10 USC 3501; FAR 17.1; CRS R41909",
    ),
    Authority(
        "Longer public offtake, price band or floor", "use_offtake", "", "", f"={YEARS}", "",
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


def tools(sheet: Sheet, row: int) -> int:
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


def lacking_sentence() -> str:
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
