"""The memo's first page, which stands alone: request, result of the tests, coverage box, decision
tests, risks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bankable.templates.comparison.tied_out import Filled
from bankable.templates.memo import pictures, risks
from bankable.templates.memo.figures import Figures, Given, counted
from bankable.templates.memo.paper import Paper, band, shade, verdict
from bankable.templates.workbook.printed import printed
from bankable.templates.workbook.styles import PALE_GREEN, PALE_RED
from bankable.udfs.deal.chain.decision import FAILS, TESTS
from bankable.udfs.deal.deal import VIEWS, Deal

# the highest yearly default rate of each class: S&P's cumulative rate over six years, as a flat
# yearly one
CLASSES = (
    ("AA", 0.0044),
    ("A", 0.0069),
    ("BBB", 0.0224),
    ("BB", 0.0897),
    ("B", 0.2032),
    ("CCC/C", 0.4738),
)
CLASS_SOURCE = (
    "S&P corporate cumulative default rates over six years, re-published at frm.midhafin.com"
)


@dataclass
class Memo:
    """What the sections need: the paper, the figures of the case, its deal and the workbook."""

    paper: Paper
    f: Figures
    deal: Deal
    filled: Filled
    earlier: Filled | None = None

    @property
    def federal(self) -> bool:
        """Whether the buyer's promise rests on the federal budget."""
        return self.deal.statutory_backing != "commercial contract"

    @property
    def tenor(self) -> int:
        return int(self.deal.tenor)


def yearly(cumulative: float) -> float:
    """The flat yearly rate with the same six-year cumulative one."""
    return float(1 - (1 - cumulative) ** (1 / 6))


def implied_class(pd: float) -> str:
    """The best class whose default rate is not below the loan's."""
    return next((name for name, six_years in CLASSES if yearly(six_years) >= pd), "below CCC/C")


def lay(m: Memo) -> None:
    """The page."""
    paper, f = m.paper, m.f
    paper.text(f"Credit memorandum: {f('decision_words') and m.deal.case_name}", "Title")
    paper.text(
        f"{m.deal.borrower}. Buyer: {m.deal.offtaker}. Date of submission: [[date]]", "Subtitle"
    )
    _request(m)
    _result(m)
    _swapped(m)
    _coverage(m)
    _tests(m)
    _risks(m)
    _coverage_chart(m)


def _coverage_chart(m: Memo) -> None:
    """DSCR on every view of revenue, against what is asked."""
    f, n = m.f, m.tenor
    paths: list[tuple[str, list[float | None]]] = []
    for view, words in zip(VIEWS, ("Firm", "With commitment", "Expected", "Promised"), strict=True):
        f.row(f"dscr_{view}", 0, n - 1)
        paths.append(
            (
                words,
                [
                    value if isinstance(value, (int, float)) else None
                    for value in f.path(f"dscr_{view}")[:n]
                ],
            )
        )
    limit, lock_up = float(f.value("limit_min_dscr")), float(f.value("lock_up_dscr"))
    f.input("lock_up_dscr")
    f("limit_min_dscr")
    finding = f.say("cover_title", years_below=years_below(m))
    m.paper.picture(
        pictures.dscr_paths(list(range(1, n + 1)), paths, limit, lock_up),
        "Lines: DSCR by year of operation on four views of revenue, "
        f"against {printed(limit, 'multiple')} asked and lock-up at"
        f" {printed(lock_up, 'multiple')}.",
        finding,
        0.78,
    )


def years_below(m: Memo) -> Given:
    """Years of the loan with DSCR, on the lender's view, below what is asked."""
    limit = float(m.f.value("limit_min_dscr"))
    cover = m.f.path("lender_dscr")[: m.tenor]
    count = sum(1 for one in cover if isinstance(one, (int, float)) and one < limit - 1e-9)
    return Given(count, lambda: str(count))


def _request(m: Memo) -> None:
    f, d = m.f, m.deal
    profile = {
        "annuity": "annuity",
        "equal principal": "equal instalments",
        "sculpted": "sculpted to CFADS",
    }[d.repayment]
    word = "interest capitalised" if d.grace_capitalised else "interest only"
    grace = f", {word} for {counted(f.input('grace_years'), 'year')}" if d.grace_years else ""
    paid = {1: "", 2: ", paid half-yearly", 4: ", paid quarterly"}[d.payments_per_year]
    government = (
        f", of it {f.input('government_loan_share')} government loan"
        if d.government_loan_share
        else ""
    )
    rows = [
        [
            "Request",
            f"Term loan for {m.deal.case_name}",
            "Rating",
            (
                f"Model-implied class {implied_class(f.value('default_a_year'))} (PD"
                f" {f('default_a_year')} a year). [[internal rating]]"
            ),
        ],
        [
            "Amount",
            f"{f.say('amount')}{government}",
            "Gearing",
            f"{f('gearing_used')} of the budgeted uses of ${f('budgeted_uses')}m",
        ],
        [
            "Tenor",
            f"{counted(f('tenor'), 'year')} from completion{grace}; {profile}{paid}",
            "Build",
            f"{counted(f('completion_month'), 'month')} to first revenue",
        ],
        [
            "Pricing",
            (
                f"{f('bank_rate')} all in: base {f('rate_base_part')}, expected loss"
                f" {f('rate_loss_part')}, margin {f('rate_margin_part')}, guarantee"
                f" {f('rate_guarantee_part')}"
            ),
            "Fees",
            f"Upfront {f.input('upfront_fee')}; commitment {f.input('commitment_fee')} a year",
        ],
    ]
    tools = support_in_brief(m)
    if tools:
        cost = (
            f"${f('public_cost')}m expected{_range(m)}; ${f('budget_authority')}m of budget authority, a"
            " second figure, never added"
        )
        rows.append(["Support", "; ".join(tools), "To the taxpayer", cost])
    made = m.paper.table(None, rows, (11, 41, 9, 39), size=8, description="The request in brief")
    for line in made.rows:
        band(line.cells[0])
        band(line.cells[2])


def _range(m: Memo) -> str:
    """The same at other worths of the goods that a public buyer takes, and beyond yearly orders."""
    f = m.f
    if not m.deal.public_offtake_years:
        return ""
    return (
        f" (${f('cost_at_market')}m with the goods at the market price, ${f('cost_at_nothing')}m if"
        f" worth nothing; ${f('incremental_yearly')}m beyond yearly orders)"
    )


def support_in_brief(m: Memo) -> list[str]:
    """The public tools in the deal, a few words each; a tariff costs the buyers, not the budget."""
    f, d = m.f, m.deal
    words = {
        "public_offtake_years": lambda: (
            f"public offtake of {counted(f.input('public_offtake_years'), 'year')}"
        ),
        "coverage": lambda: f"guarantee of {f.input('coverage')} of the loan",
        "government_loan_share": lambda: (
            f"government loan for {f.input('government_loan_share')} of the debt"
        ),
        "grant": lambda: f"grant of ${f.input('grant')}m",
        "public_equity": lambda: f"government's share of the equity {f.input('public_equity')}",
        "tariff": lambda: f"tariff of {f.input('tariff')}",
    }
    return [say() for key, say in words.items() if getattr(d, key)]


def _result(m: Memo) -> None:
    f, paper = m.f, m.paper
    words = str(f.value("decision_words"))
    made = paper.table(
        None, [[""]], (1,), style="Table Grid", description="Result of the credit tests"
    )
    cell = made.rows[0].cells[0]
    looser = looser_names(f)
    policy = f" **{f.say('policy', looser_names=looser)}**" if looser.value else ""
    paper.write(
        cell.paragraphs[0],
        f"**Result of the credit tests. {f('decision_words')}.**"
        f" {f.say('result', failed_names=failed_names(f))} {f.say('sponsor')}"
        f"{policy} Approval is the committee's.",
    )
    shade(cell, PALE_RED if words == FAILS else PALE_GREEN)


def failed_names(f: Figures) -> Given:
    """The credit tests that fail, by name."""
    names = ", ".join(
        name for key, name, _, _ in TESTS if f.book[f.name].value_of(f"pass_{key}") == 0
    )
    return Given(names, lambda: names)


def looser_names(f: Figures) -> Given:
    """The limits of the deal that ask less than the policy of its asset class."""
    keys = [
        (key, name)
        for key, name, _, direction in TESTS
        if direction * (float(f.value(f"policy_{key}")) - float(f.value(f"limit_{key}"))) > 1e-9
    ]
    return Given(
        len(keys),
        lambda: ", ".join(
            f"{name} {f(f'limit_{key}')} (policy {f(f'policy_{key}')})" for key, name in keys
        ),
    )


def _swapped(m: Memo) -> None:
    """What the case carries on the other's contract, where the workbook swaps it; of the case studied also
    what that leaves, what cures it and what the cure costs.
    """
    f = m.f
    support, swap = f.book["Support"], f.book["Swap"]
    studied, reference = (support.value_of(which) for which in ("studied", "reference"))
    if studied == reference or not isinstance(swap.value_of("capacity_ba"), (int, float)):
        return
    if f.case in (studied, reference):
        cells = f.marked("Swap", "sentence_cells", None, "The contracts swapped")
        m.paper.text(f"**The contract or the plant.** {cells}")
    if f.case == studied:
        left = f.marked("Swap", "sentence_left", None, "What the contract leaves")
        answer = [
            f.marked("Frontier", f"sentence_{key}", None, words)
            for key, words in (
                ("1", "What support would do"),
                ("2", "What that costs"),
                ("sponsor", "What brings the sponsor in"),
                ("5", "Which authority it assumes"),
            )
        ]
        m.paper.text(f"**What would cure it.** {left} {' '.join(answer)}")


def _position(f: Figures, name: str) -> int:
    return f.book["Scenarios"].values_of("names").index(name)


def _coverage(m: Memo) -> None:
    f = m.f
    down = _position(f, "Combined downside")
    strip = f"strip_min_dscr_{f.case}"
    heads = [
        "Coverage",
        "Base case",
        "Combined downside",
        "Firm revenue only",
        "Every renewal comes",
    ]
    rows = [
        [
            "Minimum DSCR",
            f("min_dscr"),
            f.at("Scenarios", strip, down, "Minimum DSCR, Combined downside"),
            f("min_dscr_firm"),
            f("min_dscr_promised"),
        ],
        [
            "Probability of default over the loan's life",
            f("life_default"),
            f.at(
                "Scenarios",
                f"strip_life_default_{f.case}",
                down,
                "Probability of default, Combined downside",
            ),
            "–",
            "–",
        ],
    ]
    m.paper.table(
        heads,
        rows,
        (34, 14, 18, 17, 17),
        numbers=4,
        size=8,
        description="Coverage in the base case and in the downside",
    )
    view = m.deal.lender_view
    m.paper.text(
        f"Base case: lender's view of revenue ({view}), average DSCR {f('avg_dscr')}, LLCR"
        f" {f('llcr')}. Downside: {f.at('Scenarios', 'what', down, 'Combined downside')}. Default"
        " as priced at close; certain where not even the contract pays.",
        "Memo Note",
    )


def _tests(m: Memo) -> None:
    f, book = m.f, m.f.book[m.f.name]
    rows, passed = [], []
    binding = str(f.value("binding_name"))
    for key, name, _, direction in TESTS:
        place = book.placed[f"test_{key}"]
        value = f.cell(f.name, place.row, place.col)
        limit = f(f"limit_{key}")
        verdict_of: Any = book.value_of(f"pass_{key}")
        permits = book.placed[f"permits_{key}"]
        words = {1: "passed", 0: "FAILED"}.get(verdict_of, "n/a")
        passed.append({1: True, 0: False}.get(verdict_of))
        label = f"**{name}** (binds)" if name == binding else name
        rows.append(
            [
                label,
                value,
                f"{'at least' if direction > 0 else 'at most'} {limit}",
                words,
                f.cell(f.name, permits.row, permits.col, "number", f"Debt permitted: {name}"),
            ]
        )
    made = m.paper.table(
        ["Decision test", "Value", "Limit", "Verdict", "Debt permitted, $m"],
        rows,
        (40, 14, 18, 12, 16),
        numbers=4,
        size=8,
        description="Credit tests: value, limit, verdict and the debt that each permits",
    )
    for line, ok in zip(made.rows[1:], passed, strict=True):
        verdict(line.cells[3], ok)


def _risks(m: Memo) -> None:
    rows = [
        [f"**{risk.title}.** {risk.figure}", risk.mitigant] for risk in risks.choose(m.f, m.deal)
    ]
    m.paper.table(
        ["Risk and its figure", "What stands against it"],
        rows,
        (52, 48),
        size=8,
        description="The risks of this deal, each with its mitigant",
    )
