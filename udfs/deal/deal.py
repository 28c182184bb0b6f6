"""One deal: every assumption a lender makes about it, by the names of the Inputs sheet's rows.

A `Deal` holds scalars and short texts only, so that two deals compare and hash; `stack` turns many
deals into arrays with a leading scenario axis; `evaluate` runs the chain (`udfs/deal/chain/`) over
them in one call.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from bankable.udfs import cells
from bankable.udfs.cells import CellError, Param
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal.chain.axes import on_one_axis
from bankable.udfs.deal.policy import ASSET_CLASSES, policy
from bankable.udfs.deal.rules import RULES

YEARS = chain.YEARS

SPEND_PROFILES = ("even", "front-loaded", "back-loaded", "s-curve")
PRICE_BASES = ("fixed", "market in band")
CONTRACT_ENDS = ("years from completion", "calendar date")
BASELINES = (
    "nothing bought",
    "plant on yearly orders",
    "bought elsewhere at market price",
)
BACKINGS = ("commercial contract", "full faith and credit", "subject to appropriation")
REPAYMENTS = ("annuity", "equal principal", "sculpted")
PRICINGS = ("quoted", "clearing")
VIEWS = chain.VIEWS


def _row(
    section: str, label: str, unit: str, param: Param, default: Any = dataclasses.MISSING
) -> Any:
    """One row of the Inputs sheet: a field of Deal with its label, unit, kind and bounds."""
    return field(
        default=default, metadata={"section": section, "label": label, "unit": unit, "param": param}
    )


def _money(
    section: str,
    label: str,
    help: str,
    default: Any = dataclasses.MISSING,
    low: float = 0.0,
    high: float = 1e6,
    unit: str = "$m",
) -> Any:
    return _row(section, label, unit, cells.amount(help, low, high), default)


def _share(
    section: str,
    label: str,
    help: str,
    default: Any = dataclasses.MISSING,
    low: float = 0.0,
    high: float = 1.0,
    unit: str = "%",
) -> Any:
    return _row(section, label, unit, cells.probability(help, low, high), default)


def _rate(
    section: str,
    label: str,
    help: str,
    default: Any = dataclasses.MISSING,
    low: float = 0.0,
    high: float = 0.5,
    unit: str = "% a year",
) -> Any:
    return _row(section, label, unit, cells.rate(help, low, high), default)


def _whole(
    section: str,
    label: str,
    unit: str,
    help: str,
    low: int,
    high: int,
    default: Any = dataclasses.MISSING,
) -> Any:
    return _row(section, label, unit, cells.count(help, low, high), default)


def _number(
    section: str,
    label: str,
    unit: str,
    help: str,
    low: float,
    high: float,
    default: Any = dataclasses.MISSING,
    above: bool = False,
) -> Any:
    typed = {"% a year": "%", "x": "x"}.get(unit, "")
    return _row(section, label, unit, cells.number(help, low, high, above, typed), default)


def _choice(
    section: str,
    label: str,
    choices: tuple[str, ...],
    help: str,
    default: Any = dataclasses.MISSING,
) -> Any:
    return _row(section, label, "choice", cells.choice(help, *choices), default)


def _switch(section: str, label: str, help: str, default: Any = dataclasses.MISSING) -> Any:
    return _row(section, label, "yes/no", cells.switch(help), default)


def _life(part: str, years: float) -> Any:
    return _number(
        "Collateral",
        f"Economic life of {part}",
        "years",
        "years from completion in which its reuse value falls to nothing, in a straight line;"
        " illustrative",
        1,
        200,
        years,
    )


def _text(label: str, help: str, default: Any = dataclasses.MISSING) -> Any:
    return _row("Case", label, "text", cells.text(help), default)


@dataclass(frozen=True, kw_only=True)
class Deal:
    """The assumptions of one case. Money in $ million, rates and shares as decimals, years of
    operation from completion.
    """

    case_name: str = _text("Case", "name of the case as it heads its column")
    borrower: str = _text("Borrower", "who borrows", "n/a")
    offtaker: str = _text("Offtaker", "who buys", "n/a")
    volume_unit: str = _text("Unit of volume", "what one unit of volume is, a year", "units")

    capex: float = _money(
        "Build", "Capital cost", "plant and building before contingency and overrun"
    )
    contingency: float = _share("Build", "Contingency", "share of capital cost, spent with it", 0.0)
    overrun: float = _share(
        "Build",
        "Cost overrun",
        "share of capital cost and contingency, paid by the sponsor; a scenario",
        0.0,
    )
    grant: float = _money("Build", "Grant", "public grant drawn in step with the spending", 0.0)
    build_months: int = _whole(
        "Build", "Build time", "months", "months from financial close to completion", 1, 120
    )
    owner_cost: float = _money(
        "Build",
        "Owner's cost",
        "land, start-up and training, owner's team and insurance in the build; spent with the plant, no"
        " collateral",
        0.0,
    )
    ramp_reserve: float = _money(
        "Build",
        "Ramp reserve",
        "cash put in at completion for the ramp, held to its end and then released",
        0.0,
    )
    opening_working_capital: float = _money(
        "Build", "Opening working capital", "paid in at completion, so that year 1 needs less", 0.0
    )
    reserve_in_uses: bool = _switch(
        "Build",
        "Debt service reserve among the uses",
        "TRUE: paid by debt and equity in their shares; FALSE: by equity at completion",
        False,
    )
    delay_months: int = _whole(
        "Build",
        "Delay",
        "months",
        "months of delay after the planned completion; a scenario",
        0,
        36,
        0,
    )
    delay_cost: float = _money(
        "Build", "Holding cost in delay", "cost of each month of delay", 0.0, unit="$m a month"
    )
    delay_damages: float = _money(
        "Build",
        "Delay damages received",
        "paid by the builder for each month of delay",
        0.0,
        unit="$m a month",
    )
    spend_profile: str = _choice(
        "Build",
        "Spending profile",
        SPEND_PROFILES,
        "how capital cost falls over the build",
        "s-curve",
    )
    draw_timing: float = _share(
        "Build", "Timing of draws in the month", "0 = month end, 1 = month start", 0.5
    )
    gearing: float = _share(
        "Build", "Gearing requested", "debt as a share of total uses", high=0.99
    )
    completion_support: float = _number(
        "Build",
        "Completion support",
        "x",
        "most that the sponsor adds for overrun and delay, as a multiple of contingency and the equity"
        " of the budget; above it the build stops; illustrative",
        0,
        100,
        1.0,
    )
    construction_margin: float = _rate(
        "Build", "Margin in construction", "over the base rate, on the drawn balance", 0.0
    )
    upfront_fee: float = _share(
        "Build", "Upfront fee", "share of the facility, paid in month 1", 0.0, high=0.2
    )
    commitment_fee: float = _rate(
        "Build", "Commitment fee", "on the undrawn facility", 0.0, high=0.1
    )

    capacity: float = _number(
        "Contract",
        "Capacity",
        "volume a year",
        "volume that the plant can deliver a year when full",
        0,
        1e9,
        above=True,
    )
    price_basis: str = _choice(
        "Contract",
        "Price basis",
        PRICE_BASES,
        "fixed price with escalator, or market price held in a band",
        "fixed",
    )
    price: float = _money(
        "Contract",
        "Contract price, year 1",
        "for a fixed price: year 1 is not escalated",
        unit="$m a unit",
    )
    escalator: float = _rate(
        "Contract",
        "Price escalator",
        "of the fixed price and the capacity price, from year 2",
        0.0,
        low=-0.2,
        high=0.2,
    )
    capacity_price: float = _money(
        "Contract",
        "Capacity price, year 1",
        "availability payment a unit of contracted capacity made ready, used or not, beside the price"
        " a unit",
        0.0,
        unit="$m a unit",
    )
    price_floor: float = _money(
        "Contract", "Price floor", "market in band only; 0 = no floor", 0.0, unit="$m a unit"
    )
    price_cap: float = _money(
        "Contract", "Price cap", "market in band only; 0 = no cap", 0.0, unit="$m a unit"
    )
    band_escalator: float = _rate(
        "Contract",
        "Escalator of the band",
        "of floor and cap, from year 2",
        0.0,
        low=-0.2,
        high=0.2,
    )
    upside_share: float = _share(
        "Contract",
        "Seller's share above the cap",
        "share of the price above the cap that the seller keeps",
        0.0,
    )
    contract_share: float = _share(
        "Contract", "Share of capacity contracted", "contracted volume over capacity", 1.0
    )
    take_or_pay: float = _share(
        "Contract",
        "Take-or-pay",
        "share of the contracted volume paid for whether taken or not",
        1.0,
    )
    buyer_demand: float = _number(
        "Contract",
        "Buyer's demand",
        "x contracted",
        "volume the buyer calls, as a multiple of the contracted volume",
        0,
        5,
        1.0,
    )
    max_volume: float = _number(
        "Contract",
        "Volume cap",
        "x contracted",
        "most that the buyer may call, as a multiple of the contracted volume",
        0,
        5,
        1.0,
    )
    contract_years: int = _whole(
        "Contract",
        "Contract horizon",
        "years",
        "years of sales to this buyer if every renewal comes",
        0,
        YEARS,
    )
    contract_end: str = _choice(
        "Contract",
        "Contract end",
        CONTRACT_ENDS,
        "with a calendar date, delay eats contract years",
        "years from completion",
    )
    firm_years: int = _whole(
        "Contract", "Firm years", "years", "years bound today, needing no renewal", 0, YEARS
    )
    renewal: float = _share(
        "Contract",
        "Renewal probability",
        "of each renewal or yearly appropriation after the firm years",
        1.0,
        unit="% a renewal",
    )
    renew_every: int = _whole(
        "Contract", "Years to a renewal", "years", "years that each renewal covers", 1, YEARS, 1
    )
    statutory_backing: str = _choice(
        "Contract",
        "Backing of the offtake",
        BACKINGS,
        "what stands behind the buyer's firm years",
        "commercial contract",
    )
    firm_lapse: float = _share(
        "Contract",
        "Lapse of appropriation in firm years",
        "a year; counts when the backing is subject to appropriation",
        0.0,
        high=0.99,
        unit="% a year",
    )
    termination: float = _share(
        "Contract",
        "Termination for convenience",
        "probability a year",
        0.0,
        high=0.99,
        unit="% a year",
    )
    termination_settlement: float = _share(
        "Contract", "Settlement on termination", "share of that year's contracted revenue", 0.0
    )
    termination_cover: float = _share(
        "Contract",
        "Termination payment",
        "share of the debt outstanding that the buyer pays to the lenders on termination for"
        " convenience",
        0.0,
    )
    lapse_pays: bool = _switch(
        "Contract",
        "Lapse of appropriation pays as a termination",
        "TRUE: termination payment and settlement are due on a lapse in firm years too",
        False,
    )
    contract_stop_year: int = _whole(
        "Contract", "Contract lost in year", "year", "a scenario; 0 = not lost", 0, YEARS, 0
    )
    offtaker_pd: float = _share(
        "Contract",
        "Offtaker's probability of default",
        "a year, average over the loan's life",
        high=0.99,
        unit="% a year",
    )
    offtaker_recovery: float = _share(
        "Contract",
        "Recovery on the contract",
        "share of remaining contract value paid on the offtaker's default",
        0.0,
    )

    market_price: float = _money(
        "Market", "Market price, year 1", "for volume outside the contract", unit="$m a unit"
    )
    market_growth: float = _rate(
        "Market", "Growth of the market price", "a year, from year 2", 0.0, low=-0.2, high=0.2
    )
    price_vol: float = _number(
        "Market",
        "Volatility of the market price",
        "% a year",
        "lognormal, for the value of floor and cap",
        0,
        2,
        0.0,
    )
    tariff: float = _rate(
        "Market", "Tariff on the rival's product", "on the rival's price", 0.0, high=1.0, unit="%"
    )
    tariff_pass_through: float = _share(
        "Market", "Pass-through of the tariff", "share of the tariff that lifts the home price", 1.0
    )
    home_share: float = _share(
        "Market",
        "Home share of market sales",
        "share of market sales that the tariff protects",
        1.0,
    )
    merchant_share: float = _share(
        "Market",
        "Uncontracted capacity that sells",
        "share of free capacity that finds a market buyer",
    )
    merchant_haircut: float = _share(
        "Market",
        "Bank's haircut on market sales",
        "share of market sales that the bank does not count",
    )
    retool_months: int = _whole(
        "Market",
        "Retooling after a lost contract",
        "months",
        "months with no sales of the lost volume",
        0,
        24,
        0,
    )
    refill_months: int = _whole(
        "Market",
        "Refilling after retooling",
        "months",
        "months until the lost volume is sold again",
        0,
        24,
        0,
    )

    operating_years: int = _whole(
        "Operation", "Operating life", "years", "years of operation from completion", 1, YEARS
    )
    ramp_months: int = _whole(
        "Operation", "Ramp to full output", "months", "months from completion, linear", 0, 60, 0
    )
    utilisation: float = _share(
        "Operation", "Utilisation when full", "share of capacity available for sale", 1.0
    )
    fixed_cost: float = _money("Operation", "Fixed cost, year 1", "a year", unit="$m a year")
    idle_cost: float = _share(
        "Operation",
        "Cost of an idle plant",
        "share of fixed cost that goes on when the plant earns less by running, after its ramp",
        1.0,
    )
    variable_cost: float = _money(
        "Operation", "Variable cost, year 1", "for each unit sold", 0.0, unit="$m a unit"
    )
    inflation: float = _rate(
        "Operation", "Cost inflation", "a year, from year 2", 0.0, low=-0.1, high=0.2
    )
    input_tariff: float = _rate(
        "Operation",
        "Rise of variable cost by input tariffs",
        "tariffs on what the plant buys",
        0.0,
        high=1.0,
        unit="%",
    )
    learning_rate: float = _share(
        "Operation",
        "Learning rate",
        "fall of unit cost at each doubling of output; 15% = an 85% curve",
        0.0,
        high=0.5,
    )
    learning_volume: float = _number(
        "Operation",
        "Output at which unit cost is quoted",
        "volume",
        "cumulative output; learning starts beyond it",
        0,
        1e9,
        1.0,
        above=True,
    )
    maintenance_capex: float = _money(
        "Operation",
        "Maintenance capital, year 1",
        "a year, grows with inflation",
        0.0,
        unit="$m a year",
    )
    working_capital_days: float = _number(
        "Operation",
        "Working capital",
        "days of revenue",
        "net, released in the last year",
        0,
        365,
        0.0,
    )

    tax_rate: float = _share("Tax", "Tax rate", "on taxable income", 0.21)
    tax_life: int = _whole(
        "Tax",
        "Tax life",
        "years",
        "straight line, on cost without interest in construction",
        1,
        40,
        15,
    )
    interest_limit_applies: bool = _switch(
        "Tax",
        "Interest limit applies",
        "section 163(j): interest deductible up to a share of EBITDA",
        True,
    )
    interest_limit: float = _share("Tax", "Interest limit", "share of taxable EBITDA", 0.30)
    loss_limit: float = _share(
        "Tax",
        "Use of losses",
        "share of taxable income that losses carried forward may cover",
        0.80,
    )

    shell_share: float = _share("Collateral", "Land and shell", "share of cost")
    power_share: float = _share("Collateral", "Power connection", "share of cost")
    equipment_share: float = _share("Collateral", "General equipment", "share of cost")
    tooling_share: float = _share("Collateral", "Special tooling", "share of cost")
    it_share: float = _share("Collateral", "IT", "share of cost", 0.0)
    shell_reuse: float = _share(
        "Collateral",
        "Reuse value of land and shell",
        "share of budgeted cost that another user pays",
    )
    power_reuse: float = _share(
        "Collateral",
        "Reuse value of power connection",
        "share of budgeted cost that another user pays",
    )
    equipment_reuse: float = _share(
        "Collateral",
        "Reuse value of general equipment",
        "share of budgeted cost that another user pays",
    )
    tooling_reuse: float = _share(
        "Collateral",
        "Reuse value of special tooling",
        "share of budgeted cost that another user pays",
    )
    it_reuse: float = _share(
        "Collateral", "Reuse value of IT", "share of budgeted cost that another user pays", 0.0
    )
    shell_life: float = _life("land and shell", 40)
    power_life: float = _life("power connection", 30)
    equipment_life: float = _life("general equipment", 20)
    tooling_life: float = _life("special tooling", 10)
    it_life: float = _life("IT", 5)
    collateral_growth: float = _rate(
        "Collateral",
        "Growth of reuse values",
        "a year from completion, beside the parts' ageing",
        0.0,
        low=-0.2,
        high=0.2,
    )
    reserve_pledged: float = _share(
        "Collateral",
        "Share of the reserve pledged",
        "of what reserve and lock-up hold on default, to the lenders",
        1.0,
    )
    sale_cost: float = _share("Collateral", "Cost of selling", "share of proceeds", 0.0)
    lgd_floor: float = _share("Collateral", "Least loss given default", "the bank's floor", 0.0)
    sale_months: int = _whole(
        "Collateral", "Time to sell", "months", "months from default to cash", 0, 120, 0
    )

    tenor: int = _whole(
        "Debt", "Tenor", "years", "years from completion to the last payment", 1, YEARS
    )
    repayment: str = _choice(
        "Debt",
        "Repayment profile",
        REPAYMENTS,
        "sculpted follows the lender's view of CFADS",
        "annuity",
    )
    payments_per_year: int = _whole(
        "Debt", "Payments a year", "a year", "1, 2 or 4 payment dates of the loan a year", 1, 4, 1
    )
    periods_per_year: int = _whole(
        "Debt",
        "Periods a year",
        "a year",
        "1, 2 or 4 periods of the time axis a year; 0: as many as the loan has payments. One number"
        " for all cases of a workbook",
        0,
        4,
        0,
    )
    grace_years: int = _whole(
        "Debt", "Grace", "years", "years from completion with interest only", 0, 10, 0
    )
    grace_capitalised: bool = _switch(
        "Debt",
        "Interest of the grace is capitalised",
        "TRUE: added to the debt, nothing is paid in the grace; FALSE: paid",
        False,
    )
    balloon: float = _share(
        "Debt", "Balloon", "share of the debt due with the last payment", 0.0, high=0.95
    )
    base_rate: float = _rate("Debt", "Base rate", "swap or Treasury rate of like life", high=0.25)
    base_rate_shock: float = _rate(
        "Debt", "Shock to the base rate", "a scenario", 0.0, low=-0.1, high=0.2
    )
    hedge_ratio: float = _share(
        "Debt", "Hedged share", "share of the debt that a shock does not reach", 1.0
    )
    margin: float = _rate(
        "Debt",
        "Return on capital and cost, over expected loss",
        "the bank's margin on the uncovered part, without expected loss",
        high=0.2,
    )
    pd_base: float = _share(
        "Debt",
        "Borrower's own probability of default",
        "a year, average over the loan's life, without loss of the contract",
        high=0.99,
        unit="% a year",
    )
    dsra_months: int = _whole(
        "Debt",
        "Debt service reserve",
        "months",
        "months of the next year's debt service, held from completion",
        0,
        12,
        0,
    )
    lock_up_dscr: float = _number(
        "Debt", "Lock-up DSCR", "x", "no distributions below it", 0, 5, 1.0
    )
    operating_support: float = _money(
        "Debt",
        "Sponsor's commitment to operating losses",
        "most that the sponsor has promised to pay of a year's negative cash flow",
        0.0,
        unit="$m a year",
    )
    rate_cap: float = _rate(
        "Debt",
        "Highest rate considered",
        "above it no rate clears the loss; illustrative",
        0.25,
        high=1.0,
    )
    pricing: str = _choice(
        "Debt",
        "Pricing",
        PRICINGS,
        "quoted: base rate, expected loss as seen at close, margin; clearing: the least rate that"
        " pays for the loss",
        "quoted",
    )
    size_debt: bool = _switch(
        "Debt",
        "Size the debt",
        "TRUE: the largest debt, not above the request, at which every credit test is met",
        False,
    )
    lender_view: str = _choice(
        "Debt", "Lender's view", VIEWS, "the revenue that the decision counts", "firm"
    )

    public_offtake_years: int = _whole(
        "Support",
        "Public offtake",
        "years",
        "years the government commits to buy; firm unless subject to appropriation",
        0,
        YEARS,
        0,
    )
    coverage: float = _share(
        "Support",
        "Guarantee coverage",
        "share of the bank loan guaranteed, pro rata, recoveries pari passu",
        0.0,
    )
    covers_interest: bool = _switch(
        "Support", "Guarantee covers a year's interest too", "otherwise principal only", False
    )
    guarantee_fee: float = _rate(
        "Support", "Guarantee fee", "on the guaranteed balance", 0.0, high=0.2
    )
    guaranteed_spread: float = _rate(
        "Support", "Spread on the guaranteed part", "over the base rate", 0.0, high=0.2
    )
    government_loan_share: float = _share(
        "Support", "Government loan", "share of the debt, pari passu with the bank loan", 0.0
    )
    government_loan_rate: float = _rate("Support", "Rate of the government loan", "a year", 0.05)
    grant_clawback: float = _share(
        "Support",
        "Clawback of the grant",
        "share of the grant due when the loan defaults, from what the plant leaves after the debt",
        0.0,
    )
    public_equity: float = _share(
        "Support",
        "Government's share of the equity",
        "bought at par, ranking with the sponsor",
        0.0,
    )
    public_equity_return: float = _rate(
        "Support", "Fair return on that equity", "for its value to the taxpayer", 0.12
    )
    treasury_rate: float = _rate(
        "Support", "Treasury rate", "flat, for public cost and the value of the contract", high=0.25
    )
    buyer_value: float = _number(
        "Support",
        "Value of the goods to the buyer",
        "x price",
        "worth of a unit to the public buyer over its fixed price; over the market price where that"
        " is held in a band",
        0,
        5,
    )
    without_support: str = _choice(
        "Support",
        "Without the support",
        BASELINES,
        "what the buyer would have done: the cost beyond it is the incremental cost",
        BASELINES[0],
    )
    yearly_price: float = _number(
        "Support",
        "Price of yearly orders",
        "x price",
        "of the same goods ordered year by year, over the contract's; 1.05 to 1.10 where a multi-year"
        " contract saves what CRS R41909 names",
        0,
        5,
        1.0,
    )
    yearly_termination: float = _rate(
        "Support",
        "Termination of yearly orders",
        "for convenience, of the same goods ordered year by year; left out: that of the contract",
        0.0,
        high=0.99,
    )
    worth_if_not_renewed: float = _number(
        "Support",
        "Worth of goods that a yearly buyer would have stopped",
        "x price",
        "to the public buyer, over the price that the value of the goods multiplies; nil: nothing",
        0,
        5,
        0.0,
    )
    market_price_of_risk: float = _number(
        "Support",
        "Market price of risk",
        "x",
        "Sharpe ratio times correlation with the market, for the fair value of the credit: 0.4 x 0.5,"
        " illustrative",
        0,
        2,
        0.2,
    )
    cancellation_ceiling: float = _money(
        "Support",
        "Cancellation ceiling",
        "liability on cancelling a public offtake subject to appropriation",
        0.0,
    )
    authority_adds: bool = _switch(
        "Support",
        "Termination payment adds to the cancellation ceiling",
        "FALSE: authority for the larger of the two, for the same plant is not paid twice",
        False,
    )

    asset_class: str = _choice(
        "Credit tests",
        "Asset class",
        ASSET_CLASSES,
        "limits that are not typed are those of its policy; Checks counts those that are looser",
        ASSET_CLASSES[0],
    )
    limit_min_dscr: float = _number("Credit tests", "Minimum DSCR", "x", "least", 0, 10, 1.30)
    limit_avg_dscr: float = _number("Credit tests", "Average DSCR", "x", "least", 0, 10, 1.40)
    limit_llcr: float = _number("Credit tests", "LLCR", "x", "least", 0, 10, 1.35)
    limit_plcr: float = _number("Credit tests", "PLCR", "x", "least", 0, 10, 1.45)
    limit_gearing: float = _share(
        "Credit tests", "Uncovered gearing", "most: debt without guarantee over total uses", 0.70
    )
    tail_years: int = _whole(
        "Credit tests",
        "Tail",
        "years",
        "years by which the secured contract should outlast the debt",
        0,
        10,
        1,
    )
    limit_tail: float = _share(
        "Credit tests",
        "Uncovered debt in the tail",
        "most: left unpaid a tail before the secured contract ends, over debt",
        0.05,
    )
    limit_contracted: float = _share(
        "Credit tests",
        "Contracted share of revenue",
        "least, over the loan's life, on the lender's view",
        0.80,
    )
    limit_shortfall: float = _share(
        "Credit tests",
        "Debt service missed through the contract",
        "most, over the loan's life: probability that a payment is missed by loss, end or failure of the"
        " contract",
        0.10,
    )
    limit_loss_rate: float = _share(
        "Credit tests",
        "Expected loss a year borne by the bank",
        "most, over the balance of the bank loan that is outstanding, both at present value",
        0.004,
        unit="% a year",
    )
    limit_loss_life: float = _share(
        "Credit tests",
        "Expected loss over the life borne by the bank",
        "most, over the bank loan; 100% tests nothing: over its life a long loan loses more than a short"
        " one of the same risk",
        1.0,
    )
    limit_equity: float = _share(
        "Credit tests", "Sponsor's equity at risk", "least, over total uses", 0.20
    )
    limit_retained: float = _share(
        "Credit tests",
        "Bank's own share of the loan",
        "least: what neither guarantee nor government loan covers, a programme norm",
        0.20,
    )
    hurdle_irr: float = _rate(
        "Credit tests",
        "Sponsor's hurdle",
        "least expected equity IRR at which the sponsor goes ahead, after the project's tax and before his"
        " own",
        0.10,
    )


INPUTS: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(Deal)
KEYS: tuple[str, ...] = tuple(row.name for row in INPUTS)
TEXT_KEYS: tuple[str, ...] = tuple(
    row.name for row in INPUTS if row.metadata["param"].kind == "text"
)


_PARAMS: dict[str, Param] = {
    row.name: (
        row.metadata["param"].named(
            row.name,
            row.default is not dataclasses.MISSING,
            None if row.default is dataclasses.MISSING else row.default,
        )
    )
    for row in INPUTS
}


# inputs of earlier versions, by what they are called now
RENAMED = {"limit_loss": "limit_loss_life"}
FOLLOWS = {"yearly_termination": "termination"}  # inputs that are another's where they are left out


def param_of(key: str) -> Param:
    """The kind and bounds of an input, with its name for messages."""
    if key in _PARAMS:
        return _PARAMS[key]
    import difflib

    near = difflib.get_close_matches(key, KEYS, n=1)
    raise cells.wrong_value(
        f"{key} is not an input of a deal." + (f" Did you mean {near[0]}?" if near else "")
    )


def read(values: Mapping[str, Any]) -> Deal:
    """A Deal from raw cell values by key; unknown keys, missing required keys and values out of
    bounds are refused by name. Limits that are left out are those of the asset class.
    """
    values = {RENAMED.get(key, key): value for key, value in values.items()}
    for key in values:
        param_of(key)
    asset_class = param_of("asset_class").read(values.get("asset_class", cells.OMITTED))
    limits = {
        key: limit.value
        for key, limit in policy(asset_class).items()
        if cells.is_blank(values.get(key))
    }
    followed = {
        key: values[other]
        for key, other in FOLLOWS.items()
        if cells.is_blank(values.get(key)) and not cells.is_blank(values.get(other))
    }
    raw = {**values, **limits, **followed}
    deal = Deal(**{key: param_of(key).read(raw.get(key, cells.OMITTED)) for key in KEYS})
    check(deal)
    return deal


def check(deal: Deal) -> None:
    """Refuse a deal whose inputs contradict each other."""
    for rule in RULES:
        if rule.broken(deal):
            raise cells.impossible(rule.refusal(deal))


def stack(deals: Sequence[Deal]) -> SimpleNamespace:
    """Many deals as arrays of shape (S, 1), one attribute a key; choices as their index, switches
    as 0/1, texts left out. All stand on the axis of the deal with the most periods a year.
    """
    values = {key: [getattr(deal, key) for deal in deals] for key in KEYS if key not in TEXT_KEYS}
    return on_one_axis(columns(values))


def columns(values: Mapping[str, Any]) -> SimpleNamespace:
    """Columns of values by key as the chain takes them: shape (S, 1); a choice may be a list of
    words.
    """
    stacked = SimpleNamespace()
    for key, column in values.items():
        choices = param_of(key).choices
        numbers = (
            [choices.index(word) if isinstance(word, str) else word for word in column]
            if choices
            else column
        )
        setattr(stacked, key, np.asarray(numbers, dtype=float).reshape(-1, 1))
    return stacked


def evaluate(deals: Deal | Sequence[Deal], wanted: Sequence[str] | None = ()) -> chain.Results:
    """Every row of the chain for one deal or many: scalars of shape (S, 1), years (S, 30), months
    (S, 60). What is solved (debt permitted, clearing rate) is NaN but where the deal asks for it or a
    `wanted` row rests on it; None wants everything.
    """
    return settle.run(stack([deals] if isinstance(deals, Deal) else list(deals)), wanted)


__all__ = [
    "INPUTS",
    "KEYS",
    "RENAMED",
    "CellError",
    "Deal",
    "check",
    "columns",
    "evaluate",
    "param_of",
    "read",
    "stack",
]
