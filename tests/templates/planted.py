"""The faults that are planted in a calculated workbook, each with the check that is there for it.

A fault is a number, a text or a formula put over a cell of the workbook of one case or of two, or a
formula with one thing changed for another; keys name the cells as in formulas, on Checks the cell
of a check by its words.
"""

from __future__ import annotations

from dataclasses import dataclass

from bankable.templates.comparison.sheets import checks, deals
from bankable.templates.workbook.book import Book, Sheet
from bankable.udfs.deal.chain.returns import STEPS

Content = float | str | tuple[str, str]  # a pair: what is changed in the formula, and into what
CASE = "Factory today"
BUILD = f"{CASE} build"
RANGE = "Inputs within their range"
LAST_INSTALMENT = "The last instalment, which clears the balance, is what the profile asks"


@dataclass(frozen=True)
class Fault:
    """`check` must fail, in the row of `case`; `year` is the place in time from 1 where the key
    names a path, 0 its total.
    """

    check: str
    sheet: str
    key: str
    content: Content
    year: int = 0
    case: str = CASE
    cases: int = 1
    also: tuple[tuple[str, Content], ...] = ()  # more of it, by key of the same sheet


def plant(book: Book, fault: Fault) -> list[tuple[str, int, int]]:
    """Put the fault into a workbook not yet calculated; gives the cells that it stands in."""
    sheet, spots = book[fault.sheet], []
    for key, content in ((fault.key, fault.content), *fault.also):
        spot = _spot(sheet, key, fault)
        spots.append((sheet.name, *spot))
        cell = sheet.cells[spot]
        if isinstance(content, tuple):
            formula = (cell.block or cell).formula
            assert formula is not None
            assert content[0] in formula, formula
            content = formula.replace(*content)
        if cell.block is not None:
            assert isinstance(content, str)
            cell.block.formula = content
        else:
            sheet.put(*spot, content)
    return spots


def _spot(sheet: Sheet, key: str, fault: Fault) -> tuple[int, int]:
    if sheet.name == "Checks":
        said = {
            (sheet.value(row, checks.WHAT), sheet.value(row, checks.CASE)): row
            for row, col in sheet.cells
            if col == checks.WHAT
        }
        return said[key, fault.case], checks.LEFT
    place = sheet.placed[key]
    if place.columns is None or not fault.year:
        return place.row, place.col
    return place.row, place.columns.first + fault.year - 1


def typed(key: str, content: float | str, check: str = RANGE, case: str = "all") -> Fault:
    """Something typed into an input."""
    return Fault(check, "Inputs", f"{key}_1", content, case=case)


def metric(words: str) -> str:
    """The check of a headline figure against DEAL_METRICS."""
    return f"DEAL_METRICS: {words}"


INPUTS = {
    "a share above one": typed("gearing", 1.5),
    "a percentage typed as 90 for 90%": typed("contract_share", 90),
    "a rate typed as 5 for 5%": typed("base_rate", 5),
    "a number typed as text": typed("price", "0,95"),
    "a part of a year": typed("tenor", 7.5),
    "a negative cost": typed("fixed_cost", -110),
    "a word that no list holds": typed("repayment", "balloon only"),
    "an empty name": typed("case_name", " "),
    "a tenor beyond the plant's life": typed(
        "operating_years", 8, "Tenor within operating life", CASE
    ),
    "no year left to repay in": typed("grace_years", 10, "Grace ends before the tenor", CASE),
    "a floor above the cap": Fault(
        "Floor not above cap", "Inputs", "price_floor_1", 1.0, also=(("price_cap_1", 0.9),)
    ),
    "more taken than the contract allows": typed(
        "max_volume", 0.5, "Take-or-pay not above the volume cap", CASE
    ),
    "firm beyond the contract": typed(
        "firm_years", 25, "Firm years within the contract horizon", CASE
    ),
    "five years to retool": typed(
        "retool_months", 24, "Retooling and refilling within two years", CASE
    ),
    "collateral of more than the plant": typed(
        "equipment_share", 0.9, "Collateral parts within the whole", CASE
    ),
    "a grant of the whole cost": typed("grant", 2640, "Grant below capital cost", CASE),
    "more payments than periods": typed(
        "payments_per_year", 2, "Payments fit the periods of the year", CASE
    ),
    "a life beyond the columns": typed(
        "operating_years", 30, "Operating life within the years that the case sheets hold", CASE
    ),
    "a completion beyond the months": Fault(
        "Build and delay fit the monthly block",
        "Inputs",
        "build_months_1",
        55,
        also=(("delay_months_1", 12),),
    ),
}

BUILDING = {
    "a draw typed over": Fault("Sources equal uses", BUILD, "equity_draw", 99, 5),
    "uses that leave out the fees": Fault(
        "Equity pays its share of the budget, and the overrun and delay",
        BUILD,
        "uses",
        "={build_cost}+{idc}",
        1,
    ),
    "a balance typed over": Fault(
        "The facility closes: its balance at the end is the debt", BUILD, "balance", 5, 60
    ),
    "a row broken in one month": Fault(
        "Debt is its share of the budgeted uses", BUILD, "balance_0", "={balance_0<}", 9
    ),
    "spending left out": Fault("All plant cost is spent", BUILD, "spend_share", 0, 12),
    "interest for a year in a month": Fault(
        metric("Interest during construction"), BUILD, "idc", "={balance<}*0.08", 7
    ),
}

DEBT = {
    "the debt typed over": Fault("Debt is its share of the budgeted uses", CASE, "debt", 1000),
    "a principal typed over": Fault(LAST_INSTALMENT, CASE, "principal", 1, 4),
    "interest on the wrong balance": Fault(
        LAST_INSTALMENT, CASE, "interest", "={opening<}*{all_in_rate}", 6
    ),
    "a repayment with the wrong sign": Fault(
        LAST_INSTALMENT, CASE, "closing", "={opening}+{principal}-{balloon_paid}", 5
    ),
    "a closing balance typed over": Fault(
        "The scheduled balance ends at zero", CASE, "closing", 77, 10
    ),
    "a balance written down": Fault(
        "Principal and balloon add to the debt", CASE, "closing", 100, 4
    ),
    "a loan's probability typed over": Fault(
        "Loan states add to one", CASE, "default_probability", 0.5, 2
    ),
    "a part of the rate typed over": Fault(
        "The quoted rate is the sum of its parts", CASE, "quoted_rate", 0.2
    ),
    "the rate typed over": Fault(
        metric("All-in rate of the whole debt"), CASE, "all_in_rate", 0.03
    ),
    "a capacity of another profile": Fault(
        metric("Debt capacity on firm revenue"), CASE, "capacity_firm", "={carried_firm+}*1.1"
    ),
}

VIEWS = {
    "a contract's state typed over": Fault("Contract states add to one", CASE, "lost", 0.5, 2),
    "more promised than the plant makes": Fault(
        "Volume sold within capacity, promised", CASE, "contracted_volume_promised", 5000, 6
    ),
    "more firm than the plant makes": Fault(
        "Volume sold within capacity, firm", CASE, "market_volume_firm", 5000, 6
    ),
    "a cost with the wrong sign": Fault(
        metric("Debt capacity on firm revenue"),
        CASE,
        "earnings_firm",
        "={revenue_firm}+{variable_cost_firm}",
        3,
    ),
    "one view read for another": Fault(
        metric("Debt capacity on expected revenue"),
        CASE,
        "revenue_expected",
        "={revenue_promised}",
        4,
    ),
    "a tax with the wrong sign": Fault(
        metric("LLCR"), CASE, "cfads_firm", "={cash_before_tax_firm}+{tax_firm}+1", 2
    ),
    "a year's depreciation typed over": Fault(
        "Depreciation adds to its base, or to what its life allows", CASE, "depreciation", 1, 1
    ),
    "a row that reads the year before": Fault(
        metric("Equity IRR on expected cash flow"),
        CASE,
        "equity_flow_expected",
        "={equity_flow_expected<}",
        5,
    ),
}

DEFAULT = {
    "a pool typed over": Fault(
        "The kept contract's pool fails where the waterfall misses a payment, or after its end",
        CASE,
        "need",
        1e6,
        1,
    ),
    "a cause of loss typed over": Fault(
        "Losses of the contract by cause add up", CASE, "lost_renewal", 0.4, 3
    ),
    "a price that does not clear": Fault(
        "At the rate that clears, one pass of the price asks no more, to half a basis point",
        CASE,
        "clearing_rate",
        0.07,
        also=(("pricing", 1),),
    ),
    "a sized loan that fails": Fault(
        "The sized loan fails no credit test",
        CASE,
        "sized_gearing",
        0.5,
        also=(("size_debt", 1),),
    ),
}

CASH = {
    "a distribution typed over": Fault(
        "Cash in equals cash out in the waterfall", CASE, "distribution", 500, 3
    ),
    "debt service that vanishes": Fault(
        "Debt service is paid or stands as arrears", CASE, "arrears", 0, 25
    ),
    "a tax year typed over": Fault(
        "Tax over the plant's life is that on its income and the losses left, promised",
        CASE,
        "tax_promised",
        1,
        6,
    ),
    "more recovered than was claimed": Fault(
        "Claims are recovered or lost", CASE, "guarantee_recoveries", 5, 3
    ),
    "a subsidy typed over": Fault(
        "Guarantee's cost by the built-in NPV of claims, recoveries and fees",
        CASE,
        "guarantee_cost",
        50,
    ),
    "interest for half a year": Fault(
        "Debt service and balloon, discounted at the all-in rate, are worth the debt",
        CASE,
        "debt_service",
        "={interest}/2+{principal}",
        4,
    ),
    "a cover ratio typed over": Fault("PLCR by the built-in NPV of CFADS", CASE, "plcr", 1.5),
    "cash held below nothing": Fault("No negative cash balance", CASE, "trapped", -5, 9),
    "a step of the IRR typed over": Fault(
        metric("Project IRR, promised, after tax without debt"),
        "Returns",
        "c1_log_rate_project",
        0.3,
        STEPS,
    ),
    "a flow that the IRR leaves out": Fault(
        metric("Equity IRR on expected cash flow"),
        "Returns",
        "c1_outflow_equity_expected",
        "={c1_outflow_equity_expected<}*1.5",
        STEPS,
    ),
    "a test's verdict typed over": Fault(
        "Tests passed, failed and not applying add up", CASE, "tests_failed", 0
    ),
    "a loss typed over": Fault(
        metric("Expected loss over the loan's life"), CASE, "expected_loss", 0
    ),
    "the public cost typed over": Fault(metric("Expected public cost"), CASE, "public_cost", -1),
}

IN_ORDER = {
    f"the sponsor paid before {before}, {view} view": Fault(
        f"Nothing is distributed {check}, {view} view",
        CASE,
        f"{row}{key}",
        content,
        6,
        also=((f"distribution{key}", 5),),
    )
    for before, check, row, content in (
        ("the lender", "while debt service is unpaid", "arrears", 9),
        ("the reserve", "before the reserve is at its target", "reserve", 0),
    )
    for view, key in (("lender's", ""), ("promised", "_promised"))
} | {
    f"{what} typed over": Fault(
        f"{what} discounts what is paid in and what comes back to the same", CASE, key, 0.2
    )
    for what, key in (
        ("Project IRR", "project_irr"),
        ("Promised equity IRR", "equity_irr_promised"),
        ("Expected equity IRR", "equity_irr_expected"),
    )
}

CELLS = {
    "a division by nothing": Fault(
        f"No error cell on {CASE}", CASE, "maintenance", "=1/0", 3, "all"
    ),
    "a row that another read is removed": Fault(
        f"No error cell on {CASE}", CASE, "debt_service", "={interest}+#REF!", 5, "all"
    ),
    "a word in a row of numbers": Fault(
        f"No error cell on {BUILD}", BUILD, "plant_spend", "to come", 8, "all"
    ),
    "a scenario that no list holds": Fault(
        "Scenario chosen from the list", "Scenarios", "scenario", "Recession", case="all"
    ),
    "errors on a sheet of functions": Fault(
        "No error cell on Scenarios", "Scenarios", "number", "=1/0", case="all"
    ),
    "dollars typed for millions": Fault(
        "No error cell on Deals", "Inputs", "capex_1", 2.4e9, case="all"
    ),
    "a sheet of functions with an error": Fault(
        "No error cell on Support", "Support", "s_capex", "=NA()", case="all"
    ),
}

CALLS = {
    "an input typed over where functions read it": Fault(
        metric("Debt used"), "Deals", "case_1_gearing", 0.4
    ),
    "a function given another case": Fault(
        metric("Debt used"),
        "Deals",
        "m_requested_debt_2",
        (deals.block_range(1), deals.block_range(0)),
        cases=2,
    ),
    "a scenario's call given another case": Fault(
        "DEAL_SCENARIOS: minimum DSCR of the scenario in force",
        "Scenarios",
        "strip_decision_2",
        (deals.block_range(1), deals.block_range(0)),
        1,
        cases=2,
    ),
    "an argument of a call changed": Fault(
        "IDC: Facility at completion, for what is spent in the build",
        "Checks",
        "IDC: Facility at completion, for what is spent in the build",
        ("planned_cost#1", "planned_cost#2"),
    ),
    "two arguments of a call the wrong way round": Fault(
        "GUARANTEE_RATE: Quoted rate of the bank loan",
        "Checks",
        "GUARANTEE_RATE: Quoted rate of the bank loan",
        (f"{{{CASE}!lgd}},{{{CASE}!coverage}}", f"{{{CASE}!coverage}},{{{CASE}!lgd}}"),
    ),
    "an argument of a call left out": Fault(
        "DEBT_CAPACITY: Debt capacity with the government's commitment",
        "Checks",
        "DEBT_CAPACITY: Debt capacity with the government's commitment",
        (f",{{{CASE}!grace_years}})", ")"),
    ),
    "a case that reads its neighbour's column": Fault(
        metric("Debt used"), CASE, "capex", "={Inputs!capex_1}", cases=2
    ),
    "a row of a case that reads its neighbour's column": Fault(
        metric("Debt capacity on expected revenue"),
        CASE,
        "fixed_cost",
        "={Inputs!fixed_cost_1}",
        cases=2,
    ),
}

SHOWN = {
    f"Summary: {words} typed over": Fault(
        f"Summary shows the case's figure: {words}", "Summary", f"{key}_1", content
    )
    for words, key, content in (
        ("Decision", "decision_words", "Meets credit tests"),
        ("Debt used", "debt", 1000),
        ("Minimum DSCR, lender's view", "min_dscr", 1.35),
        ("Expected public cost", "public_cost", 1),
    )
} | {
    "a figure of Summary linked to the other case": Fault(
        "Summary shows the case's figure: LLCR", "Summary", "llcr_2", "={Data centre!llcr}", cases=2
    ),
    "dollars typed for millions": typed("capex", 2.4e9),
}

FAULTS: dict[str, Fault] = (
    SHOWN | INPUTS | BUILDING | DEBT | VIEWS | DEFAULT | CASH | IN_ORDER | CELLS | CALLS
)
