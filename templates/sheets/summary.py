"""The Summary: one printable page with the cases side by side, the credit tests, and the charts a committee looks at first."""

from __future__ import annotations

from collections.abc import Sequence

from templates.book import Book, Chart, Conditional, Series, Sheet, column_letters
from templates.rows import LABEL, SECTION, UNIT
from templates.sheets import frame
from templates.sheets.scenarios import NAMES as SCENARIOS
from templates.styles import PALETTE
from udfs.chain.decision import TESTS

FIRST_CASE = 3

# section, then rows: label, unit, key on the case sheet, number format
ROWS: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "Request",
        (
            ("Debt requested", "$m", "requested_debt", "number"),
            ("Debt used in the figures below", "$m", "debt", "number"),
            ("Gearing", "%", "gearing_used", "share"),
            ("Tenor from completion", "years", "tenor", "count"),
            ("All-in rate of the whole debt", "% a year", "term_rate", "rate"),
            ("All-in rate of the bank loan", "% a year", "bank_rate", "rate"),
            ("  base rate", "% a year", "rate_base_part", "rate"),
            ("  expected loss of the uncovered part", "% a year", "rate_loss_part", "rate"),
            ("  margin on the uncovered part", "% a year", "rate_margin_part", "rate"),
            ("  guarantee fee and spread on the guaranteed part", "% a year", "rate_guarantee_part", "rate"),
            ("Plant cost", "$m", "plant_cost", "number"),
            ("Total uses", "$m", "total_uses", "number"),
            ("Months from close to first revenue", "months", "completion_month", "count"),
        ),
    ),
    (
        "The promise",
        (
            ("Firm years, government's commitment included", "years", "supported_end_year", "count"),
            ("Contracted share of revenue, lender's view", "%", "contracted_share", "share"),
            ("Value of the contract, risk counted", "$m", "contract_value", "number"),
            ("Probability that the contract stands to the end of the loan", "%", "contract_kept", "share"),
        ),
    ),
    (
        "Coverage on the lender's view",
        (
            ("Minimum DSCR", "x", "lender_min_dscr", "multiple"),
            ("Year of the minimum", "year", "lender_min_year", "count"),
            ("Average DSCR", "x", "lender_avg_dscr", "multiple"),
            ("LLCR", "x", "llcr", "multiple"),
            ("PLCR", "x", "plcr", "multiple"),
        ),
    ),
    (
        "Minimum DSCR by view",
        (
            ("Firm revenue only", "x", "min_dscr_firm", "multiple"),
            ("With the government's commitment", "x", "min_dscr_supported", "multiple"),
            ("Expected revenue", "x", "min_dscr_expected", "multiple"),
            ("If every renewal comes", "x", "min_dscr_promised", "multiple"),
        ),
    ),
    (
        "Debt capacity at the target DSCR, by view",
        (
            ("Firm revenue only", "$m", "capacity_firm", "number"),
            ("With the government's commitment", "$m", "capacity_supported", "number"),
            ("Expected revenue", "$m", "capacity_expected", "number"),
            ("If every renewal comes", "$m", "capacity_promised", "number"),
            ("Debt that all tests permit", "$m", "permitted_debt", "number"),
        ),
    ),
    (
        "Loss",
        (
            ("Default probability, constant equivalent", "% a year", "pd_equivalent", "rate"),
            ("Loss given default", "%", "lgd", "share"),
            ("Expected loss over the loan's life", "% of debt", "loss_share", "rate"),
            ("Probability of DSCR below 1 in some year", "%", "shortfall_probability", "share"),
        ),
    ),
    (
        "Returns",
        (
            ("Project IRR, promised, without debt", "% a year", "irr_project", "rate"),
            ("Equity IRR if every renewal comes", "% a year", "irr_equity_promised", "rate"),
            ("Equity IRR on expected cash flow", "% a year", "irr_equity_expected", "rate"),
        ),
    ),
    (
        "Public cost: two figures, never added",
        (
            ("Expected cost", "$m", "public_cost", "number"),
            ("Budget authority", "$m", "budget_authority", "number"),
            ("Expected cost per $ of plant", "$", "cost_per_plant", "number2"),
            ("Private capital at risk per $ of expected cost", "$", "private_per_public", "number2"),
        ),
    ),
)


def lay_summary(book: Book, names: Sequence[str], paper: str) -> None:
    """The page; each figure a link to its case sheet, marked `key_1`, `key_2`, ... for memo and checks."""
    sheet = frame.start(book, "Summary", "Summary: the cases side by side", "1F3864", paper)
    n = len(names)
    sheet.put(frame.HEAD_ROW, LABEL, "What a committee reads first", "heading")
    sheet.put(frame.HEAD_ROW, SECTION, None, "heading")
    sheet.put(frame.HEAD_ROW, UNIT, "Unit", "heading")
    for i in range(n):
        sheet.put(frame.HEAD_ROW, FIRST_CASE + i, f"={{Inputs!case_name_{i + 1}}}", "link heading centre")
    row = frame.FIRST_ROW
    for label, key, style in (("Decision", "decision_words", "decision"), ("Binding test", "binding_name", "link centre wrap")):
        sheet.put(row, LABEL, label, "bold")
        for i, name in enumerate(names):
            sheet.put(row, FIRST_CASE + i, f"={{{name}!{key}}}", style)
            sheet.mark(f"{key}_{i + 1}", row, FIRST_CASE + i)
        row += 1
    sheet.heights[frame.FIRST_ROW] = 34
    sheet.heights[frame.FIRST_ROW + 1] = 28
    decision = (frame.FIRST_ROW, FIRST_CASE, frame.FIRST_ROW, FIRST_CASE + n - 1)
    for text, style in (("Does not", "fail fill"), ("Meets", "ok fill")):
        cell = f"{chr(65 + FIRST_CASE)}{frame.FIRST_ROW + 1}"
        sheet.conditionals.append(Conditional(decision, "formula", f'=LEFT({cell},{len(text)})="{text}"', style))
    row = _answer(sheet, row, n)
    for title, rows in ROWS:
        _band(sheet, row, title, n)
        row += 1
        for label, unit, key, style in rows:
            sheet.put(row, LABEL, label)
            sheet.put(row, UNIT, unit, "unit")
            for i, name in enumerate(names):
                sheet.put(row, FIRST_CASE + i, f"={{{name}!{key}}}", style)
                sheet.mark(f"{key}_{i + 1}", row, FIRST_CASE + i)
            row += 1
    row = _tests(sheet, row, names)
    row = _strip(sheet, row, n)
    _findings(sheet, row, n)
    _charts(sheet, names)
    sheet.widths |= {SECTION: 2, LABEL: 50, UNIT: 11} | {FIRST_CASE + i: 24 for i in range(n)}
    sheet.freeze = (frame.FIRST_ROW, FIRST_CASE)
    sheet.print.pages_tall = 1


def _band(sheet: Sheet, row: int, title: str, n: int) -> None:
    for col in range(FIRST_CASE + n):
        sheet.put(row, col, None, "band")
    sheet.put(row, LABEL, title, "band")


def _answer(sheet: Sheet, row: int, n: int) -> int:
    """What support would do, in one sentence with computed figures, over two rows."""
    _band(sheet, row, "The answer in one sentence", n)
    for k, part in enumerate(("answer", "answer_cost"), start=1):
        sheet.put(
            row + k,
            LABEL,
            f'=IFERROR({{Frontier!sentence_{k}}},"The add-in\'s functions are absent: Frontier cannot be calculated here.")',
            "bold",
        )
        sheet.mark(part, row + k, LABEL)
    return row + 3


def _strip(sheet: Sheet, row: int, n: int) -> int:
    """Minimum DSCR and decision of every case under every scenario at once."""
    _band(sheet, row, "Under each scenario: minimum DSCR and whether the tests are met", n)
    first = row + 1
    for k, name in enumerate(SCENARIOS, start=1):
        row += 1
        sheet.put(row, LABEL, name)
        sheet.put(row, UNIT, f'=IF({{Scenarios!number}}={{Lists!scenario_number#{k}}},"in force","x")', "unit")
        for i in range(1, n + 1):
            dscr, decision = f"{{Scenarios!strip_min_dscr_{i}#{k}}}", f"{{Scenarios!strip_decision_{i}#{k}}}"
            words = f'TEXT({dscr},"0.00""x""")&IF(LEFT({decision},5)="Meets","  passed","  FAILED")'
            sheet.put(row, FIRST_CASE + i - 1, f'=IFERROR({words},"no add-in")', "right")
            sheet.mark(f"under_{name.lower().replace(' ', '_').replace('-', '_')}_{i}", row, FIRST_CASE + i - 1)
    spot = (first, FIRST_CASE, row, FIRST_CASE + n - 1)
    corner = f"{chr(65 + FIRST_CASE)}{first + 1}"
    sheet.conditionals.append(Conditional(spot, "formula", f'=ISNUMBER(SEARCH("FAILED",{corner}))', "alert text"))
    return row + 1


def _tests(sheet: Sheet, row: int, names: Sequence[str]) -> int:
    """Each test as value, limit and verdict in one text a case."""
    _band(sheet, row, "Credit tests: value against limit", len(names))
    row += 1
    first = row
    for key, label, unit, direction in TESTS:
        sheet.put(row, LABEL, f"{label} ({'at least' if direction > 0 else 'at most'})")
        sheet.put(row, UNIT, unit, "unit")
        shown = '"0.00""x"""' if unit == "x" else '"0.0%"'
        for i, name in enumerate(names):
            value, limit, passed = f"{{{name}!test_{key}}}", f"{{{name}!limit_{key}}}", f"{{{name}!pass_{key}}}"
            sheet.put(
                row,
                FIRST_CASE + i,
                f'=IF(ISNUMBER({value}),TEXT({value},{shown})&" / "&TEXT({limit},{shown})&IF({passed}=1,"  passed","  FAILED"),"n/a")',
                "right",
            )
            sheet.mark(f"test_{key}_{i + 1}", row, FIRST_CASE + i)
        row += 1
    spot = (first, FIRST_CASE, row - 1, FIRST_CASE + len(names) - 1)
    corner = f"{chr(65 + FIRST_CASE)}{first + 1}"
    sheet.conditionals.append(Conditional(spot, "formula", f'=ISNUMBER(SEARCH("FAILED",{corner}))', "alert text"))
    return row


def first_years(name: str, key: str, years: int = 20) -> str:
    """The first years of a path on a case sheet."""
    return f"{{{name}!{key}#1-{years}}}"


def _joined(n: int, text: str) -> str:
    """`Case 1 x, Case 2 y, ...` as a formula; `text` holds # for the case's number."""
    return '&", "&'.join(f'{{Inputs!case_name_{i}}}&" "&{text.replace("#", str(i))}' for i in range(1, n + 1))


# key of the finding, its words, and the figure of case # in it
FINDINGS = (
    ("finding_dscr", "Lowest DSCR", 'IF(ISNUMBER({Summary!lender_min_dscr_#}),TEXT({Summary!lender_min_dscr_#},"0.00""x"""),"n/a")'),
    (
        "finding_capacity",
        "Of the debt asked, firm revenue carries",
        'TEXT({Summary!capacity_firm_#}/MAX({Summary!requested_debt_#},1),"0%")',
    ),
    ("finding_rate", "Bank loan, all in", 'TEXT({Summary!bank_rate_#},"0.00%")'),
    ("finding_time", "Months to first revenue", 'TEXT({Summary!completion_month_#},"0")'),
)


def _findings(sheet: Sheet, row: int, n: int) -> int:
    """What each chart shows, in a sentence with its figures; the charts take their titles from here."""
    _band(sheet, row, "Findings", n)
    for key, words, figure in FINDINGS:
        row += 1
        sheet.put(row, LABEL, f'="{words}: "&{_joined(n, figure)}')
        sheet.mark(key, row, LABEL)
    for key, words in (
        ("finding_frontier", '=IFERROR({Frontier!finding},"The frontier needs the functions")'),
        ("finding_scenarios", '="Minimum DSCR under each scenario; in force: "&{Scenarios!scenario}'),
    ):
        row += 1
        sheet.put(row, LABEL, words)
        sheet.mark(key, row, LABEL)
    return row + 1


CHART_WIDTH, CHART_HEIGHT, CHART_ROWS = 560, 420, 24


def _charts(sheet: Sheet, names: Sequence[str]) -> None:
    """DSCR paths against the covenant, capacity by view, the rate's parts, time to first revenue."""
    n = len(names)
    first, last = column_letters(FIRST_CASE), column_letters(FIRST_CASE + n - 1)

    def across(key: str) -> str:
        number = sheet.placed[f"{key}_1"].row + 1
        return f"Summary!${first}${number}:${last}${number}"

    cases = f"Summary!${first}${frame.HEAD_ROW + 1}:${last}${frame.HEAD_ROW + 1}"
    years = first_years(names[0], "year")
    dscr = [Series(f"{{Inputs!case_name_{i + 1}}}", first_years(name, "lender_dscr"), years, PALETTE[i]) for i, name in enumerate(names)]
    dscr.append(Series("Minimum asked", first_years(names[0], "covenant"), years, "000000", dashed=True, on_line=True))
    views = (("Firm", "firm"), ("With commitment", "supported"), ("Expected", "expected"), ("Promised", "promised"))
    capacity = [Series(label, across(f"capacity_{view}"), cases, PALETTE[i]) for i, (label, view) in enumerate(views)]
    capacity.append(Series("Requested", across("requested_debt"), cases, "000000"))
    parts = (("Base", "base"), ("Expected loss", "loss"), ("Margin", "margin"), ("Guarantee fee and spread", "guarantee"))
    rate = [Series(label, across(f"rate_{part}_part"), cases, PALETTE[i]) for i, (label, part) in enumerate(parts)]
    months = [Series("Months to first revenue", across("completion_month"), cases, PALETTE[0])]
    lines = [
        Series(f"{{Frontier!years_{i}}}", f"{{Frontier!min_dscr_{i}:}}", "{Frontier!coverages:}", PALETTE[k])
        for k, i in enumerate((2, 4, 5, 6))
    ]
    lines.append(Series("{Frontier!mark_name}", "{Frontier!mark_line:}", "{Frontier!coverages:}", "000000", dashed=True))
    under = [
        Series(f"{{Inputs!case_name_{i + 1}}}", f"{{Scenarios!strip_min_dscr_{i + 1}:}}", "{Scenarios!names:}", PALETTE[i])
        for i in range(n)
    ]
    coverage = "guarantee coverage; lines: years of offtake"
    for place, (kind, finding, series, x, y, shown, alt) in enumerate(
        (
            ("column", "dscr", dscr, "Year of operation", "DSCR", '0.0"x"', "DSCR by year of operation against the minimum asked"),
            ("line", "frontier", lines, coverage, "Minimum DSCR", '0.0"x"', "Minimum DSCR by guarantee coverage and years of offtake"),
            ("column", "capacity", capacity, "", "$m", "#,##0", "Debt capacity by view of revenue, and the debt requested"),
            ("column", "scenarios", under, "", "Minimum DSCR", '0.0"x"', "Minimum DSCR of each case under each scenario"),
            ("stacked", "rate", rate, "", "a year", "0%", "Parts of the bank loan's all-in rate"),
            ("bar", "time", months, "", "months", "0", "Months from financial close to first revenue"),
        )
    ):
        sheet.charts.append(
            Chart(
                kind,
                f"{{Summary!finding_{finding}}}",
                tuple(series),
                frame.FIRST_ROW + CHART_ROWS * (place // 2),
                FIRST_CASE + n + 1 + 9 * (place % 2),
                width=CHART_WIDTH,
                height=CHART_HEIGHT,
                x_title=x,
                x_format="0%" if kind == "line" else "0",
                y_title=y,
                y_format=shown,
                alt_text=alt,
            )
        )
