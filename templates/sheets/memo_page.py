"""The Memo sheet: the first page of the credit memo for one case, every figure linked to its cell.

What only a person can write is marked as a placeholder; the decision says whether the tests are met, approval is the committee's.
"""

from __future__ import annotations

from collections.abc import Sequence

from templates.book import Book, Conditional, Sheet, Validation, address
from templates.rows import LABEL, SECTION, UNIT
from templates.settings import Settings, keep
from templates.sheets import frame
from templates.sheets.scenarios import NAMES
from templates.sheets.sensitivity import default_case
from udfs.chain.decision import FAILS, TESTS

FIGURE, LIMIT, VERDICT = 3, 4, 5
PLACEHOLDER = "[to be written by the credit officer]"
REQUEST = (
    ("Borrower", "", "{Inputs!borrower_#}", "text"),
    ("Buyer", "", "{Inputs!offtaker_#}", "text"),
    ("Amount requested", "$m", "{S!requested_debt}", "number"),
    ("Debt used in these figures", "$m", "{S!debt}", "number"),
    ("Share of total uses", "%", "{S!gearing_used}", "share"),
    ("Tenor from completion", "years", "{S!tenor}", "count"),
    ("All-in rate of the debt", "% a year", "{S!term_rate}", "rate"),
    ("Guaranteed share of the bank loan", "%", "{S!coverage}", "share"),
    ("Default probability, constant equivalent", "% a year", "{S!pd_equivalent}", "rate"),
    ("Loss given default", "%", "{S!lgd}", "share"),
    ("Contract: firm years, the government's commitment included", "years", "{S!supported_end_year}", "count"),
    ("Contracted share of revenue over the loan, lender's view", "%", "{S!contracted_share}", "share"),
    ("Debt that all tests permit", "$m", "{S!permitted_debt}", "number"),
    ("Headroom", "$m", "{S!permitted_headroom}", "number"),
    ("Expected public cost", "$m", "{S!public_cost}", "number"),
    ("Budget authority (another figure, not to be added)", "$m", "{S!budget_authority}", "number"),
)
# risk, its figure, unit and format, and what stands against it
RISKS = (
    (
        "The contract is lost before the debt is repaid",
        "1-{S!contract_kept}",
        "probability",
        "level",
        "the firm years, their backing, and retooling for other buyers",
    ),
    (
        "Completion is late",
        "{S!delay_cost}-{S!delay_damages}",
        "$m a month",
        "number",
        "delay damages, already taken off, contingency and months of reserve",
    ),
    (
        "Another user pays little for the plant",
        "{S!lgd}",
        "% of debt lost",
        "level",
        "guarantee coverage and the sponsor's equity beneath the debt",
    ),
    ("The base rate rises", "1-{S!hedge_ratio}", "% unhedged", "level", "hedging: the share of the debt that a shock reaches"),
    ("Demand falls short", "1-{S!take_or_pay}", "% unsecured", "level", "take-or-pay: the share of the contracted volume at risk"),
)


def lay_memo(book: Book, names: Sequence[str], settings: Settings, paper: str) -> None:
    """The page; the case is chosen in a blue cell."""
    n = len(names)
    sheet = frame.start(book, "Memo", "Credit memo, first page", "1F3864", paper)
    for col, text in enumerate(("", "Item", "Unit", "Figure", "Limit", "Verdict")):
        sheet.put(frame.HEAD_ROW, col, text or None, "heading" if col < FIGURE else "heading right")
    row = frame.FIRST_ROW
    chosen = settings.place("memo_case", default_case(n), n)
    sheet.put(row, LABEL, "Case of this memo, by its place among the cases", "bold")
    sheet.put(row, FIGURE, chosen, "input count")
    sheet.mark("case", row, FIGURE)
    keep(book, sheet, "memo_case", row, FIGURE, row, FIGURE)
    sheet.validations.append(Validation((row, FIGURE, row, FIGURE), "whole", 1, n, title="Case", error=f"From 1 to {n}."))
    row += 1

    def chosen_of(token: str) -> str:
        """The token's cell in the chosen case."""
        each = (token.replace("{S!", f"{{{name}!").replace("_#}", f"_{i}}}") for i, name in enumerate(names, start=1))
        return f"CHOOSE({{case}},{','.join(each)})"

    sheet.put(row, LABEL, "Project", "bold")
    sheet.put(row, FIGURE, "=" + chosen_of("{Inputs!case_name_#}"), "right")
    sheet.mark("name", row, FIGURE)
    sheet.put(row + 1, LABEL, "Scenario of these figures", "bold")
    sheet.put(row + 1, FIGURE, "={Scenarios!scenario}", "right")
    sheet.put(row + 2, LABEL, "Recommendation of the model", "bold")
    sheet.put(row + 2, FIGURE, "=" + chosen_of("{S!decision_words}"), "decision")
    sheet.mark("decision", row + 2, FIGURE)
    sheet.heights[row + 2] = 32
    spot = (row + 2, FIGURE, row + 2, FIGURE)
    cell = address(row + 2, FIGURE)
    sheet.conditionals.append(Conditional(spot, "formula", f'={cell}="{FAILS}"', "fail fill"))
    sheet.conditionals.append(Conditional(spot, "formula", f'=LEFT({cell},5)="Meets"', "ok fill"))
    sheet.put(row + 3, LABEL, "Binding test", "bold")
    sheet.put(row + 3, FIGURE, "=" + chosen_of("{S!binding_name}"), "right")
    row = _figures(sheet, row + 4, chosen_of)
    row = _tests(sheet, row, chosen_of)
    row = _downside(sheet, row, n)
    row = _risks(sheet, row, chosen_of)
    frame.band_row(sheet, row, "For the credit officer", VERDICT)
    for text in ("Purpose and sponsor", "Why this loan, why now", "Conditions precedent and covenants", "Recommendation"):
        row += 1
        sheet.put(row, LABEL, text)
        sheet.put(row, UNIT, PLACEHOLDER, "note")
    sheet.put(row + 2, LABEL, "Decisions say whether the credit tests are met. Approval is the committee's.", "note")
    sheet.widths |= {SECTION: 2, LABEL: 60, UNIT: 14, FIGURE: 34, LIMIT: 12, VERDICT: 14}
    sheet.print.landscape = False
    sheet.print.pages_tall = 1


def _figures(sheet: Sheet, row: int, chosen_of: object) -> int:
    frame.band_row(sheet, row, "Request and structure", VERDICT)
    for label, unit, token, style in REQUEST:
        row += 1
        sheet.put(row, LABEL, label)
        sheet.put(row, UNIT, unit or None, "unit")
        sheet.put(row, FIGURE, "=" + chosen_of(token), "right" if style == "text" else style)  # type: ignore[operator]
    return row + 1


def _tests(sheet: Sheet, row: int, chosen_of: object) -> int:
    frame.band_row(sheet, row, "Decision tests", VERDICT)
    first = row + 1
    for key, label, unit, direction in TESTS:
        row += 1
        style = "multiple" if unit == "x" else "level"
        sheet.put(row, LABEL, f"{label} ({'at least' if direction > 0 else 'at most'})")
        sheet.put(row, UNIT, unit, "unit")
        sheet.put(row, FIGURE, "=" + chosen_of(f"{{S!test_{key}}}"), style)  # type: ignore[operator]
        sheet.put(row, LIMIT, "=" + chosen_of(f"{{S!limit_{key}}}"), style)  # type: ignore[operator]
        passed = chosen_of(f"{{S!pass_{key}}}")  # type: ignore[operator]
        sheet.put(row, VERDICT, f'=IF(ISNUMBER({passed}),IF({passed}=1,"passed","FAILED"),"n/a")', "right")
    frame.flag_words(sheet, first, VERDICT, row, VERDICT)
    return row + 1


def _downside(sheet: Sheet, row: int, n: int) -> int:
    frame.band_row(sheet, row, "Minimum DSCR under each scenario, and whether every test is passed", VERDICT)
    first = row + 1
    for k, name in enumerate(NAMES, start=1):
        row += 1
        sheet.put(row, LABEL, name)
        sheet.put(row, UNIT, "x", "unit")
        dscr, decision = (
            f"CHOOSE({{case}},{','.join(f'{{Scenarios!strip_{m}_{i}#{k}}}' for i in range(1, n + 1))})" for m in ("min_dscr", "decision")
        )
        sheet.put(row, FIGURE, f'=IFERROR({dscr},"no add-in")', "multiple")
        sheet.put(row, VERDICT, f'=IFERROR(IF(LEFT({decision},5)="Meets","passed","FAILED"),"no add-in")', "right")
    frame.flag_words(sheet, first, VERDICT, row, VERDICT)
    return row + 1


def _risks(sheet: Sheet, row: int, chosen_of: object) -> int:
    frame.band_row(sheet, row, "Risks, their size, and what stands against them", VERDICT)
    for risk, token, unit, style, against in RISKS:
        row += 1
        parts = token.split("{S!")
        formula = "".join(
            part if i == 0 else chosen_of("{S!" + part.split("}")[0] + "}") + part.split("}", 1)[1]  # type: ignore[operator]
            for i, part in enumerate(parts)
        )
        sheet.put(row, LABEL, risk)
        sheet.put(row, UNIT, unit, "unit")
        sheet.put(row, FIGURE, f"={formula}", style)
        sheet.put(row + 1, LABEL, f"   against it: {against}", "note")
        row += 1
    return row + 1
