"""The Checks sheet: each check a row with what is compared, both sides, difference, tolerance and
OK; one master check.

Headline checks rest on native cells alone. The rows that hold native figures against a worksheet
function say "functions absent" on a machine without the add-in, and the master check does not count
them there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bankable.templates.comparison.case.periods import Periods
from bankable.templates.comparison.sheets import frame
from bankable.templates.workbook.book import Book, Sheet, address, sheet_prefix
from bankable.templates.workbook.rows import given
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.chain.returns import RATES
from bankable.udfs.deal.rules import RULES

WHAT, CASE, LEFT, RIGHT, DIFFERENCE, TOLERANCE, VERDICT, KIND = range(1, 9)
# figures of Summary held against the case sheet: those that a memo quotes first
QUOTED = (
    "decision_words",
    "binding_name",
    "debt",
    "bank_rate",
    "committed_margin",
    "min_dscr",
    "avg_dscr",
    "llcr",
    "loss_share",
    "life_default",
    "shortfall_probability",
    "equity_irr_expected",
    "public_cost",
    "budget_authority",
)
LINES = 100  # ranges run to the next hundred rows, so that a longer list changes no formula
HEADS = ("#", "Check", "Case", "Left", "Right", "Difference", "Tolerance", "Verdict", "Kind")

# what a check is worth: proof, two calculations that differ; tie, sums that hold unless a cell is
# typed over or broken; input, a bound on what is typed; link, a figure shown against its source;
# function, a native row against a worksheet function
PROOF, TIE, INPUT, LINK, FUNCTION = KINDS = ("proof", "tie", "input", "link", "function")

MEANING = (
    "two calculations that differ, or the order of payment",
    "sums and states that hold unless a cell is typed over or broken",
    "a bound on what is typed",
    "a figure shown elsewhere against its source",
    "a native row against a worksheet function",
)

# a clearing price that is solved, seen from the plan
_CLEARS = (
    "IF(AND({[case]!pricing}=1,ISNUMBER({[case]!clearing_rate}),{[case]!contract_stop_year}=0),"
)
BASIS_POINTS = 10_000  # in 1
_TESTS = f"{{[case]!pass_{TESTS[0][0]}}}:{{[case]!pass_{TESTS[-1][0]}}}"


def _present_value_meets(what: str, name: str, spent: str, flow: str) -> tuple[str, str, str, str]:
    """The check that an IRR discounts a flow to nothing, from the flow itself and not from the
    steps that found it.
    """
    rate = f"{{[case]!{RATES[name]}}}"
    return (
        PROOF,
        f"{what} discounts what is paid in and what comes back to the same",
        f"=IF(ISNUMBER({rate}),SUMPRODUCT({{[build]!{spent}:}}*(1+{rate})^{{[build]!years_before:}}),0)",
        f"=IF(ISNUMBER({rate}),SUMPRODUCT({{[case]!{flow}:}}*(1+{rate})^-{{[case]!year:}}),0)",
    )


def _paid_in_order(view: str, words: str) -> list[tuple[str, str, str, str]]:
    """The order of the waterfall on one view."""
    reserve, arrears, paid_out = (
        f"{{[case]!{key}{view}:}}" for key in ("reserve", "arrears", "distribution")
    )
    return [
        (
            PROOF,
            f"Nothing is distributed while debt service is unpaid, {words} view",
            f"=SUMPRODUCT(({paid_out}>{{Timeline!tolerance}})*({arrears}>{{Timeline!tolerance}}))",
            "0",
        ),
        (
            PROOF,
            f"Nothing is distributed before the reserve is at its target, {words} view",
            f"=SUMPRODUCT(({paid_out}>{{Timeline!tolerance}})*({reserve}<{{[case]!dsra_target:}}-{{Timeline!tolerance}}))",
            "0",
        ),
    ]


# kind, what, left, right on a case sheet (S) and its build sheet (B); a right side of 0 means the
# left must vanish
NATIVE: tuple[tuple[str, str, str, str], ...] = (
    (TIE, "Sources equal uses", "={[build]!debt_draw+}+{[build]!equity_draw+}", "={[build]!uses+}"),
    (
        TIE,
        "The facility closes: its balance at the end is the debt",
        "={[build]!balance#last}",
        "={[case]!debt}",
    ),
    (
        PROOF,
        "Debt is its share of the budgeted uses",
        "={[case]!debt}",
        "={[case]!gearing_used}*{[case]!budgeted_uses}",
    ),
    (
        PROOF,
        "Equity pays its share of the budget, and the overrun and delay",
        "={[build]!equity_draw+}",
        "=(1-{[case]!gearing_used})*{[case]!budgeted_uses}+{[case]!sponsor_extra}",
    ),
    (TIE, "All plant cost is spent", "={[build]!plant_spend+}", "={[case]!hard_cost}"),
    (
        PROOF,
        "The last instalment, which clears the balance, is what the profile asks",
        "=INDEX({[case]!principal:},1,[last])",
        "=INDEX({[case]!profile_principal:},1,[last])",
    ),
    (
        PROOF,
        "Debt service and balloon, discounted at the all-in rate, are worth the debt",
        "=NPV([term],{[case]!debt_service:})+NPV([term],{[case]!balloon_paid:})",
        "={[case]!debt}",
    ),
    (TIE, "The scheduled balance ends at zero", "=INDEX({[case]!closing:},1,[last])", "0"),
    (
        TIE,
        "Principal and balloon add to the debt",
        "={[case]!principal+}+SUM({[case]!balloon_paid:})",
        "={[case]!debt}",
    ),
    (TIE, "Contract states add to one", "={[case]!lost+}+{[case]!alive#last}", "1"),
    (TIE, "Loan states add to one", "={[case]!default_probability+}+{[case]!performing#last}", "1"),
    (
        PROOF,
        "The kept contract's pool fails where the waterfall misses a payment, or after its end",
        "=IF(OR({[case]!kept_until}=0,{[case]!build_stops}=1),{[case]!fails_in},IF({[case]!need#1}>{[case]!pool_before#1}+{Timeline!tolerance}*MAX(1,{[case]!debt_service#1}),1,0))",
        (
            "=IF(OR({[case]!kept_until}=0,{[case]!build_stops}=1),{[case]!fails_in},IF(OR({[case]!fails_in}>0,"
            "AND({[case]!kept_until}<{[case]!tenor},INDEX({[case]!hurts:},1,MIN(COLUMNS({[case]!hurts:}),[kept]+1))=1)),1,0))"
        ),
    ),
    (
        TIE,
        "Losses of the contract by cause add up",
        "={[case]!lost_termination+}+{[case]!lost_lapse+}+{[case]!lost_renewal+}+{[case]!lost_buyer+}",
        "={[case]!lost+}",
    ),
    (
        PROOF,
        "At the rate that clears, one pass of the price asks no more, to half a basis point",
        f"={_CLEARS}ROUND(MAX(0,{{[case]!price_pass}}-{{[case]!bank_rate}})*{BASIS_POINTS},0),0)",
        "0",
    ),
    (
        PROOF,
        "The sized loan fails no credit test",
        "=IF(AND({[case]!size_debt}=1,{[case]!debt}>0,{[case]!contract_stop_year}=0),{[case]!tests_failed},0)",
        "0",
    ),
    (
        TIE,
        "Cash in equals cash out in the waterfall",
        "=SUM({[case]!lender_cfads:})+{[case]!sponsor_support+}+{[case]!costs_unpaid+}+{[case]!dsra_at_completion}",
        "={[case]!service_paid+}+{[case]!distribution+}+{[case]!reserve#last}+{[case]!trapped#last}",
    ),
    (
        TIE,
        "Debt service is paid or stands as arrears",
        "={[case]!service_paid+}+{[case]!arrears#last}",
        "={[case]!debt_service+}",
    ),
    (
        TIE,
        "No negative cash balance",
        "=MIN(0,MIN({[case]!reserve:}),MIN({[case]!trapped:}),MIN({[case]!distribution:}))",
        "0",
    ),
    *_paid_in_order("", "lender's"),
    *_paid_in_order("_promised", "promised"),
    (
        PROOF,
        "PLCR by the built-in NPV of CFADS",
        '=IF({[case]!debt}>0,NPV([term],{[case]!lender_cfads:})/{[case]!debt},"n/a")',
        "={[case]!plcr}",
    ),
    _present_value_meets("Project IRR", "project", "build_cost", "project_flow"),
    _present_value_meets(
        "Promised equity IRR", "equity_promised", "equity_paid", "equity_flow_promised"
    ),
    _present_value_meets(
        "Expected equity IRR", "equity_expected", "equity_paid", "equity_flow_expected"
    ),
    (
        PROOF,
        "Tax over the plant's life is that on its income and the losses left, promised",
        "={[case]!tax_promised+}",
        "={[case]!tax_rate}*(SUM({[case]!taxable_promised:})+{[case]!tax_losses_promised#last})",
    ),
    (
        PROOF,
        "Guarantee's cost by the built-in NPV of claims, recoveries and fees",
        "={[case]!guarantee_cost}",
        (
            "=NPV([treasury],{[case]!guarantee_claims:})-NPV([treasury],{[case]!guarantee_recoveries:})"
            "-NPV([treasury],{[case]!guarantee_fees:})"
        ),
    ),
    (
        PROOF,
        "Claims are recovered or lost",
        "={[case]!guarantee_recoveries+}+{[case]!coverage}*(1-{[case]!government_loan_share})*{[case]!claim_per_dollar}*{[case]!claims_lost+}",
        "={[case]!guarantee_claims+}",
    ),
    (
        PROOF,
        "Volume sold within capacity, promised",
        "=SUMPRODUCT(({[case]!contracted_volume_promised:}+{[case]!market_volume_promised:}>{[case]!capacity_available:}+{Timeline!tolerance})*1)",
        "0",
    ),
    (
        PROOF,
        "Volume sold within capacity, firm",
        "=SUMPRODUCT(({[case]!contracted_volume_firm:}+{[case]!market_volume_firm:}>{[case]!capacity_available:}+{Timeline!tolerance})*1)",
        "0",
    ),
    (
        TIE,
        "The quoted rate is the sum of its parts",
        "={[case]!quoted_rate}",
        "={[case]!rate_base_part}+{[case]!rate_loss_part}+{[case]!rate_margin_part}+{[case]!rate_guarantee_part}",
    ),
    (
        TIE,
        "Depreciation adds to its base, or to what its life allows",
        "={[case]!depreciation+}",
        "={[case]!tax_base}*MIN({[case]!tax_life},{[case]!year#last})/{[case]!tax_life}",
    ),
    (
        TIE,
        "Tests passed, failed and not applying add up",
        f'=COUNTIF({_TESTS},1)+{{[case]!tests_failed}}+COUNTIF({_TESTS},"n/a")',
        f"=ROWS({_TESTS})",
    ),
    (
        INPUT,
        "Operating life within the years that the case sheets hold",
        "=MAX(0,{[case]!operating_years}-{Timeline!years})",
        "0",
    ),
    *((INPUT, rule.name, f"={rule.excess}", "0") for rule in RULES),
)


class Rows:
    """Writes check rows one below the other and remembers where they stand."""

    def __init__(self, sheet: Sheet, row: int) -> None:
        self.sheet, self.row, self.number = sheet, row, 0

    def add(
        self, kind: str, what: str, case: str, left: str, right: str | float, function: bool = False
    ) -> None:
        """One check; with `function`, an absent function makes it say so instead of failing."""
        sheet, row = self.sheet, self.row
        sheet.put(row, KIND, kind, "grey")
        self.number += 1
        sheet.put(row, 0, self.number, "section")
        sheet.put(row, WHAT, what)
        sheet.put(row, CASE, case, "grey")
        shown = (
            f'=IF({{live}}=1,IFERROR({left.removeprefix("=")},"n/a"),"no add-in")'
            if function
            else left
        )
        sheet.put(row, LEFT, shown, "tied")
        sheet.put(row, RIGHT, right, "tied")
        a, b, d, t = (address(row, col) for col in (LEFT, RIGHT, DIFFERENCE, TOLERANCE))
        both = f"AND(ISNUMBER({a}),ISNUMBER({b}))"
        sheet.put(row, DIFFERENCE, f"=IF({both},{a}-{b},0)", "tiny")
        sheet.put(row, TOLERANCE, "={Timeline!tolerance}", "tiny")
        # &"" since LibreOffice finds no text equal that comes from a function's array as it is
        same = f'IF({both},IF(ABS({d})<={t}*MAX(1,ABS({a}),ABS({b})),"OK","FAIL"),IF({a}&""={b}&"","OK","FAIL"))'
        judged = f'IF(OR(ISERROR({a}),ISERROR({b})),"FAIL",{same})'
        verdict = f'=IF({{live}}=0,"functions absent",{judged})' if function else f"={judged}"
        if function:
            frame.told(sheet, row, VERDICT, verdict, "check")
        else:
            sheet.put(row, VERDICT, verdict, "check")
        self.row += 1

    def band(self, title: str) -> None:
        """A heading over the next checks."""
        for col in range(VERDICT + 1):
            self.sheet.put(self.row, col, None, "band")
        self.sheet.put(self.row, WHAT, title, "band")
        self.row += 1


def lay_checks(
    book: Book,
    cases: Sequence[tuple[str, str]],
    functions: Sequence[tuple[str, str, str, str]],
    with_functions: Collection[str],
    paper: str,
    time: Periods,
) -> None:
    """All checks. `cases` are (case sheet, build sheet); `functions` are (what, case, function
    cell, native cell).

    `with_functions` are the sheets whose cells hang on functions: where those are absent their
    errors count for nothing.
    """
    sheet = frame.start(book, "Checks", "Checks", "009E73", paper)
    sheet.put(
        frame.STATUS_ROW,
        1,
        "Master check: every check below, functions left out where they are absent",
        "subtitle",
    )
    for col, text in enumerate(HEADS):
        sheet.put(
            frame.HEAD_ROW,
            col,
            text,
            (
                "heading"
                if col < LEFT or col == KIND
                else "heading centre"
                if col == VERDICT
                else "heading right"
            ),
        )
    sheet.put(frame.UNITS_ROW, LEFT, "Probe of the functions", "right")
    frame.told(sheet, frame.UNITS_ROW, RIGHT, "=HAZARD_FROM_PD(0)", "general")
    live = f"=IF(ISERROR({address(frame.UNITS_ROW, RIGHT)}),0,1)"
    frame.told(sheet, frame.UNITS_ROW, DIFFERENCE, live, "flag")
    sheet.mark("live", frame.UNITS_ROW, DIFFERENCE)
    rows = Rows(sheet, frame.FIRST_ROW)
    rows.band("Inputs and cells")
    rows.add(INPUT, "Inputs within their range", "all", "={Inputs!out_of_range}", 0)
    rows.add(
        INPUT,
        "Scenario chosen from the list",
        "all",
        "=COUNTIF({Scenarios!names:},{Scenarios!scenario})",
        1,
    )
    for other in list(book):
        if other.name in ("Checks", "Cover") or not other.cells:
            continue
        last_row = -(-max(r for r, _ in other.cells) // LINES) * LINES
        last_col = max(c for _, c in other.cells)
        cells = f"$A${frame.FIRST_ROW + 1}:{address(last_row, last_col, True)}"
        # a sum passes on any error that it meets, in every program; errors counted as an array not
        area = f"IF(ISERROR(SUM({sheet_prefix(other.name)}{cells})),1,0)"
        if other.name in with_functions:
            live = f"=IF({{live}}=1,{area},{address(frame.UNITS_ROW, RIGHT, True)})"
            rows.add(TIE, f"No error cell on {other.name}", "all", live, 0, function=True)
        else:
            rows.add(TIE, f"No error cell on {other.name}", "all", f"={area}", 0)
    for i, (case, build) in enumerate(cases, start=1):
        rows.band(case)
        terms = {key: given(text, case=case) for key, text in time.of_checks().items()}
        terms |= {"case": case, "build": build}
        for kind, what, left, right in NATIVE:
            left, right = (given(text, **terms) for text in (left, right))
            rows.add(kind, what, case, left, right if right.startswith("=") else float(right))
        for key in QUOTED:
            label = str(book["Summary"].cells[book["Summary"].placed[f"{key}_{i}"].row, WHAT].value)
            rows.add(
                LINK,
                f"Summary shows the case's figure: {label}",
                case,
                f"={{Summary!{key}_{i}}}",
                f"={{{case}!{key}}}",
            )
    if functions:
        rows.band("Worksheet functions against native rows")
        for what, case, function, native in functions:
            rows.add(FUNCTION, what, case, function, native, function=True)
    verdicts = f"{address(frame.FIRST_ROW, VERDICT, True)}:{address(rows.row - 1, VERDICT, True)}"
    numbers = f"{address(frame.FIRST_ROW, 0, True)}:{address(rows.row - 1, 0, True)}"
    good = (  # an error among the verdicts is not good
        f'COUNTIF({verdicts},"OK")+COUNTIF({verdicts},"functions absent")'
    )
    not_run = f'COUNTIF({verdicts},"functions absent")'
    all_good = f'IF({not_run}>0,"OK, "&{not_run}&" not run","OK")'
    master = f'=IF({good}=COUNT({numbers}),{all_good},"FAIL")'
    frame.told(sheet, frame.TITLE_ROW, VERDICT, master, "check")
    sheet.mark("master", frame.TITLE_ROW, VERDICT)
    state = f'IF({not_run}>0,"functions: showing saved values","functions: live")'
    frame.told(sheet, frame.STATUS_ROW, VERDICT, f"={state}", "right")
    sheet.mark("functions", frame.STATUS_ROW, VERDICT)
    end = rows.row + 1
    sheet.put(end, WHAT, "Checks that fail", "bold")
    sheet.put(end, VERDICT, f'=COUNTIF({verdicts},"FAIL")', "total count")
    kinds = f"{address(frame.FIRST_ROW, KIND, True)}:{address(rows.row - 1, KIND, True)}"
    for kind, words in zip(KINDS, MEANING, strict=True):
        end += 1
        sheet.put(end, WHAT, f"{kind}: {words}")
        sheet.put(end, VERDICT, f'=COUNTIF({kinds},"{kind}")', "count")
    frame.flag_words(sheet, frame.TITLE_ROW, VERDICT)
    frame.flag_words(sheet, frame.FIRST_ROW, VERDICT, rows.row - 1, VERDICT)
    sheet.widths |= {
        0: 4,
        WHAT: 74,
        CASE: 22,
        LEFT: 27,
        RIGHT: 27,
        DIFFERENCE: 13,
        TOLERANCE: 11,
        VERDICT: 20,
        KIND: 10,
    }
    sheet.freeze = (frame.FIRST_ROW, LEFT)
    sheet.print.title_rows = (frame.TITLE_ROW, frame.HEAD_ROW)
