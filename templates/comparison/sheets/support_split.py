"""Who bears the loss and who keeps the gain under tools of equal public cost (SUPPORT_SPLIT), and the
sponsor's break-even belief.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.support_lender import lender_threshold
from bankable.templates.comparison.sheets.support_terms import COLUMNS, blue
from bankable.templates.workbook.book import Book, Sheet, TimeColumns, area
from bankable.templates.workbook.rows import LABEL, UNIT, given, lay, note, scalar
from bankable.templates.workbook.settings import Settings

# tool, and the grant, coverage and share of a public loan that it stands for
SPLIT_TOOLS = (
    ("No support", ("=0", "=0", "=0")),
    ("Grant", ("=MIN({s_cost},MAX(0,{s_capex}-{s_debt}))", "=0", "=0")),
    ("Guarantee", ("=0", "={s_covered}", "=0")),
    ("Public loan", ("=0", "=0", "={s_covered}")),
)
PARTIES = ("sponsor", "lender", "taxpayer", "project")


def goes_ahead_from(who: str) -> str:
    """The probability of success at which gain and loss of `who` are even."""
    loss, gain = f"{{split_[k]_{who}_loss}}", f"{{split_[k]_{who}_gain}}"
    even = f"MAX(0,{loss}/({loss}+{gain}))"
    return f'IF(ISNUMBER({loss}),IF(AND({loss}+{gain}>0,{gain}>=0),{even},"n/a"),"n/a")'


def split(
    book: Book, sheet: Sheet, row: int, names: Sequence[str], settings: Settings, time: Periods
) -> int:
    """Who bears the loss and who keeps the gain under tools of equal public cost; the sponsor's
    break-even belief, native.
    """
    frame.band_row(
        sheet,
        row,
        "Who bears the loss and who keeps the gain, at equal public cost",
        COLUMNS.last,
        "heading",
        "7",
    )

    def of_studied(token: str) -> str:
        return "=CHOOSE({studied}," + ",".join(given(token, case=name) for name in names) + ")"

    terms = (
        ("s_rate", "Return that the project should earn", "% a year", 0.08, "rate", 0, 0.5),
        (
            "s_covered",
            "Share of debt guaranteed; the others cost the same",
            "%",
            0.60,
            "share",
            0,
            1,
        ),
    )
    row = lay(
        sheet,
        [
            note(
                "Two states in present values: the contract is kept, or it is lost and another user"
                " buys the plant (SUPPORT_SPLIT)."
            ),
            note(
                "A plain example beside the chain: years, prices and default of the case itself"
                " stand on its own sheet and on Summary."
            ),
            note(
                "Each party's money at risk, gain if it is kept, loss if it is lost, and expected"
                " value; a loss below zero is a gain."
            ),
            *(
                scalar(k, label, unit, settings.take(f"support_{k}", [v])[0], f"input {style}")
                for k, label, unit, v, style, _, _ in terms
            ),
            scalar("s_capex", "Cost of the project", "$m", of_studied("{[case]!total_uses}")),
            scalar("s_debt", "Debt", "$m", of_studied("{[case]!debt}")),
            scalar(
                "s_success",
                "Worth if the contract is kept",
                "$m",
                of_studied(
                    "SUMPRODUCT({[case]!unlevered_cfads_promised:},(1+{s_rate})^-{[case]!year:})"
                ),
            ),
            scalar(
                "s_failure", "Worth if it is lost", "$m", of_studied("{[case]!collateral_sold}")
            ),
            scalar(
                "s_probability",
                "Probability that it is kept to the end of the loan",
                "%",
                of_studied("{[case]!contract_kept}"),
                "share",
            ),
            scalar(
                "s_shortfall",
                "Debt not covered where it is lost",
                "$m",
                "=MAX(0,{s_debt}-{s_failure})",
            ),
            scalar(
                "s_cost",
                "Expected public cost of each tool",
                "$m",
                "={s_covered}*(1-{s_probability})*{s_shortfall}",
                "total number",
            ),
        ],
        row + 1,
        COLUMNS,
    )
    for key, label, _, _, _, low, high in terms:
        blue(book, sheet, key, low, high, label)
    frame.band_row(sheet, row, "The tools: same expected cost each", COLUMNS.last)
    for j, column in enumerate(("grant, $m", "guaranteed", "public loan")):
        sheet.put(row, COLUMNS.first + j, column, "band right")
    first = row + 1
    for words, tool in SPLIT_TOOLS:
        row += 1
        sheet.put(row, LABEL, words)
        for j, amount in enumerate(tool):
            sheet.put(row, COLUMNS.first + j, amount, "number" if j == 0 else "share")
    grants, covered, lent = (
        area(first, COLUMNS.first + j, row, COLUMNS.first + j, True) for j in range(3)
    )
    row += 1
    height = 1 + len(PARTIES)
    call = f"SUPPORT_SPLIT({{s_capex}},{{s_debt}},{{s_success}},{{s_failure}},{{s_probability}},{grants},{covered},0,{lent})"
    none = 'IF({Checks!live}=1,"n/a","no add-in")'
    sheet.array(
        row, COLUMNS.first, height * len(SPLIT_TOOLS), 5, f"=IFERROR({call},{none})", "number"
    )
    for k, (words, _) in enumerate(SPLIT_TOOLS):
        sheet.put(row, LABEL, f"{words}: by party", "band")
        sheet.put(row, UNIT, "$m", "band")
        for j in range(5):
            sheet.cells[row, COLUMNS.first + j].style = "band right"
        for i, party in enumerate(PARTIES):
            at = row + 1 + i
            sheet.cells[at, COLUMNS.first].style = "text"
            for j, figure in enumerate(("risk", "gain", "loss", "expected"), start=1):
                sheet.mark(f"split_{k}_{party}_{figure}", at, COLUMNS.first + j)
        row += height
    frame.band_row(
        sheet,
        row,
        "Sponsor's break-even belief against the efficient threshold, at equal public cost",
        COLUMNS.last,
    )
    for k, (words, _) in enumerate(SPLIT_TOOLS):
        sheet.put(row, COLUMNS.first + k, words, "band right")
    columns = TimeColumns(COLUMNS.first, len(SPLIT_TOOLS))
    figures = (
        (
            "belief",
            "The sponsor goes ahead from this probability of success",
            "share",
            goes_ahead_from("sponsor"),
        ),
        (
            "efficient",
            "The project is worth its cost from",
            "share",
            goes_ahead_from("project"),
        ),
        (
            "gap",
            "Gap: a plant that the sponsor builds without believing in it",
            "share",
            "IF(AND(ISNUMBER({split_belief#[place]}),ISNUMBER({split_efficient#[place]})),"
            '{split_efficient#[place]}-{split_belief#[place]},"n/a")',
        ),
        (
            "taxpayer",
            "Expected public cost, as a check of equality",
            "number",
            'IF(ISNUMBER({split_[k]_taxpayer_expected}),-{split_[k]_taxpayer_expected},"n/a")',
        ),
        (
            "private",
            "Private money at risk per $ of public cost",
            "number2",
            "IF(ISNUMBER({split_[k]_taxpayer_expected}),IF(-{split_[k]_taxpayer_expected}>0,"
            "({split_[k]_sponsor_risk}+{split_[k]_lender_risk})"
            '/-{split_[k]_taxpayer_expected},"n/a"),"n/a")',
        ),
    )
    for key, label, style, formula in figures:
        row += 1
        sheet.put(row, LABEL, label)
        sheet.mark_path(f"split_{key}", row, columns)
        for k in range(len(SPLIT_TOOLS)):
            text = given(formula, k=k, place=k + 1)
            sheet.put(row, COLUMNS.first + k, f"={text}", style)
    row += 1
    grant, guarantee, worth = (
        f'TEXT({{split_{key}#{k}}},"0%")'
        for key, k in (("belief", 2), ("belief", 3), ("efficient", 1))
    )
    told = (
        f'"At equal public cost a grant lets the sponsor start from "&{grant}&", a guarantee from'
        f' "&{guarantee}'
    )
    told += (
        f'&"; the project is worth its cost from "&{worth}&", and the contract stands with'
        ' "&TEXT({s_probability},"0%")&"."'
    )
    untold = (
        "No split can be told: with the contract the plant is worth less than without it, debt and"
        " grant pass its cost, or the functions are absent here."
    )
    sheet.put(row, LABEL, f'=IF(ISNUMBER({{split_belief#2}}),{told},"{untold}")', "bold")
    return lender_threshold(sheet, row + 2, names, time)
