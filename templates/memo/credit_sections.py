"""The memo's sections on credit: cash flow, sensitivities, rating, recovery, covenants, conditions,
approvals.
"""

from __future__ import annotations

from typing import Any

from docx.shared import Cm

from bankable.templates.memo import pictures
from bankable.templates.memo.figures import Given, counted
from bankable.templates.memo.first_page import (
    CLASS_SOURCE,
    CLASSES,
    Memo,
    failed_names,
    implied_class,
    looser_names,
    yearly,
    years_below,
)
from bankable.templates.memo.paper import typed, verdict
from bankable.templates.workbook.printed import printed
from bankable.udfs.deal.chain.decision import FAILS

_LINES = (
    "year",
    "revenue_{view}",
    "earnings_{view}",
    "lender_cfads",
    "interest",
    "principal",
    "debt_service",
    "lender_dscr",
    "closing",
    "arrears",
    "distribution",
)
_HEADS = (
    "Year",
    "Revenue",
    "Earnings",
    "CFADS",
    "Interest",
    "Principal",
    "Debt service",
    "DSCR",
    "Balance due",
    "Unpaid",
    "Distributions",
)


def cash_flow(m: Memo) -> None:
    """Year by year over the loan, lender's view."""
    f, n = m.f, m.tenor
    m.paper.heading("Cash flow and coverage")
    columns = [f.row(line.format(view=m.deal.lender_view), 0, n - 1) for line in _LINES]
    m.paper.table(
        _HEADS,
        [list(line) for line in zip(*columns, strict=True)],
        (5, 10, 10, 9, 9, 9, 10, 8, 10, 9, 11),
        f"Cash flow over the loan, lender's view ({m.deal.lender_view}), $m",
        numbers=11,
        size=7.5,
    )
    m.paper.text(
        "Earnings: operating cash after maintenance capital, before tax. CFADS is earnings less tax and what"
        " working capital takes, plus what it gives back when sales fall.",
        "Memo Note",
    )
    cfads, service = (
        [float(value) if isinstance(value, (int, float)) else 0.0 for value in f.path(key)[:n]]
        for key in ("lender_cfads", "debt_service")
    )
    uncovered = sum(1 for have, due in zip(cfads, service, strict=True) if have < due - 1e-9)
    m.paper.picture(
        pictures.coverage_path(list(range(1, n + 1)), cfads, service),
        "Columns: CFADS by year of operation, lender's view. Line: debt service. The figures stand"
        " in the table above.",
        f.say("service_title", years_uncovered=Given(uncovered, lambda: str(uncovered))),
        0.9,
    )
    m.paper.text(f"{f.say('asked', years_below=years_below(m))} {f.say('payments')}")
    if m.deal.balloon:
        sheet, case = "Sensitivity", f.case
        m.paper.text(
            f"**Balloon.** ${f.marked(f.name, 'balloon_paid', 'number', 'Balloon')}m falls due with"
            " the last payment and is taken as refinanced. Tested with"
            f" ${f.marked(sheet, f'refi_balance_{case}')}m left: debt yield"
            f" {f.marked(sheet, f'refi_yield_{case}')}, loan to value"
            f" {f.marked(sheet, f'refi_ltv_{case}')}; could be refinanced:"
            f" {f.marked(sheet, f'refi_verdict_{case}')}."
        )


def sensitivities(m: Memo) -> None:
    """All scenarios side by side, then break-evens."""
    f = m.f
    m.paper.heading("Sensitivities and break-evens")
    sheet = f.book["Scenarios"]
    names = [typed(str(name)) for name in sheet.values_of("names")]
    reached: list[Any] = sheet.values_of(f"reached_{f.case}")
    shown = [
        k for k in range(len(names)) if k == 0 or reached[k]
    ]  # those that change an input of this case
    base: Any = sheet.values_of(f"strip_min_dscr_{f.case}")[0]
    last = len(names) - 1
    printed_rows = [  # a row of the workbook is one entry of the appendix
        f.row(f"{row}_{f.case}", 0, last, "Scenarios", f"{label}, by scenario")
        for row, label in (
            ("strip_min_dscr", "Minimum DSCR"),
            ("strip_sponsor_extra", "Overrun and delay, paid by the sponsor"),
            ("strip_life_default", "Probability of default over the loan's life"),
            ("standing", "The loan"),
            ("strip_first_failed", "First test failed"),
        )
    ]
    what, decisions = sheet.values_of("what"), sheet.values_of(f"strip_decision_{f.case}")
    passed = [decisions[k] != FAILS for k in shown]
    rows = [[f"**{names[k]}**: {what[k]}", *(texts[k] for texts in printed_rows)] for k in shown]
    made = m.paper.table(
        [
            "Scenario",
            "Min. DSCR",
            "Sponsor pays, $m",
            "Default, life",
            "The loan",
            "First test failed",
        ],
        rows,
        (39, 9, 11, 10, 10, 21),
        "Every scenario that reaches this case, each recalculated in full",
        numbers=5,
        size=7.5,
    )
    for line, ok in zip(made.rows[1:], passed, strict=True):
        verdict(line.cells[5], ok)
    values: list[Any] = sheet.values_of(f"strip_min_dscr_{f.case}")
    held = [k for k in shown if isinstance(values[k], (int, float))]
    if held:
        worst = min(held, key=lambda k: values[k])
        fall = base - values[worst] if isinstance(base, (int, float)) else None
        finding = f.say(
            "worst_title",
            fall_of_dscr=Given(fall, str),
            worst_name=Given(names[worst], lambda: names[worst]),
        )
        m.paper.picture(
            pictures.scenario_bars(
                [names[k] for k in held],
                [values[k] for k in held],
                float(f.value("limit_min_dscr")),
            ),
            "Bars: minimum DSCR under each scenario. "
            + "; ".join(f"{names[k]} {printed(values[k], 'multiple')}" for k in held),
            finding,
            0.85,
        )
    _break_evens(m)


def _break_evens(m: Memo) -> None:
    f = m.f
    if not m.filled.looks_at(f.case):
        m.paper.text(
            "The sheet Sensitivity looks at another case: choose this one there and calculate to"
            " have its break-evens and rate grid in the memo.",
            "Memo Note",
        )
        return
    sheet = f.book["Sensitivity"]
    rows = []
    for key in (key for key in sheet.placed if key.startswith("breakeven_")):
        place = sheet.placed[key]
        question = typed(str(sheet.value(place.row, 1)))
        rows.append(
            [
                question,
                f.cell("Sensitivity", place.row, 3, None, f"{question}: in the case"),
                f.cell("Sensitivity", place.row, place.col, None, f"{question}: break-even"),
            ]
        )
    m.paper.table(
        ["Break-even, everything else unchanged", "In the case", "Break-even"],
        rows,
        (64, 16, 20),
        "How far each input may move",
        numbers=2,
        size=7.5,
    )
    note = (
        "Met throughout, or nowhere: within the input's bounds the figure never crosses its target."
    )
    if "fan_any_year" in sheet.placed:
        note += (
            " Simulated probability of DSCR below one in some year: "
            f"{f.marked('Sensitivity', 'fan_any_year', 'share', 'Simulated probability of DSCR below 1 in some year')}."
        )
    m.paper.text(note, "Memo Note")


def rating(m: Memo) -> None:
    """Rating rationale, regulatory risk rating, capital treatment."""
    f = m.f
    m.paper.heading("Rating rationale and regulatory treatment")
    cut = ", ".join(f"{name} {yearly(six):.2%}" for name, six in CLASSES)
    m.paper.text(
        f"**Model-implied class: {implied_class(f.value('default_a_year'))}.** The loan's default"
        f" probability is {f('default_a_year')} a year: the borrower's own {f.input('pd_base')}, and"
        " payments that cash and reserve do not make, with the contract or after its loss. The mapping"
        f" takes the best class whose yearly default rate is not below that ({cut};"
        f" {CLASS_SOURCE}). Loss given default is {f('lgd')} at completion and"
        f" {f('lgd_average')} on average over the defaults expected, expected loss over the loan's life"
        f" {f('loss_share')} of the debt. [[internal rating, override and its reason]]"
    )
    m.paper.text(f"**Price against loss.** {f.say('price')}")
    m.paper.text(
        f"{regulatory(m)} (Rule used: pass, if every credit"
        " test is met and the combined downside still covers debt service; special mention, if the"
        " base case covers it; otherwise substandard.) [[rating confirmed by credit risk review]]"
    )
    words = f"**Capital treatment.** Bank loan ${f('bank_loan')}m; "
    words += (
        f"guaranteed part {f.input('coverage')}, with the guarantor's risk weight; "
        if m.deal.coverage
        else "no part guaranteed; "
    )
    m.paper.text(
        words
        + f"uncovered part ${f('bank_at_risk')}m, as project finance. [[risk weights, approach and"
        " eligibility of the guarantee]]"
    )


def regulatory(m: Memo) -> str:
    """Pass, special mention or substandard by the stated rule, with the figures that decide."""
    f = m.f
    k = f.book["Scenarios"].values_of("names").index("Combined downside")
    strip = f"strip_min_dscr_{f.case}"
    downside = Given(
        f.book["Scenarios"].values_of(strip)[k],
        lambda: f.at("Scenarios", strip, k, "Minimum DSCR, Combined downside"),
    )
    return (
        f"**{f.say('grade', downside_min_dscr=downside)}** Minimum DSCR {f('min_dscr')} in the base"
        f" case and {downside.show()} in the combined downside."
    )


def recovery(m: Memo) -> None:
    """Security and recovery."""
    f = m.f
    m.paper.heading("Security and recovery")
    rows = []
    for part, words in (
        ("shell", "Land and shell"),
        ("power", "Power connection"),
        ("equipment", "General equipment"),
        ("tooling", "Special tooling"),
        ("it", "IT"),
    ):
        if getattr(m.deal, f"{part}_share"):
            rows.append(
                [words, f.input(f"{part}_share"), f.input(f"{part}_reuse"), f(f"collateral_{part}")]
            )
    rows.append(["Together", "", "", f("collateral")])
    m.paper.table(
        ["Part of the plant", "Share of cost", "Reuse value", "Value to another user, $m"],
        rows,
        (40, 18, 18, 24),
        "Collateral",
        numbers=3,
        size=8,
        bold_rows=[len(rows) - 1],
    )
    m.paper.text(
        f"After selling costs of {f.input('sale_cost')} and"
        f" {counted(f.input('sale_months'), 'month')} to sell, recovery is {f('recovery')} of the"
        f" debt; loss given default {f('lgd')} (floor {f.input('lgd_floor')}). Security: [[first"
        " lien, share pledge, assignment of contracts and accounts, insurances, direct agreement"
        " with the buyer]]"
    )


def covenants(m: Memo) -> None:
    """Covenants that the workbook holds, and those to be negotiated."""
    f = m.f
    m.paper.heading("Covenants and policy exceptions")
    rows = [
        [
            "Lock-up of distributions",
            f"DSCR below {f.input('lock_up_dscr')}",
            (
                f"{counted(f.marked(f.name, 'lock_up', 'count', 'Years in lock-up, base case'), 'year')}"
                " in the base case"
            ),
        ],
        [
            "Event of default",
            "[[DSCR level and cure rights]]",
            f"base case minimum {f('min_dscr')}",
        ],
        [
            "Debt service reserve",
            f"{counted(f.input('dsra_months'), 'month')}",
            f"${f('dsra_at_completion')}m at completion",
        ],
        [
            "Tail",
            f"{counted(f.input('tail_years'), 'year')} before the secured contract ends",
            f"uncovered debt left then {_test(f, 'tail')}, at most {f('limit_tail')}",
        ],
    ]
    m.paper.table(
        ["Covenant", "Level", "Where the base case stands"],
        rows,
        (26, 36, 38),
        "Financial covenants",
        size=8,
    )
    failed = failed_names(f)
    looser = looser_names(f)
    m.paper.text(
        f"**Policy exceptions.** {f.say('exceptions', failed_names=failed)}"
        f" {f.say('policy', looser_names=looser)} "
        + (
            "[[exception requested and its justification, or withdraw]]"
            if failed.value or looser.value
            else "[[exceptions to other policies: concentration, sector, tenor]]"
        )
    )


def _test(f: Any, key: str) -> str:
    place = f.book[f.name].placed[f"test_{key}"]
    return f.cell(f.name, place.row, place.col)


def conditions(m: Memo) -> None:
    """Conditions precedent that follow from the structure, and monitoring."""
    f, d = m.f, m.deal
    m.paper.heading("Conditions precedent and monitoring")
    lines = [said] if (said := f.say("contract_condition")) else []
    if d.public_offtake_years:
        lines.append(
            f"Public commitment to buy for {counted(f.input('public_offtake_years'), 'year')} in"
            f" force; budget authority of ${f('offtake_authority')}m for it."
        )
        longest = Given(
            f.book["Timeline"].value_of("longest_multiyear"),
            lambda: f.marked("Timeline", "longest_multiyear"),
        )
        statute = f.say("statute", longest_multiyear=longest)
        if statute:
            lines.append(statute)
    authority = f.say("credit_authority")
    if authority:
        lines.append(f"{authority} [[the act relied on]]")
    if d.coverage:
        lines.append(f"Guarantee of {f.input('coverage')} of the bank loan issued and enforceable.")
    if d.government_loan_share:
        lines.append(
            f"Government loan of {f.input('government_loan_share')} of the debt signed, pari passu."
        )
    if d.grant:
        lines.append(f"Grant of ${f.input('grant')}m awarded, with its clawback.")
    if m.federal:
        lines.append("Assignment of claims acknowledged by the contracting officer.")
    if d.hedge_ratio:
        lines.append(f"Hedge of {f.input('hedge_ratio')} of the loan in place.")
    lines.append(
        f"Equity of ${f('sponsor_equity')}m and the reserve of ${f('dsra_at_completion')}m"
        " committed."
    )
    lines.append("[[permits, insurances, legal opinions, technical and model audit reports]]")
    m.paper.bullets(lines)
    m.paper.text(
        "**Monitoring.** Actual CFADS and debt service are held each year against the base case"
        " (bankable monitor): base case year one CFADS"
        f" ${f.in_year('lender_cfads', 0, 'CFADS, year 1')}m, debt service"
        f" ${f.in_year('debt_service', 0, 'Debt service, year 1')}m. [[reporting dates, site"
        " visits, early-warning signs, responsible officer]]"
    )


def approvals(m: Memo) -> None:
    """The signature block; approval is the committee's."""
    m.paper.heading("Approvals")
    m.paper.text(
        "The credit tests and figures above are the workbook's. Approval is the committee's."
    ).paragraph_format.keep_with_next = True
    rows = [
        [role, "[[name]]", "", ""]
        for role in ("Relationship manager", "Credit officer", "Committee chair")
    ]
    made = m.paper.table(
        ["Role", "Name", "Signature", "Date"],
        rows,
        (26, 28, 28, 18),
        size=8.5,
        description="Signatures",
    )
    for line in made.rows[1:]:
        line.height = Cm(0.8)
