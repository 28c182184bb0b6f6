"""The memo's sections on the deal itself: parties, uses, structure, repayment, contract, build,
rate.
"""

from __future__ import annotations

from bankable.templates.memo import pictures, risks
from bankable.templates.memo.figures import Given, counted
from bankable.templates.memo.first_page import Memo
from bankable.templates.memo.paper import band
from bankable.udfs.deal.deal import VIEWS

VIEW_WORDS = {
    "firm": "Firm revenue only",
    "supported": "With the government's commitment",
    "expected": "Expected revenue",
    "promised": "If every renewal comes",
}
THE_SAME = 1e-6  # $m, between a case's public cost and that of Frontier's answer


def parties(m: Memo) -> None:
    """Borrower and sponsor: what the workbook names, and what a person must write."""
    m.paper.heading("Borrower and sponsor")
    m.paper.text(
        f"The borrower is {m.deal.borrower}; the buyer of its output is {m.deal.offtaker}."
        " [[sponsor, ownership, management, track record, financial standing, know-your-customer"
        " and sanctions checks]]"
    )


def uses(m: Memo) -> None:
    """Sources and uses, which are equal in the workbook by a check."""
    f, d, build = m.f, m.deal, f"{m.f.name} build"

    def total(key: str, name: str | None = None) -> str:
        return f.marked(build, key, name=name)

    m.paper.heading("Sources and uses")
    left = [("Plant and building, with contingency", total("plant_spend"))]
    if d.owner_cost:
        left.append(("Owner's cost", total("owner_spend")))
    if d.delay_months:
        left.append(("Holding cost of a delay, less damages", total("delay_spend")))
    left += [
        ("Interest during construction", f("total_idc")),
        ("Fees during construction", f("total_fees")),
    ]
    if f.value("put_in") or f.value("reserve_in_debt"):
        left.append(("Reserves and working capital", total("completion_uses")))
    if d.grant:
        left.insert(1, ("Less grant", f"({total('grant_draw')})"))
    right = [
        ("Debt", f("debt")),
        ("of which bank loan", f("bank_loan")),
        ("Sponsor's equity", f("sponsor_equity")),
    ]
    height = max(len(left), len(right))
    left += [("", "")] * (height - len(left))
    right += [("", "")] * (height - len(right))
    rows = [[*a, *b] for a, b in zip(left, right, strict=True)]
    rows.append(
        [
            "Total uses",
            f("total_uses"),
            "Total sources",
            total("uses", "Total sources, equal to uses"),
        ]
    )
    made = m.paper.table(
        ["Uses", "$m", "Sources", "$m"],
        rows,
        (36, 14, 36, 14),
        "Sources and uses to completion",
        size=8,
        bold_rows=[len(rows) - 1],
    )
    for line in made.rows:
        for col in (1, 3):
            line.cells[col].paragraphs[0].alignment = 2
    m.paper.text(
        f"Debt is {f('gearing_used')} of the budgeted uses; an overrun and what a delay costs are"
        f" the sponsor's, up to ${f('completion_limit')}m. "
        + (
            "The uses hold a debt service reserve"
            if d.reserve_in_uses
            else "Beside the uses the sponsor pays a debt service reserve"
        )
        + f" of {counted(f.input('dsra_months'), 'month')}, ${f('dsra_at_completion')}m at completion"
        + (" with the ramp reserve" if d.ramp_reserve else "")
        + ". Equity is drawn in step with the debt. "
        + (
            f"The government buys {f.input('public_equity')} of it at par. "
            if d.public_equity
            else ""
        )
        + "Fees: upfront "
        + f"{f.input('upfront_fee')}, commitment {f.input('commitment_fee')} a year."
    )


def support_terms(m: Memo) -> list[list[str]]:
    """The tools of support that this deal uses, with terms."""
    f, d = m.f, m.deal
    rows = []
    if d.public_offtake_years:
        rows.append(
            [
                "Public offtake",
                (
                    f"{counted(f.input('public_offtake_years'), 'year')}, {d.statutory_backing};"
                    f" goods worth {f.input('buyer_value')} of their price to the buyer"
                ),
                f("offtake_cost"),
            ]
        )
    if d.price_basis == "market in band" and d.price_floor:
        rows.append(
            [
                "Price floor within the offtake",
                (
                    f"${f.input('price_floor')}m a unit in year one; seller keeps"
                    f" {f.input('upside_share')} above the cap; value of the floor to the seller"
                    f" ${f('floor_worth')}m"
                ),
                "in the offtake",
            ]
        )
    if d.coverage:
        rows.append(
            [
                "Partial guarantee",
                (
                    f"{f.input('coverage')} of the bank loan, pro rata; fee"
                    f" {f.input('guarantee_fee')} and spread {f.input('guaranteed_spread')} a year"
                    " on that part"
                ),
                f("guarantee_cost"),
            ]
        )
    if d.termination_cover and f.value("public_buyer"):
        rows.append(
            [
                "Termination payment",
                (
                    f"{f.input('termination_cover')} of the debt outstanding, on termination for"
                    " convenience" + (" and on a lapse of appropriation" if d.lapse_pays else "")
                ),
                f("termination_cost"),
            ]
        )
    if d.government_loan_share:
        rows.append(
            [
                "Government loan",
                (
                    f"{f.input('government_loan_share')} of the debt at"
                    f" {f.input('government_loan_rate')}, pari passu"
                ),
                f("loan_cost"),
            ]
        )
    if d.grant:
        rows.append(
            [
                "Grant",
                f"${f.input('grant')}m; {f.input('grant_clawback')} paid back if the loan defaults",
                f("grant_cost"),
            ]
        )
    if d.public_equity:
        rows.append(
            [
                "Government equity",
                f"{f.input('public_equity')} of the equity, at par",
                f("equity_cost"),
            ]
        )
    if d.tariff:
        rows.append(
            [
                "Tariff on the rival",
                (
                    f"{f.input('tariff')}; cost to home buyers ${f('tariff_burden')}m, outside the"
                    " public cost"
                ),
                "",
            ]
        )
    return rows


def structure(m: Memo) -> None:
    """The loan's structure, the support in it and what that costs."""
    f = m.f
    m.paper.heading("Structure and support")
    rows = support_terms(m)
    if not rows:
        m.paper.text(f.say("support"))
        return
    rows.append(
        ["Expected public cost", f"${f('cost_per_plant')} for each $ of plant", f("public_cost")]
    )
    rows.append(
        [
            "Budget authority needed",
            "a second figure, never added to the first",
            f("budget_authority"),
        ]
    )
    m.paper.table(
        ["Tool", "Terms", "Expected cost, $m"],
        rows,
        (24, 58, 18),
        "Support and its cost to the taxpayer",
        numbers=1,
        size=8,
        bold_rows=[len(rows) - 2, len(rows) - 1],
    )
    answer = f.book["Frontier"].value_of("answer_public_cost")
    if (
        isinstance(answer, (int, float)) and abs(answer - f.value("public_cost")) < THE_SAME
    ):  # the frontier's answer is this structure
        m.paper.text(
            f.marked("Frontier", "sentence_4", None, "What the cost of the offtake hangs on")
        )
    m.paper.text(
        f"{f.say('private')} The bank's own risk is {f('uncovered_share')} of the debt; programmes"
        f" usually leave {f('limit_retained')}."
    )


# what the workbook finds of the case studied on Support: sheet, key of the sentence, its name
FOUND = (
    ("Swap", "sentence_cells", "The contracts swapped"),
    ("Swap", "sentence_bridge", "The contract against every other difference"),
    ("Swap", "sentence_left", "What the contract leaves"),
    ("Cures", "sentence_bare", "Tests failed without any tool, and what cures them"),
    ("Cures", "sentence_promised", "Tests failed with a long offtake, and what cures them"),
    ("Recut", "sentence_law", "What today's law bears"),
    ("Recut", "sentence_sponsor", "Whether the sponsor goes ahead with it"),
    ("Recut", "sentence_mark", "What as much debt as the mark takes"),
    ("Recut", "sentence_mix", "The least-cost mix that bears as much"),
    ("Programme", "sentence_plants", "What a subsidy budget pays for"),
    ("Authority", "sentence_tools", "What the law lets the tools do"),
)


def answer(m: Memo) -> None:
    """What a contract and each tool would change of the case studied, as the workbook's sheets say it."""
    f = m.f
    if f.case != f.book["Support"].value_of("studied"):
        return
    m.paper.heading("What a contract and each tool would change")
    m.paper.bullets([f.marked(sheet, key, None, name) for sheet, key, name in FOUND])


def repayment(m: Memo) -> None:
    """Primary, secondary and tertiary source of repayment."""
    f, d = m.f, m.deal
    m.paper.heading("Sources of repayment")
    names = list(f.book["Scenarios"].values_of("names"))
    lost = names.index("Contract lost")
    strip = f"strip_min_dscr_{f.case}"
    second = f.say(
        "secondary",
        lost_year=Given(None, lambda: f.at("Scenarios", "stop_any", lost)),
        lost_min_dscr=Given(
            None, lambda: f.at("Scenarios", strip, lost, "Minimum DSCR, Contract lost")
        ),
    )
    third = (
        f"the plant, worth ${f('collateral')}m to another user; recovery {f('recovery')} of the"
        f" debt, loss given default {f('lgd')}"
    )
    if d.coverage:
        third += f"; the guarantor pays {f.input('coverage')} of the bank's loss"
    m.paper.bullets(
        [
            f"**Primary:** {f.say('primary')}",
            f"**Secondary:** {second}",
            f"**Tertiary:** {third}.",
        ]
    )
    values = [float(f.value(f"capacity_{view}") or 0) for view in VIEWS]
    texts = [f(f"capacity_{view}") for view in VIEWS]
    carried = Given(values[VIEWS.index(d.lender_view)], str)
    m.paper.picture(
        pictures.capacity_bars(
            [VIEW_WORDS[view] for view in VIEWS], values, float(f.value("requested_debt"))
        ),
        "Bars: debt capacity by view of revenue."
        f" {'; '.join(f'{VIEW_WORDS[v]} {t}' for v, t in zip(VIEWS, texts, strict=True))} ($m)."
        " Line: debt requested.",
        f.say("capacity_title", view_capacity=carried),
        0.92,
    )


def contract(m: Memo) -> None:
    """Offtaker and contract, with what a federal buyer adds."""
    f, d = m.f, m.deal
    m.paper.heading("Offtaker and contract")
    price = (
        f"market price within a band, floor ${f.input('price_floor')}m and cap"
        f" ${f.input('price_cap')}m a unit, rising {f.input('band_escalator')} a year"
        if d.price_basis == "market in band"
        else f"fixed, ${f.input('price')}m a unit in year one, rising {f.input('escalator')} a year"
    )
    if d.capacity_price > 0:
        price += (
            f"; ${f.input('capacity_price')}m a unit of capacity made ready, used or not, rising"
            f" {f.input('escalator')} a year"
        )
    rows = [
        ["Buyer", d.offtaker, "Promise backed by", d.statutory_backing],
        [
            "Volume",
            (
                f"{f.input('contract_share')} of {f.input('capacity')} {d.volume_unit} a year,"
                f" take-or-pay {f.input('take_or_pay')}"
            ),
            "Price",
            price,
        ],
        [
            "Horizon",
            f"{counted(f.input('contract_years'), 'year')} if every renewal comes",
            "Bound today",
            counted(f.input("firm_years"), "year")
            + (
                f"; with the government's commitment {f('supported_end_year')}"
                if m.deal.public_offtake_years
                else ""
            ),
        ],
        [
            "Renewal",
            (
                f"{f.input('renewal')} each; a renewal covers"
                f" {counted(f.input('renew_every'), 'year')}"
            ),
            "Stands to loan's end",
            f.say("contract_stands"),
        ],
        [
            "Buyer's default",
            f"{f.input('offtaker_pd')} a year; claim recovers {f.input('offtaker_recovery')}",
            "Contracted share",
            f"{f('contracted_share')} of revenue over the loan",
        ],
        [
            "Termination",
            (
                f"{f.input('termination')} a year for convenience; settlement"
                f" {f.input('termination_settlement')} of the year's revenue"
            ),
            "Contract value",
            f"${f('contract_value')}m at completion, risk counted, before cost, with renewals",
        ],
    ]
    made = m.paper.table(None, rows, (13, 39, 15, 33), "The contract", size=8)
    for line in made.rows:
        band(line.cells[0])
        band(line.cells[2])
    m.paper.text(
        "[[counsel's opinion on enforceability; buyer's financial standing and budget line]]"
    )
    if m.federal:
        m.paper.text(
            "**Federal buyer.** Payments reach the lender only by an assignment under the"
            " Assignment of Claims Act, acknowledged by the contracting officer [[state of the"
            " consent to assignment]]. The government may terminate for convenience (FAR 52.249);"
            " firm years are firm as to term, not against termination (yearly probability used:"
            f" {f.input('termination')}, settlement {f.input('termination_settlement')}). "
            + (
                "An offtake beyond five years needs special authority (10 USC 3501, FAR 17.1):"
                " [[statutory authority relied on]]."
                if d.public_offtake_years > 5
                else ""
            )
        )


def construction(m: Memo) -> None:
    """Construction and ramp."""
    f = m.f
    m.paper.heading("Construction and ramp")
    ramp = (
        f"output ramps over {counted(f.input('ramp_months'), 'month')}"
        if m.deal.ramp_months
        else "output is full from completion"
    )
    m.paper.text(
        f"The build takes {counted(f.input('build_months'), 'month')} from financial close at a"
        f" cost of ${f.input('capex')}m before a contingency of {f.input('contingency')}; {ramp}."
        f" Each month of delay costs ${f.input('delay_cost')}m to hold, of which the builder's"
        f" delay damages give back ${f.input('delay_damages')}m, and interest on the whole"
        " facility:"
        f" ${f.marked('Time', f'delay_cash_{f.case}', 'number', 'Cash that the sponsor pays for a month of delay')}m"
        f" for the sponsor. Interest during construction runs at {f('construction_rate')}."
    )
    m.paper.text(
        f"{_delayed(m)} **Completion guarantee:** [[guarantor, amount, release test]]. **Longstop date:**"
        " [[date and consequence]]. **Builder and permits:** [[contract form, bonding, permits,"
        " technical adviser's view]]."
    )


def _delayed(m: Memo) -> str:
    """What the scenario Delay does to the cover and asks of the sponsor."""
    f, sheet = m.f, m.f.book["Scenarios"]
    k = sheet.values_of("names").index("Delay")

    def under(row: str, name: str | None = None) -> Given:
        return Given(sheet.values_of(row)[k], lambda: f.at("Scenarios", row, k, name))

    return f.say(
        "delay",
        delay_months_late=under("add_delay_months"),
        delay_min_dscr=under(f"strip_min_dscr_{f.case}", "Minimum DSCR, Delay"),
        delay_sponsor_extra=under(f"strip_sponsor_extra_{f.case}", "Sponsor pays, Delay"),
    )


def interest_rate(m: Memo) -> None:
    """Hedge and base-rate shock."""
    f = m.f
    m.paper.heading("Interest rate and hedge")
    position = f.book["Scenarios"].values_of("names").index("Base-rate shock")
    shocked = f.at(
        "Scenarios", f"strip_min_dscr_{f.case}", position, "Minimum DSCR, Base-rate shock"
    )
    rate = f.at(
        "Scenarios", f"strip_all_in_rate_{f.case}", position, "All-in rate, Base-rate shock"
    )
    m.paper.text(
        f"The base rate is {f.input('base_rate')} and {f.input('hedge_ratio')} of the loan is"
        f" hedged. {risks.shock(f, 'Base-rate shock', position)}the whole debt costs {rate} and"
        f" minimum DSCR is {shocked}. [[hedge provider, instrument, tenor, cost and ranking of the"
        " swap]]"
    )
    if m.filled.looks_at(f.case):
        sheet = f.book["Sensitivity"]
        grid = [key for key in sheet.placed if key.startswith("shock_")]
        heads_row = sheet.placed[grid[0]].row - 2  # above the row of the case as it is
        columns = sheet.placed[grid[0]].columns
        assert columns is not None
        heads = ["Shock to the base rate"] + [
            f"{f.cell('Sensitivity', heads_row, columns.first + j, 'share', 'Hedged share')} hedged"
            for j in range(columns.count)
        ]
        rows = []
        for key in grid:
            place = sheet.placed[key]
            shock = f.cell(
                "Sensitivity", place.row, columns.first - 3, "rate", "Shock to the base rate"
            )
            rows.append(
                [
                    shock,
                    *f.row(
                        key,
                        0,
                        columns.count - 1,
                        "Sensitivity",
                        f"Minimum DSCR, shock of {shock}, by share hedged",
                    ),
                ]
            )
        m.paper.table(
            heads,
            rows,
            (25, 15, 15, 15, 15, 15),
            "Minimum DSCR after a shock to the base rate, by share hedged",
            numbers=columns.count,
            size=8,
        )
