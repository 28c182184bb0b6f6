"""The Summary: one printable page with the cases side by side, the credit tests, and the charts a
committee looks at first.
"""

from __future__ import annotations

from collections.abc import Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame, plausible
from bankable.templates.comparison.sheets.scenarios import NAMES as SCENARIOS
from bankable.templates.comparison.sheets.years import by_year
from bankable.templates.comparison.words import label as label_of
from bankable.templates.comparison.words import shown
from bankable.templates.workbook.book import (
    Book,
    Chart,
    Conditional,
    Series,
    Sheet,
    address,
    area,
    column_letters,
)
from bankable.templates.workbook.rows import CONSTANT, LABEL, SECTION, TOTAL, UNIT, given
from bankable.templates.workbook.styles import PALETTE
from bankable.udfs.deal.chain.decision import TESTS

FIRST_CASE = 3
LEAST_WIDE = 3  # columns that the page holds even for fewer cases: cushions and charts fill them

# the parts of the bank loan's all-in rate, here and on the memo page
RATE_PARTS = (
    ("rate_base_part", "rate"),
    ("rate_loss_part", "rate"),
    ("rate_margin_part", "rate"),
    ("rate_guarantee_part", "rate"),
)
# section, then rows: key on the case sheet, number format
ROWS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Request",
        (
            ("requested_debt", "number"),
            ("debt", "number"),
            ("gearing_used", "share"),
            ("tenor", "count"),
            ("payments_per_year", "count"),
            ("all_in_rate", "rate"),
            ("bank_rate", "rate"),
            *RATE_PARTS,
            ("plant_cost", "number"),
            ("total_uses", "number"),
            ("completion_month", "count"),
        ),
    ),
    (
        "Contract",
        (
            ("supported_end_year", "level years"),
            ("contracted_share", "level"),
            ("committed_margin", "number"),
            ("contract_kept", "level"),
        ),
    ),
    (
        "Coverage on the lender's view",
        (
            ("min_dscr", "multiple"),
            ("min_dscr_year", "years"),
            ("avg_dscr", "multiple"),
            ("llcr", "multiple"),
            ("plcr", "multiple"),
            ("unpaid", "nil number"),
        ),
    ),
    (
        "Public cost: a range, and figures that are never added",
        (
            ("public_cost", "nil number"),
            ("cost_at_market", "nil number"),
            ("cost_at_nothing", "nil number"),
            ("incremental_yearly", "nil number"),
            ("credit_cost", "nil number"),
            ("fair_credit_cost", "nil number"),
            ("promise_price", "nil number"),
            ("cost_per_plant", "nil number2"),
            ("budget_authority", "nil number"),
            ("private_per_public", "number2"),
        ),
    ),
    (
        "Minimum DSCR by view",
        (
            ("min_dscr_firm", "multiple"),
            ("min_dscr_supported", "multiple"),
            ("min_dscr_expected", "multiple"),
            ("min_dscr_promised", "multiple"),
        ),
    ),
    (
        "Debt capacity at the target DSCR, by view",
        (
            ("capacity_firm", "nil number"),
            ("capacity_supported", "nil number"),
            ("capacity_expected", "nil number"),
            ("capacity_promised", "nil number"),
            ("lender_capacity", "nil number"),
            ("permitted_debt", "nil number"),
        ),
    ),
    (
        "Loss",
        (
            ("pd_equivalent", "rate"),
            ("default_a_year", "rate"),
            ("life_default", "level"),
            ("shortfall_probability", "level"),
            ("collateral", "nil number"),
            ("recovery", "level"),
            ("lgd", "level"),
            ("lgd_average", "level"),
            ("loss_share", "rate"),
            ("price_words", "right small"),
            ("clearing_rate", "rate"),
            ("uncovered_by_price", "nil number"),
        ),
    ),
    (
        "Returns, and the sponsor's decision",
        (
            ("project_irr", "rate"),
            ("equity_irr_promised", "rate"),
            ("equity_irr_expected", "rate"),
            ("hurdle_irr", "rate"),
        ),
    ),
)

# what stands over all: the bank's decision, the sponsor's, and the test that permits the least debt
FIRST_LINES = (
    ("decision_words", "decision"),
    ("sponsor_words", "centre wrap"),
    ("binding_name", "centre wrap"),
)
SECOND_PAGE = "Debt capacity at the target DSCR, by view"  # the section that begins it


def lay_summary(book: Book, names: Sequence[str], paper: str, time: Periods) -> None:
    """The page; each figure a link to its case sheet, marked `key_1`, `key_2`, ... for memo and
    checks.
    """
    title = "Summary: the cases side by side" if len(names) > 1 else "Summary"
    sheet = frame.start(book, "Summary", title, "1F3864", paper)
    # read first, so it says itself whether its figures are calculated here
    frame.told(sheet, frame.STATUS_ROW, FIRST_CASE + 1, "={Checks!functions}", "grey")
    sheet.links_green = False
    n = len(names)
    sheet.put(frame.HEAD_ROW, LABEL, "What a committee reads first", "heading")
    sheet.put(frame.HEAD_ROW, SECTION, None, "heading")
    sheet.put(frame.HEAD_ROW, UNIT, "Unit", "heading")
    for i in range(max(n, LEAST_WIDE)):
        sheet.put(
            frame.HEAD_ROW,
            FIRST_CASE + i,
            f"={{Inputs!case_name_{i + 1}}}" if i < n else None,
            "heading centre",
        )
    plausible.say(sheet, frame.UNITS_ROW, FIRST_CASE, n)
    row = frame.FIRST_ROW
    for key, style in FIRST_LINES:
        sheet.put(row, LABEL, label_of(key), "bold")
        for i, name in enumerate(names):
            sheet.put(row, FIRST_CASE + i, f"={{{name}!{key}}}", style)
            sheet.mark(f"{key}_{i + 1}", row, FIRST_CASE + i)
        row += 1
    sheet.heights[frame.FIRST_ROW] = 34
    decision = (frame.FIRST_ROW, FIRST_CASE, frame.FIRST_ROW, FIRST_CASE + n - 1)
    for text, style in (("Does not", "fail fill"), ("Meets", "ok fill")):
        cell = f"{chr(65 + FIRST_CASE)}{frame.FIRST_ROW + 1}"
        sheet.conditionals.append(
            Conditional(decision, "formula", f'=LEFT({cell},{len(text)})="{text}"', style)
        )
    row = _answer(sheet, row, names)
    row = _tests(sheet, row, names)
    row = _strip(sheet, row, n)
    row = _cushions(sheet, row, n)
    for title, rows in ROWS:
        if title == SECOND_PAGE:
            sheet.print.row_breaks = (row,)
        _band(sheet, row, title, n)
        row += 1
        for key, label, unit, style in shown(*rows):
            sheet.put(row, LABEL, label)
            sheet.put(row, UNIT, unit, "unit")
            for i, name in enumerate(names):
                sheet.put(row, FIRST_CASE + i, f"={{{name}!{key}}}", style)
                sheet.mark(f"{key}_{i + 1}", row, FIRST_CASE + i)
            row += 1
    row = _findings(sheet, row, n)
    _charts(book, sheet, names, row, time)
    sheet.widths |= {SECTION: 2, LABEL: 62, UNIT: 11} | {
        FIRST_CASE + i: 26 for i in range(max(n, LEAST_WIDE))
    }
    sheet.freeze = (frame.FIRST_ROW, FIRST_CASE)
    sheet.print.landscape = False
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)


def _band(sheet: Sheet, row: int, title: str, n: int) -> None:
    for col in range(FIRST_CASE + max(n, LEAST_WIDE)):
        sheet.put(row, col, None, "band")
    sheet.put(row, LABEL, title, "band")


# the finding first, then what cures the case studied, then what each promise bears and costs
FINDING = (("Swap", "cells"), ("Swap", "bridge"), ("Swap", "left"))
CURE = (
    ("Cures", "promised"),
    *(("Recut", key) for key in ("law", "sponsor", "mark", "mix")),
)
FRONTIER = ("1", "2", "sponsor", "3", "4", "5")  # its sentences; the last says what it assumes
PROGRAMME = (("Programme", "plants"), ("Authority", "tools"))


def _answer(sheet: Sheet, row: int, names: Sequence[str]) -> int:
    """Whether the contract decides, why each case stands as it does, and what support would do, in
    sentences with computed figures.
    """
    _band(sheet, row, "The answer", len(names))
    row = _linked(sheet, row, FINDING, "bold")
    for i, name in enumerate(names, start=1):
        row += 1
        sheet.put(row, LABEL, _why(i, name))
        sheet.mark(f"why_{i}", row, LABEL)
    row = _linked(sheet, row, CURE, "text")
    for key in FRONTIER:
        row += 1
        absent = (
            '"The add-in\'s functions are absent: Frontier cannot be calculated here."'
            if key == FRONTIER[0]
            else '"n/a"'
        )
        sheet.put(row, LABEL, f"=IFERROR({{Frontier!sentence_{key}}},{absent})", "text")
        sheet.mark(f"answer_line{'' if key.isdigit() else '_'}{key}", row, LABEL)
    sheet.conditionals.append(
        Conditional(
            (row, LABEL, row, LABEL),
            "formula",
            f'=LEFT({address(row, LABEL)},10)="It assumes"',
            "alert text",
        )
    )
    return _linked(sheet, row, PROGRAMME, "text") + 1


def _linked(sheet: Sheet, row: int, sentences: Sequence[tuple[str, str]], style: str) -> int:
    """Sentences of other sheets, a row each; the last row."""
    for of, key in sentences:
        row += 1
        sheet.put(row, LABEL, f'=IFERROR({{{of}!sentence_{key}}},"n/a")', style)
        sheet.mark(f"{of.lower()}_{key}", row, LABEL)
    return row


def _why(i: int, name: str) -> str:
    """What a case's contract secures, against what its loan asks."""

    def c(key: str) -> str:
        return f"{{{name}!{key}}}"

    carries = f"IF({c('requested_debt')}>0,{c('lender_capacity')}/{c('requested_debt')},0)"
    years = f"ROUND({c('secured_end_year')},1)"
    secured, loan = (
        frame.counted(years, "secured contract year"),
        frame.counted(c("tenor"), "year"),
    )
    against = f'{secured}&" against a loan of "&{loan}&"; what the lender counts carries "'
    kept = (
        "\" of the debt asked; it stands to the loan's end with"
        f' "&TEXT({c("contract_kept")},"0%")&"."'
    )
    contracted = f"AND({c('kept_until')}>0,{c('contract_share')}>0)"
    without = (
        f'"no contract stands behind a loan of "&{loan}&"; what the lender counts carries "'
        f'&TEXT({carries},"0%")&" of the debt asked."'
    )
    told = f'IF({contracted},{against}&TEXT({carries},"0%")&{kept},{without})'
    return f'={{Inputs!case_name_{i}}}&": "&{told}'


def _strip(sheet: Sheet, row: int, n: int) -> int:
    """Minimum DSCR of every case under every scenario at once, and how the loan stands under it."""
    _band(
        sheet,
        row,
        "Under each scenario: minimum DSCR; * a credit test of the base case is not met (Scenarios"
        " names it)",
        n,
    )
    first = row + 1
    for k, name in enumerate(SCENARIOS, start=1):
        row += 1
        sheet.put(row, LABEL, name)
        sheet.put(
            row,
            UNIT,
            f'=IF({{Scenarios!number}}={{Lists!scenario_number#{k}}},"in force","x")',
            "unit",
        )
        for i in range(1, n + 1):
            dscr, decision, standing = (
                f"{{Scenarios!{part}_{i}#{k}}}"
                for part in ("strip_min_dscr", "strip_decision", "standing")
            )
            figure = f'IF(ISNUMBER({dscr}),TEXT({dscr},"0.00""x"""),"n/a")'
            words = (
                f'IF({standing}="not reached",{standing},{figure}&" '
                f' "&{standing}&IF(LEFT({decision},5)="Meets",""," *"))'
            )
            sheet.put(row, FIRST_CASE + i - 1, f'=IFERROR({words},"no add-in")', "right")
            sheet.mark(
                f"under_{name.lower().replace(' ', '_').replace('-', '_')}_{i}",
                row,
                FIRST_CASE + i - 1,
            )
    spot = (first, FIRST_CASE, row, FIRST_CASE + n - 1)
    corner = f"{chr(65 + FIRST_CASE)}{first + 1}"
    sheet.conditionals.append(
        Conditional(spot, "formula", f'=ISNUMBER(SEARCH("default",{corner}))', "alert text")
    )
    sheet.conditionals.append(Conditional(spot, "formula", f'={corner}="not reached"', "mute"))
    return row + 1


# break-evens of Sensitivity shown here: their place in its list, key, words, number format
CUSHIONS = (
    (1, "utilisation", "Utilisation", "level"),
    (2, "price", "Price, or floor in a band, $m a unit", "price"),
    (3, "years", "Years of public offtake", "count"),
    (4, "coverage", "Guarantee coverage", "level"),
)
THIN = 0.05


def _cushions(sheet: Sheet, row: int, n: int) -> int:
    """How far the case on Sensitivity holds: where a test of it fails, against its own figures."""
    _band(
        sheet, row, '="How far it holds: "&{Sensitivity!case_name}&", one input moved at a time"', n
    )
    for k, head in enumerate(("as it is", "fails beyond", "cushion")):
        sheet.put(row, FIRST_CASE + k, head, "band right")
    for place, key, label, style in CUSHIONS:
        row += 1
        own, least = f"{{Sensitivity!own_breakeven_{place}}}", f"{{Sensitivity!breakeven_{place}}}"
        sheet.put(row, LABEL, label)
        sheet.put(row, FIRST_CASE, f"={own}", style)
        sheet.put(row, FIRST_CASE + 1, f"={least}", style)
        both = f"AND(ISNUMBER({own}),ISNUMBER({least}))"
        sheet.put(
            row,
            FIRST_CASE + 2,
            f'=IF({both},IF({own}>0,ABS(1-{least}/{own}),"n/a"),"n/a")',
            "level",
        )
        sheet.mark(f"cushion_of_{key}", row, FIRST_CASE + 2)
    spot = (row - len(CUSHIONS) + 1, FIRST_CASE + 2, row, FIRST_CASE + 2)
    corner = address(spot[0], spot[1])
    sheet.conditionals.append(
        Conditional(spot, "formula", f"=AND(ISNUMBER({corner}),{corner}<{THIN})", "alert text")
    )
    return row + 1


def _tests(sheet: Sheet, row: int, names: Sequence[str]) -> int:
    """Each test as value, limit and verdict in one text a case."""
    _band(sheet, row, "Credit tests: value against limit", len(names))
    row += 1
    first = row
    for key, label, unit, direction in TESTS:
        sheet.put(row, LABEL, f"{label} ({'at least' if direction > 0 else 'at most'})")
        sheet.put(row, UNIT, unit, "unit")
        form = '"0.00""x"""' if unit == "x" else '"0.00%"' if key.startswith("loss") else '"0.0%"'
        for i, name in enumerate(names):
            value, limit, passed = (
                f"{{{name}!test_{key}}}",
                f"{{{name}!limit_{key}}}",
                f"{{{name}!pass_{key}}}",
            )
            sheet.put(
                row,
                FIRST_CASE + i,
                f'=IF(ISNUMBER({value}),TEXT({value},{form})&" /'
                f' "&TEXT({limit},{form})&IF({passed}=1,"  passed","  FAILED"),"n/a")',
                "right",
            )
            sheet.mark(f"test_{key}_{i + 1}", row, FIRST_CASE + i)
        row += 1
    spot = (first, FIRST_CASE, row - 1, FIRST_CASE + len(names) - 1)
    corner = f"{chr(65 + FIRST_CASE)}{first + 1}"
    sheet.conditionals.append(
        Conditional(spot, "formula", f'=ISNUMBER(SEARCH("FAILED",{corner}))', "alert text")
    )
    return row


CHART_YEARS = "#1-15"


def _joined(n: int, text: str) -> str:
    """`Case 1 x, Case 2 y, ...` as a formula; `text` holds [i] for the case's number."""
    return '&", "&'.join(
        f'{{Inputs!case_name_{i}}}&" "&{given(text, i=i)}' for i in range(1, n + 1)
    )


# key of the finding, its words, and the figure of case # in it
FINDINGS = (
    (
        "finding_dscr",
        "Lowest DSCR",
        'IF(ISNUMBER({Summary!min_dscr_[i]}),TEXT({Summary!min_dscr_[i]},"0.00""x"""),"n/a")',
    ),
    (
        "finding_capacity",
        "Of the debt asked, the lender's view carries",
        'TEXT({Summary!lender_capacity_[i]}/MAX({Summary!requested_debt_[i]},1),"0%")',
    ),
    ("finding_rate", "Bank loan, all in", 'TEXT({Summary!bank_rate_[i]},"0.00%")'),
    ("finding_time", "Months to first revenue", 'TEXT({Summary!completion_month_[i]},"0")'),
    (
        "finding_scenarios",
        "Stresses that leave the loan holding",
        (
            'IF({Checks!live}=1,(COUNTIF({Scenarios!standing_[i]:},"holds")-IF(INDEX({Scenarios!standing_[i]:},1,1)&""="holds",1,0))&"'
            ' of "&(COLUMNS({Scenarios!standing_[i]:})-1-COUNTIF({Scenarios!standing_[i]:},"not'
            ' reached")),"n/a")'
        ),
    ),
)


def _findings(sheet: Sheet, row: int, n: int) -> int:
    """What each chart shows, in a sentence with its figures; the charts take their titles from
    here.
    """
    _band(sheet, row, "Findings, as the charts show them", n)
    for key, words, figure in FINDINGS:
        row += 1
        sheet.put(row, LABEL, f'="{words}: "&{_joined(n, figure)}')
        sheet.mark(key, row, LABEL)
    row += 1
    sheet.put(row, LABEL, '=IFERROR({Frontier!finding},"The frontier needs the functions")')
    sheet.mark("finding_frontier", row, LABEL)
    return row + 2


CHART_WIDTH, CHART_HEIGHT, CHART_ROWS = 515, 330, 20


def _charts(book: Book, sheet: Sheet, names: Sequence[str], row: int, time: Periods) -> None:
    """DSCR paths against the covenant, cost of what passes, capacity, scenarios, the rate's parts,
    time to first revenue.
    """
    n = len(names)
    first, last = column_letters(FIRST_CASE), column_letters(FIRST_CASE + n - 1)

    def across(key: str) -> str:
        number = sheet.placed[f"{key}_1"].row + 1
        return f"Summary!${first}${number}:${last}${number}"

    cases = f"Summary!${first}${frame.HEAD_ROW + 1}:${last}${frame.HEAD_ROW + 1}"
    years = f"{{{'Years' if time.several else names[0]}!year{CHART_YEARS}}}"

    def first_years(i: int, key: str) -> str:
        return by_year(i, names[i - 1], key, time, CHART_YEARS)

    dscr = [
        Series(f"{{Inputs!case_name_{i}}}", first_years(i, "lender_dscr"), years, PALETTE[i - 1])
        for i in range(1, n + 1)
    ]
    dscr.append(
        Series(
            "Minimum asked",
            first_years(1, "covenant"),
            years,
            "000000",
            dashed=True,
            on_line=True,
        )
    )
    capacity = [
        Series("Lender's view, in the profile asked", across("lender_capacity"), cases, PALETTE[0]),
        Series("If every renewal comes", across("capacity_promised"), cases, PALETTE[4]),
        Series("Requested", across("requested_debt"), cases, "000000"),
    ]
    parts = (
        ("Base", "base"),
        ("Expected loss", "loss"),
        ("Margin", "margin"),
        ("Guarantee fee and spread", "guarantee"),
    )
    rate = [
        Series(label, across(f"rate_{part}_part"), cases, PALETTE[i])
        for i, (label, part) in enumerate(parts)
    ]
    months = [Series("Months to first revenue", across("completion_month"), cases, PALETTE[0])]
    frontier = book["Frontier"].placed

    def down(key: str, col: int) -> str:
        count = sum(
            name.removeprefix(f"{key}_").isdigit()
            for name in frontier
            if name.startswith(f"{key}_")
        )
        top = frontier[f"{key}_1"].row
        return f"Frontier!{area(top, col, top + count - 1, col, True)}"

    costs = [
        Series(
            "{Frontier!form_name}", down("passing", TOTAL), down("passing", CONSTANT), PALETTE[0]
        ),
        Series(
            "{Frontier!other_form_name}",
            down("other", TOTAL),
            down("passing", CONSTANT),
            PALETTE[1],
        ),
    ]
    under = [
        Series(
            f"{{Inputs!case_name_{i + 1}}}",
            f"{{Scenarios!reached_dscr_{i + 1}:}}",
            "{Scenarios!names:}",
            PALETTE[i],
        )
        for i in range(n)
    ]
    for place, (kind, finding, series, x, y, form, alt) in enumerate(
        (
            (
                "column",
                "dscr",
                dscr,
                "Year of operation",
                "DSCR",
                '0.0"x"',
                "DSCR by year of operation against the minimum asked",
            ),
            (
                "column",
                "frontier",
                costs,
                "Years of public offtake",
                "$m",
                "#,##0",
                "Least expected cost that passes, by years of offtake",
            ),
            (
                "column",
                "capacity",
                capacity,
                "",
                "$m",
                "#,##0",
                "Debt capacity, and the debt requested",
            ),
            (
                "column",
                "scenarios",
                under,
                "",
                "Minimum DSCR",
                '0.0"x"',
                "Minimum DSCR of each case under each scenario",
            ),
            ("stacked", "rate", rate, "", "a year", "0%", "Parts of the bank loan's all-in rate"),
            (
                "bar",
                "time",
                months,
                "",
                "months",
                "0",
                "Months from financial close to first revenue",
            ),
        )
    ):
        sheet.charts.append(
            Chart(
                kind,
                f"{{Summary!finding_{finding}}}",
                tuple(series),
                row + CHART_ROWS * (place // 2),
                LABEL if place % 2 == 0 else FIRST_CASE,
                width=CHART_WIDTH,
                height=CHART_HEIGHT,
                x_title=x,
                x_format="0",
                y_title=y,
                y_format=form,
                alt_text=alt,
            )
        )
    sheet.print.area = (
        frame.TITLE_ROW,
        SECTION,
        row + 3 * CHART_ROWS,
        FIRST_CASE + max(n, LEAST_WIDE) - 1,
    )
