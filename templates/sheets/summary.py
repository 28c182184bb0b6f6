"""The Summary: one printable page with the cases side by side, the credit tests, and the charts a committee looks at first."""

from __future__ import annotations

from collections.abc import Sequence

from templates.book import Book, Chart, Conditional, Series
from templates.rows import LABEL, SECTION, UNIT
from templates.sheets import frame
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
            ("All-in rate", "% a year", "term_rate", "rate"),
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
    for label, key, style in (("Decision", "decision_words", "decision"), ("Binding test", "binding_name", "link right")):
        sheet.put(row, LABEL, label, "bold")
        for i, name in enumerate(names):
            sheet.put(row, FIRST_CASE + i, f"={{{name}!{key}}}", style)
            sheet.mark(f"{key}_{i + 1}", row, FIRST_CASE + i)
        row += 1
    sheet.heights[frame.FIRST_ROW] = 44
    decision = (frame.FIRST_ROW, FIRST_CASE, frame.FIRST_ROW, FIRST_CASE + n - 1)
    for text, style in (("Does not", "fail fill"), ("Meets", "ok fill")):
        cell = f"{chr(65 + FIRST_CASE)}{frame.FIRST_ROW + 1}"
        sheet.conditionals.append(Conditional(decision, "formula", f'=LEFT({cell},{len(text)})="{text}"', style))
    for title, rows in ROWS:
        _band(book, sheet, row, title, n)
        row += 1
        for label, unit, key, style in rows:
            sheet.put(row, LABEL, label)
            sheet.put(row, UNIT, unit, "unit")
            for i, name in enumerate(names):
                sheet.put(row, FIRST_CASE + i, f"={{{name}!{key}}}", style)
                sheet.mark(f"{key}_{i + 1}", row, FIRST_CASE + i)
            row += 1
    row = _tests(book, row, names)
    _charts(book, names, row)
    sheet.widths |= {SECTION: 2, LABEL: 50, UNIT: 11} | {FIRST_CASE + i: 21 for i in range(n)}
    sheet.freeze = (frame.FIRST_ROW, FIRST_CASE)
    sheet.print.landscape = False
    sheet.print.pages_tall = 1


def _band(book: Book, sheet: object, row: int, title: str, n: int) -> None:
    for col in range(FIRST_CASE + n):
        book["Summary"].put(row, col, None, "band")
    book["Summary"].put(row, LABEL, title, "band")


def _tests(book: Book, row: int, names: Sequence[str]) -> int:
    """Each test as value, limit and verdict in one text a case."""
    sheet = book["Summary"]
    _band(book, sheet, row, "Credit tests: value against limit", len(names))
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


def _charts(book: Book, names: Sequence[str], row: int) -> None:
    """DSCR paths against the covenant, the rate's parts, capacity by view, time to first revenue."""
    sheet = book["Summary"]
    top = row + 1
    cases = f"Summary!${chr(65 + FIRST_CASE)}${frame.HEAD_ROW + 1}:${chr(64 + FIRST_CASE + len(names))}${frame.HEAD_ROW + 1}"
    paths = tuple(
        Series(f"{{Inputs!case_name_{i + 1}}}", first_years(name, "lender_dscr"), first_years(names[0], "year"), PALETTE[i])
        for i, name in enumerate(names)
    )
    covenant = Series(
        "Minimum asked", first_years(names[0], "covenant"), first_years(names[0], "year"), "000000", dashed=True, on_line=True
    )
    sheet.charts.append(
        Chart(
            "column",
            "DSCR on the lender's view against the minimum asked",
            (*paths, covenant),
            top,
            LABEL,
            width=560,
            height=300,
            x_title="Year of operation",
            y_title="DSCR",
            y_format='0.0"x"',
            alt_text="DSCR by year of operation for each case, with the minimum DSCR that the bank asks",
        )
    )
    columns = f"${chr(65 + FIRST_CASE)}"
    last = f"${chr(64 + FIRST_CASE + len(names))}"

    def across(key: str) -> str:
        number = sheet.placed[f"{key}_1"].row + 1
        return f"Summary!{columns}${number}:{last}${number}"

    capacity = tuple(
        Series(label, across(f"capacity_{view}"), cases, PALETTE[i])
        for i, (label, view) in enumerate(
            (("Firm", "firm"), ("With commitment", "supported"), ("Expected", "expected"), ("Promised", "promised"))
        )
    )
    sheet.charts.append(
        Chart(
            "column",
            "Debt that each view of revenue carries, against the request ($m)",
            (*capacity, Series("Requested", across("requested_debt"), cases, "000000")),
            top,
            FIRST_CASE,
            width=470,
            height=300,
            y_title="$m",
            alt_text="Debt capacity by view of revenue and the debt requested, for each case",
        )
    )
