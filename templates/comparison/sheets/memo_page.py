"""The Memo sheet: the first page of the credit memo for one case, every figure linked to its cell.

What only a person can write is marked as a placeholder; the decision says whether the tests are
met, approval is the committee's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bankable.templates.comparison.sheets import frame
from bankable.templates.comparison.sheets.scenarios import NAMES
from bankable.templates.comparison.sheets.sensitivity import default_case
from bankable.templates.comparison.sheets.summary import RATE_PARTS
from bankable.templates.comparison.words import shown
from bankable.templates.sentences.of_a_case import NATIVE
from bankable.templates.workbook.book import Book, Conditional, Sheet, Validation, address
from bankable.templates.workbook.rows import LABEL, SECTION, UNIT, given
from bankable.templates.workbook.settings import Settings, keep
from bankable.udfs.deal.chain.decision import FAILS, TESTS

FIGURE, LIMIT, VERDICT = 3, 4, 5
PLACEHOLDER = "[to be written by the credit officer]"


def of_the_case(*rows: tuple[str, str]) -> tuple[tuple[str, str, str, str], ...]:
    """(label, unit, token, number format) of figures of the chosen case."""
    return tuple(
        (words, unit, f"{{[case]!{key}}}", style) for key, words, unit, style in shown(*rows)
    )


FIGURES = (
    (
        "Request",
        (
            ("Borrower", "", "{Inputs!borrower_[i]}", "text"),
            ("Buyer", "", "{Inputs!offtaker_[i]}", "text"),
            *of_the_case(
                ("requested_debt", "number"),
                ("debt", "number"),
                ("gearing_used", "share"),
                ("tenor", "count"),
                ("permitted_debt", "nil number"),
            ),
        ),
    ),
    (
        "Pricing",
        of_the_case(
            ("bank_rate", "rate"),
            *RATE_PARTS,
            ("all_in_rate", "rate"),
            ("life_default", "level"),
            ("lgd", "level"),
            ("equity_irr_expected", "rate"),
        ),
    ),
    (
        "Contract and support",
        of_the_case(
            ("supported_end_year", "level years"),
            ("public_offtake_years", "count"),
            ("coverage", "level"),
            ("government_loan_share", "level"),
            ("grant", "nil number"),
            ("public_cost", "nil number"),
            ("budget_authority", "nil number"),
        ),
    ),
)
# risk, its figure, unit and format, and what stands against it
RISKS = (
    (
        "The contract is lost before the debt is repaid",
        "1-{[case]!contract_kept}",
        "probability",
        "level",
        (
            "the firm years and their backing; what other buyers leave is the scenario Contract"
            " lost, above"
        ),
    ),
    (
        "Completion is late",
        "{[case]!delay_cost}-{[case]!delay_damages}+{[case]!debt}*{[case]!construction_rate}/12",
        "$m a month",
        "number",
        "holding cost and interest, delay damages taken off: the sponsor pays it",
    ),
    (
        "Another user pays little for the plant",
        "{[case]!lgd}",
        "% of debt lost",
        "level",
        "guarantee coverage and the sponsor's equity beneath the debt",
    ),
    (
        "The base rate rises",
        "1-{[case]!hedge_ratio}",
        "% unhedged",
        "level",
        "hedging: the share of the debt that a shock reaches",
    ),
    (
        "The buyer calls less",
        "1-{[case]!take_or_pay}",
        "% unsecured",
        "level",
        "take-or-pay: the share of the contracted volume at risk",
    ),
    (
        "The plant delivers less: fall of utilisation to the limit of minimum DSCR",
        'IF({Sensitivity!case}={case},{Summary!cushion_of_utilisation},"n/a")',
        "% cushion",
        "level",
        (
            "operating reserve and the operator's guarantee; choose the case on Sensitivity to see"
            " its cushion"
        ),
    ),
)

Chosen = Callable[[str], str]  # a formula over the case sheets, for the case chosen


def lay_memo(book: Book, names: Sequence[str], settings: Settings, paper: str) -> None:
    """The page; the case is chosen in a blue cell."""
    n = len(names)
    sheet = frame.start(book, "Memo", "Credit memo, first page", "1F3864", paper)
    sheet.links_green = False
    for col, text in enumerate(("", "Item", "Unit", "Figure", "Limit", "Verdict")):
        sheet.put(frame.HEAD_ROW, col, text or None, "heading" if col < FIGURE else "heading right")
    row = frame.FIRST_ROW
    chosen = settings.place("memo_case", default_case(n), n)
    sheet.put(row, LABEL, "Case of this memo, by its place among the cases", "bold")
    sheet.put(row, FIGURE, chosen, "input count")
    sheet.mark("case", row, FIGURE)
    keep(book, sheet, "memo_case", row, FIGURE, row, FIGURE)
    sheet.validations.append(
        Validation((row, FIGURE, row, FIGURE), "whole", 1, n, title="Case", error=f"From 1 to {n}.")
    )
    row += 1

    def chosen_of(token: str) -> str:
        """The token's cell in the chosen case."""
        each = (given(token, case=name, i=i) for i, name in enumerate(names, start=1))
        return f"CHOOSE({{case}},{','.join(each)})"

    sheet.put(row, LABEL, "Project", "bold")
    sheet.put(row, FIGURE, "=" + chosen_of("{Inputs!case_name_[i]}"), "right")
    sheet.mark("name", row, FIGURE)
    sheet.put(row + 1, LABEL, "Scenario of these figures", "bold")
    sheet.put(row + 1, FIGURE, "={Scenarios!scenario}", "right")
    sheet.put(row + 2, LABEL, "Result of the credit tests", "bold")
    sheet.put(row + 2, FIGURE, "=" + chosen_of("{[case]!decision_words}"), "decision")
    sheet.mark("decision", row + 2, FIGURE)
    sheet.heights[row + 2] = 32
    spot = (row + 2, FIGURE, row + 2, FIGURE)
    cell = address(row + 2, FIGURE)
    sheet.conditionals.append(Conditional(spot, "formula", f'={cell}="{FAILS}"', "fail fill"))
    sheet.conditionals.append(Conditional(spot, "formula", f'=LEFT({cell},5)="Meets"', "ok fill"))
    sheet.put(row + 3, LABEL, "Binding test", "bold")
    sheet.put(row + 3, FIGURE, "=" + chosen_of("{[case]!binding_name}"), "right")
    row = _said(sheet, row + 4, chosen_of)
    row = _figures(sheet, row, chosen_of)
    row = _tests(sheet, row, chosen_of)
    row = _downside(sheet, row, n)
    row = _risks(sheet, row, chosen_of)
    frame.band_row(sheet, row, "For the credit officer", VERDICT)
    for text in (
        "Purpose and sponsor",
        "Why this loan, why now",
        "Conditions precedent and covenants",
        "Recommendation",
    ):
        row += 1
        sheet.put(row, LABEL, text)
        sheet.put(row, UNIT, PLACEHOLDER, "note")
    sheet.put(
        row + 2,
        LABEL,
        "Decisions say whether the credit tests are met. Approval is the committee's.",
        "note",
    )
    sheet.widths |= {SECTION: 2, LABEL: 60, UNIT: 24, FIGURE: 34, LIMIT: 12, VERDICT: 14}
    sheet.print.landscape = False
    sheet.print.pages_tall = 1


def _said(sheet: Sheet, row: int, chosen_of: Chosen) -> int:
    """The sentences that are true of the case."""
    for topic in NATIVE:
        sheet.put(row, LABEL, "=" + chosen_of(f"{{[case]!said_{topic}}}"), "wrap")
        sheet.merges.append((row, LABEL, row, VERDICT))
        sheet.mark(f"said_{topic}", row, LABEL)
        sheet.heights[row] = 26
        row += 1
    return row


def _figures(sheet: Sheet, row: int, chosen_of: Chosen) -> int:
    for title, figures in FIGURES:
        frame.band_row(sheet, row, title, VERDICT)
        for label, unit, token, style in figures:
            row += 1
            sheet.put(row, LABEL, label)
            sheet.put(row, UNIT, unit or None, "unit")
            sheet.put(row, FIGURE, "=" + chosen_of(token), "right" if style == "text" else style)
        row += 1
    return row


def _tests(sheet: Sheet, row: int, chosen_of: Chosen) -> int:
    frame.band_row(sheet, row, "Decision tests", VERDICT)
    first = row + 1
    for key, label, unit, direction in TESTS:
        row += 1
        style = "multiple" if unit == "x" else "rate" if key.startswith("loss") else "level"
        sheet.put(row, LABEL, f"{label} ({'at least' if direction > 0 else 'at most'})")
        sheet.put(row, UNIT, unit, "unit")
        sheet.put(row, FIGURE, "=" + chosen_of(f"{{[case]!test_{key}}}"), style)
        sheet.put(row, LIMIT, "=" + chosen_of(f"{{[case]!limit_{key}}}"), style)
        passed = chosen_of(f"{{[case]!pass_{key}}}")
        sheet.put(
            row, VERDICT, f'=IF({passed}="n/a","n/a",IF({passed}=1,"passed","FAILED"))', "right"
        )
    frame.flag_words(sheet, first, VERDICT, row, VERDICT)
    return row + 1


def _downside(sheet: Sheet, row: int, n: int) -> int:
    frame.band_row(
        sheet,
        row,
        "Minimum DSCR under each scenario, and how the loan stands; the first test that it fails",
        VERDICT,
    )
    first = row + 1

    def of(part: str, k: int) -> str:
        return (
            f"CHOOSE({{case}},{','.join(f'{{Scenarios!{part}_{i}#{k}}}' for i in range(1, n + 1))})"
        )

    for k, name in enumerate(NAMES, start=1):
        row += 1
        sheet.put(row, LABEL, name)
        failed = of("strip_first_failed", k)
        sheet.put(row, UNIT, f'=IFERROR({failed}&"","no add-in")', "small")
        sheet.put(row, FIGURE, f'=IFERROR({of("strip_min_dscr", k)},"no add-in")', "multiple")
        sheet.put(row, VERDICT, f'=IFERROR({of("standing", k)}&"","no add-in")', "right")
    spot = (first, VERDICT, row, VERDICT)
    sheet.conditionals.append(Conditional(spot, "equal", '"default"', "fail fill"))
    sheet.conditionals.append(Conditional(spot, "equal", '"holds"', "ok fill"))
    return row + 1


def _risks(sheet: Sheet, row: int, chosen_of: Chosen) -> int:
    frame.band_row(sheet, row, "Risks, their size, and what stands against them", VERDICT)
    for risk, token, unit, style, against in RISKS:
        row += 1
        sheet.put(row, LABEL, risk)
        sheet.put(row, UNIT, unit, "unit")
        sheet.put(row, FIGURE, "=" + (chosen_of(token) if "[case]" in token else token), style)
        sheet.put(row + 1, LABEL, f"   against it: {against}", "note")
        row += 1
    return row + 1
