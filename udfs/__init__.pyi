"""Signatures of the worksheet functions. Written by "python -m bankable.addin.generate"."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bankable.udfs.deal.deal import Deal
from bankable.udfs.registry import Function

Line = ArrayLike
Block = Mapping[str, Any] | Sequence[Sequence[Any]] | ArrayLike

FUNCTIONS: dict[str, Function]

def OFFTAKE_REVENUE(
    years: int | float,
    price: Line | float,
    volume: Line | float,
    escalator: float = ...,
    take_or_pay: float = ...,
    demand: Line | float | None = ...,
    max_volume: Line | float | None = ...,
    price_floor: Line | float | None = ...,
    price_cap: Line | float | None = ...,
    market_price: Line | float | None = ...,
    upside_share: float = ...,
) -> NDArray[np.float64]:
    """Yearly revenue of an offtake contract with take-or-pay and, where agreed, a price band."""

def AVAILABILITY_REVENUE(
    years: int | float,
    capacity: Line | float,
    price: Line | float,
    availability: Line | float = ...,
    escalator: float = ...,
    utilisation: Line | float = ...,
    variable_price: Line | float = ...,
) -> NDArray[np.float64]:
    """Yearly revenue of a contract that pays for capacity made available, and something for what
    is used."""

def SURVIVAL(
    periods: int | float,
    hazard: float = ...,
    renewal: float = ...,
    firm_years: int | float = ...,
    renew_every: int | float = ...,
) -> NDArray[np.float64]:
    """Probability that a contract still pays at the end of each year."""

def OFFTAKE_NPV(
    rate: float,
    years: int | float,
    price: Line | float,
    volume: Line | float,
    escalator: float = ...,
    take_or_pay: float = ...,
    hazard: float = ...,
    renewal: float = ...,
    firm_years: int | float | None = ...,
    recovery: float = ...,
) -> float:
    """Present value of an offtake contract's revenue, allowing for default and for renewals that
    may not come."""

def TERMINATION_PV(
    rate: float,
    renewal: float,
    firm_years: int | float,
    ceiling: Line,
) -> float:
    """Present value of the cancellation charge that a buyer owes if a renewal does not come."""

def COLLAR_EXPECTED(
    forward: Line | float,
    floor: Line | float,
    cap: Line | float,
    vol: Line | float,
    years: Line | float,
    distribution: Literal["lognormal", "normal"] | str = ...,
) -> NDArray[np.float64]:
    """Expected price (or volume) inside a floor and a cap, with the worth of each to the seller."""

def HAZARD_FROM_PD(
    pd: float,
) -> float:
    """The continuous default intensity that gives a yearly probability of default."""

def HAZARD_FROM_SPREAD(
    spread: float,
    recovery: float,
) -> float:
    """The default intensity that a credit spread pays for."""

def CONDITIONAL_PD(
    cumulative_pd: Line,
) -> NDArray[np.float64]:
    """Yearly default probabilities out of a cumulative default table, marginal and conditional."""

class RISKY_ANNUITY_figures(NamedTuple):
    premium_leg: float
    protection_leg: float
    accrual_leg: float
    fair_spread: float

def RISKY_ANNUITY(
    rate: float,
    hazard: float,
    recovery: float,
    years: int | float,
) -> RISKY_ANNUITY_figures:
    """Value of a premium paid until default, of the protection it buys, and the fair yearly
    spread."""

class IDC_figures(NamedTuple):
    facility: float
    idc: float
    fees: float
    equity: float
    total_cost: float

def IDC(
    rate: float,
    capex: Line,
    gearing: float = ...,
    timing: float = ...,
    upfront_fee: float = ...,
    commitment_fee: float = ...,
    periods_per_year: int | float = ...,
) -> IDC_figures:
    """The construction facility, its interest and fees, the equity beside it, and the total
    cost."""

def IDC_SCHEDULE(
    rate: float,
    capex: Line,
    gearing: float = ...,
    timing: float = ...,
    upfront_fee: float = ...,
    commitment_fee: float = ...,
    periods_per_year: int | float = ...,
) -> NDArray[np.float64]:
    """The construction loan period by period: uses, draws of debt and equity, and the balance."""

class COST_OF_DELAY_figures(NamedTuple):
    cost: float
    lost_value: float
    net_holding: float

def COST_OF_DELAY(
    rate: float,
    build_months: float,
    annual_cfads: Line | float,
    years: int | float,
    delay_months: int | float,
    holding_cost: float = ...,
    liquidated_damages: float = ...,
    mode: Literal["shift", "fixed_end"] | str = ...,
) -> COST_OF_DELAY_figures:
    """Present value of what a late start loses, with the cost of holding the plant less damages
    from the builder."""

def LEARNING_COST(
    first_cost: float,
    learning_rate: float,
    cumulative_before: int | float,
    quantity: int | float,
    theory: Literal["unit", "cumulative"] | str = ...,
) -> float:
    """Average unit cost of a lot on a learning curve."""

def LAPSE_COST(
    rate: float,
    annual_value: float,
    decay_rate: float,
    idle_years: float,
    rebuild_years: float,
) -> float:
    """Present value of the output lost while a lapsed capability is rebuilt."""

def RETOOLED_REVENUE(
    lost_revenue: Line,
    retool_months: float,
    refill_months: float,
    recapture: float,
    periods_per_year: int | float = ...,
) -> NDArray[np.float64]:
    """Revenue that a plant fit for many products regains after it loses a programme."""

def BOOK_DISTRIBUTION(
    n: int | float,
    renewal: Line | float,
    correlation: float,
    threshold: float | None = ...,
    weights: Line | None = ...,
    own_renewal: Line | float = ...,
) -> NDArray[np.float64]:
    """The distribution of renewed customers, or of renewed revenue, when renewals have common
    causes."""

class BOOK_SUMMARY_figures(NamedTuple):
    expected: float
    sd: float
    low_case: float
    prob_at_least: float
    prob_none: float
    prob_all: float
    outcome_correlation: float

def BOOK_SUMMARY(
    n: int | float,
    renewal: Line | float,
    correlation: float,
    threshold: float | None = ...,
    weights: Line | None = ...,
    own_renewal: Line | float = ...,
    percentile: float = ...,
) -> BOOK_SUMMARY_figures:
    """Mean, spread, bad case and chances of a customer book with common causes of non-renewal."""

def MIN_CUSTOMERS(
    renewal: float,
    correlation: float,
    breakeven_share: float,
    confidence: float,
    max_n: int | float = ...,
    own_renewal: float = ...,
) -> float:
    """The least number of equal customers at which the break-even share stays with the
    confidence asked for."""

def VASICEK_QUANTILE(
    pd: float,
    correlation: float,
    confidence: float = ...,
) -> float:
    """Default rate of a large, even pool that is exceeded only with probability 1 - confidence."""

def DSCR_FAN(
    cfads: Line,
    debt_service: Line,
    vol: float,
    persistence: float = ...,
    paths: int | float = ...,
    seed: int | float = ...,
    percentiles: Line = ...,
) -> Any:
    """The range of the DSCR year by year under uncertain cash flow, and the probability that it
    falls below 1."""

def DSCR_PATH(
    cfads: Line,
    debt_service: Line,
    periods_per_year: int | float = ...,
) -> NDArray[np.float64]:
    """Debt service cover ratio, period by period."""

def DSCR_MIN(
    cfads: Line,
    debt_service: Line,
    periods_per_year: int | float = ...,
) -> float:
    """Least debt service cover ratio over the periods in which debt service is due."""

def DSCR_AVG(
    cfads: Line,
    debt_service: Line,
    weighted: bool = ...,
    periods_per_year: int | float = ...,
) -> float:
    """Average debt service cover ratio over the periods in which debt service is due."""

def LLCR(
    rate: float,
    cfads: Line,
    debt: float,
    tenor: int | float | None = ...,
    cash: float = ...,
) -> float:
    """Loan life cover ratio: present value of CFADS to the end of the loan, over the debt."""

def PLCR(
    rate: float,
    cfads: Line,
    debt: float,
    cash: float = ...,
) -> float:
    """Project life cover ratio: present value of CFADS to the end of the project, over the debt."""

def LOAN_SCHEDULE(
    principal: float,
    rate: float,
    nper: int | float,
    method: Literal["annuity", "equal", "bullet", "sculpted"] | str = ...,
    grace: int | float = ...,
    balloon: float = ...,
    freq: int | float = ...,
    capitalise: bool = ...,
    cfads: Line | None = ...,
    target_dscr: Line | float | None = ...,
) -> NDArray[np.float64]:
    """Schedule of a loan, payment by payment: annuity, equal principal, bullet, or sculpted to
    cash flow."""

def DEBT_CAPACITY(
    rate: float,
    cfads: Line,
    target_dscr: Line | float,
    tenor: int | float | None = ...,
    shape: Literal["sculpted", "level"] | str = ...,
    grace: int | float = ...,
    capitalise: bool = ...,
    max_gearing: float | None = ...,
    cost: float | None = ...,
) -> float:
    """Largest debt that cash flow services at the target DSCR, capped by gearing where a cap is
    given."""

def DEBT_BINDING(
    rate: float,
    cfads: Line,
    target_dscr: Line | float,
    tenor: int | float | None = ...,
    shape: Literal["sculpted", "level"] | str = ...,
    grace: int | float = ...,
    capitalise: bool = ...,
    max_gearing: float | None = ...,
    cost: float | None = ...,
) -> str:
    """The limit that binds on the debt that DEBT_CAPACITY gives for the same arguments: dscr, or
    gearing."""

def DEBT_SCULPT(
    rate: float,
    cfads: Line,
    target_dscr: Line | float,
    tenor: int | float | None = ...,
    shape: Literal["sculpted", "level"] | str = ...,
    grace: int | float = ...,
    capitalise: bool = ...,
    max_gearing: float | None = ...,
    cost: float | None = ...,
) -> NDArray[np.float64]:
    """Schedule and cover of the debt that DEBT_CAPACITY gives for the same arguments."""

def GUARANTEE_RATE(
    base_rate: float,
    pd: float,
    lgd: float,
    coverage: float,
    guaranteed_spread: float = ...,
    guarantee_fee: float = ...,
    margin: float = ...,
) -> float:
    """All-in rate of a loan of which a share is guaranteed."""

def BREAKEVEN_SPREAD(
    base_rate: float,
    pd: float,
    lgd: float,
    coverage: float = ...,
    nper: int | float = ...,
    method: Literal["bullet", "annuity", "equal"] | str = ...,
    upfront_fee: float = ...,
    cover_interest: bool = ...,
) -> float:
    """Spread at which a lender's expected receipts are worth what it lends."""

class MERTON_GUARANTEE_figures(NamedTuple):
    value: float
    default_probability: float
    debt_value: float
    spread: float

def MERTON_GUARANTEE(
    asset_value: float,
    debt_face: float,
    rate: float,
    years: float,
    vol: float,
    coverage: float = ...,
) -> MERTON_GUARANTEE_figures:
    """Value of a loan guarantee as a put option on the borrower's assets."""

def EXPECTED_LOSS(
    pd: Line | float,
    lgd: float,
    ead: Line | float,
    years: int | float | None = ...,
    rate: float = ...,
) -> float:
    """Expected loss over one year or over the life of a loan."""

class RECOVERY_figures(NamedTuple):
    recovery: float
    lgd: float

def RECOVERY(
    values: Line,
    redeployment: Line,
    debt: float,
    cost_share: float = ...,
    months: float = ...,
    rate: float = ...,
) -> RECOVERY_figures:
    """Recovery on a loan from what another user would pay for the plant, part by part, and the
    loss given default."""

def DEAL_METRICS(
    deal: Deal | Block,
    measures: Sequence[str] | Block | str | None = ...,
) -> Any:
    """The headline figures of a whole deal, from its inputs to the credit decision, in one call."""

def CREDIT_TESTS(
    deal: Deal | Block,
) -> Any:
    """Every credit test of the bank with value, limit and the debt it would permit, and the
    decision that follows."""

def CLEARING_RATE(
    deal: Deal | Block,
) -> float:
    """The least rate at which a bank's expected receipts are worth its loan at the return it
    requires."""

def DEAL_SETTLED(
    deal: Deal | Block,
) -> Any:
    """What is solved for a deal: the debt at which every credit test, and each alone, is met,
    the gearing of the sized loan, and the rate that clears its expected loss."""

def SENS_GRID(
    deal: Deal | Block,
    row_key: str,
    row_values: Block,
    column_key: str,
    column_values: Block,
    measure: str,
) -> Any:
    """A two-way grid: one figure of the deal for every pair of values of two inputs."""

def FRONTIER(
    deal: Deal | Block,
    offtake_years: Line,
    coverages: Line,
    measure: str,
    loan: Literal["re-cut", "as asked"] | str = ...,
) -> Any:
    """The frontier of support: a figure of the deal for each pair of offtake years and guarantee
    coverage, with the loan as asked or cut anew to what the contract bears."""

def TORNADO(
    deal: Deal | Block,
    keys: Sequence[str] | Block | str,
    low: Block,
    high: Block,
    measure: str,
) -> Any:
    """A tornado: a figure of the deal with each input at its low and at its high value, the
    widest swing first."""

def DEAL_SCENARIOS(
    deal: Deal | Block,
    keys: Sequence[str] | Block | str,
    values: Block,
    measures: Sequence[str] | Block | str,
) -> Any:
    """Figures of the deal side by side under several scenarios, each of which changes any number
    of inputs."""

def BREAKEVEN(
    deal: Deal | Block,
    key: Sequence[str] | Block | str,
    measure: Sequence[str] | Block | str,
    target: Line | float,
    low: Line | float | None = ...,
    high: Line | float | None = ...,
) -> Any:
    """The value of one input at which a figure of the deal just meets a target, everything else
    unchanged."""

def LEAST_COST_SUPPORT(
    deal: Deal | Block,
    tools: Sequence[str] | Block | str | None = ...,
    gearing: float | None = ...,
    hurdle: float | None = ...,
    rank_by: Literal["cost", "authority", "grant", "effort"] | str = ...,
) -> Any:
    """The mix of public offtake, guarantee, government loan, price floor and grant that passes
    every credit test most cheaply, with as much debt and as good a return as are asked."""

def CURE_MATRIX(
    deal: Deal | Block,
    tools: Sequence[str] | Block | str | None = ...,
) -> Any:
    """Each credit test with its room, and for each that fails the least change of each tool that
    cures that test alone."""

def CONTRACT_SWAP(
    deal_a: Block,
    deal_b: Block,
    basis: Literal["capacity", "permitted"] | str = ...,
) -> Any:
    """Two plants by two contracts: the debt of each pair, what each other difference does alone,
    and the same for plants that earn the same."""

def PUBLIC_YEARS(
    deal: Deal | Block,
    plants: float = ...,
    first_year: int | float = ...,
) -> Any:
    """The outlays that a deal's support is expected to need in each year, the budget authority
    to be recorded, and what would be due if the contract ended."""

def DEAL_FAN(
    deal: Deal | Block,
    paths: int | float = ...,
    seed: int | float = ...,
    percentiles: Line = ...,
    volume_vol: float = ...,
    persistence: float = ...,
    correlation: float = ...,
    overrun: float = ...,
    delay: float = ...,
    years: int | float | None = ...,
) -> Any:
    """The range of a whole deal's DSCR year by year on simulated paths, and the probability that
    it falls below 1."""

def PROJECT_IRR(
    cashflows: Line,
    guess: float = ...,
    dates: Line | None = ...,
) -> float:
    """Internal rate of return of a series of cash flows."""

def IRR_ROOTS(
    cashflows: Line,
    dates: Line | None = ...,
) -> NDArray[np.float64]:
    """All internal rates of return of a series of cash flows, in rising order; count them with
    COUNT."""

def PROJECT_NPV(
    rate: float,
    cashflows: Line,
    dates: Line | None = ...,
) -> float:
    """Net present value of a series of cash flows whose first is today."""

def EQUITY_IRR(
    capex: Line | float,
    debt: Line | float,
    cfads: Line,
    debt_service: Line,
    build_periods: int | float | None = ...,
) -> float:
    """Internal rate of return on the sponsor's equity."""

def PAYBACK(
    cashflows: Line,
    rate: float = ...,
) -> float:
    """Time from the first cash flow until its cumulative sum is positive for good."""

class MIN_OFFTAKE_TERM_figures(NamedTuple):
    years: float
    exact_years: float
    dscr: float

def MIN_OFFTAKE_TERM(
    debt: float,
    rate: float,
    cfads: Line | float,
    target_dscr: float,
) -> MIN_OFFTAKE_TERM_figures:
    """Least whole years of contract that let cash flow repay a debt at the target DSCR, nothing
    counted after the contract."""

def BREAKEVEN_COVERAGE(
    target_rate: float,
    base_rate: float,
    pd: float,
    lgd: float,
    guaranteed_spread: float = ...,
    guarantee_fee: float = ...,
    margin: float = ...,
) -> float:
    """Guarantee coverage at which the all-in rate just reaches a target."""

def BREAKEVEN_PRICE(
    target_dscr: float,
    debt_service: Line | float,
    volume: Line | float,
    opex: Line | float,
    tax_rate: float = ...,
) -> NDArray[np.float64]:
    """Price at which cash flow just keeps the target DSCR."""

def BREAKEVEN_TARIFF(
    price: float,
    world_price: float,
    pass_through: float = ...,
) -> float:
    """Tariff that lifts a rival's subsidised price to the price the plant needs."""

def BREAKEVEN_RENEWAL(
    rate: float,
    years: int | float,
    target_share: float,
    firm_years: int | float = ...,
) -> float:
    """Probability of each yearly renewal at which the contract is worth a given share of a firm
    one."""

def SUPPORT_SPLIT(
    capex: float,
    debt: float,
    success_value: float,
    failure_value: float,
    probability: float,
    grant: Line | float = ...,
    coverage: Line | float = ...,
    fee: float = ...,
    loan_share: Line | float = ...,
    subsidised_rate: float | None = ...,
    rate: float = ...,
    first_loss: bool = ...,
) -> Any:
    """Money at risk, gain, loss and expected value of sponsor, lender and taxpayer under a
    support."""

class BREAKEVEN_BELIEF_figures(NamedTuple):
    belief: float
    efficient: float
    goes_ahead: float
    worth_it: float
    lender: float
    lender_loss: float

def BREAKEVEN_BELIEF(
    capex: float,
    debt: float,
    success_value: float,
    failure_value: float,
    probability: float,
    grant: float = ...,
    coverage: float = ...,
    fee: float = ...,
    loan_share: float = ...,
    subsidised_rate: float | None = ...,
    rate: float = ...,
    first_loss: bool = ...,
) -> BREAKEVEN_BELIEF_figures:
    """Lowest probability of success at which the sponsor still goes ahead, beside the one at
    which the project is worth its cost, and the one from which the bank lends."""

class CREDIT_SUBSIDY_figures(NamedTuple):
    pv_claims: float
    pv_recoveries: float
    pv_fees: float
    subsidy: float
    rate: float

def CREDIT_SUBSIDY(
    treasury_rate: float,
    balances: Line,
    pd: Line | float,
    lgd: Line | float,
    coverage: float,
    annual_fee: float = ...,
    upfront_fee: float = ...,
    recovery_lag: float = ...,
) -> CREDIT_SUBSIDY_figures:
    """Subsidy cost of a loan guarantee under federal credit rules, and its rate."""

class LOAN_SUBSIDY_figures(NamedTuple):
    cost: float
    cost_rate: float
    benefit: float
    benefit_rate: float

def LOAN_SUBSIDY(
    principal: float,
    loan_rate: float,
    nper: int | float,
    treasury_rate: float,
    market_rate: float | None = ...,
    pd: float = ...,
    lgd: float = ...,
    method: Literal["annuity", "equal", "bullet"] | str = ...,
    payments_per_year: int | float = ...,
) -> LOAN_SUBSIDY_figures:
    """Cost of a government loan to the taxpayer, and its worth to the borrower: two different
    numbers."""

def GRANT_EQUIVALENT(
    maturity: float,
    grace: float,
    payments_per_year: int | float,
    loan_rate: float,
    discount_rate: float,
    method: Literal["equal", "annuity", "bullet"] | str = ...,
) -> float:
    """Grant element of a loan: the share of it that is a gift, at a discount rate."""

class GUARANTEE_FEE_figures(NamedTuple):
    guaranteed: float
    fee: float

def GUARANTEE_FEE(
    loan: float,
    coverage: float,
    limits: Line,
    rates: Line,
    top_amount: float | None = ...,
    top_rate: float | None = ...,
) -> GUARANTEE_FEE_figures:
    """Upfront guarantee fee by a schedule of tiers."""

def FEE_TO_ANNUAL(
    upfront_fee: float,
    balances: Line,
    rate: float,
) -> float:
    """Yearly fee on the balance that is worth the same as an upfront fee."""

class BASEL_CAPITAL_figures(NamedTuple):
    capital: float
    risk_weight: float
    correlation: float
    maturity_adjustment: float

def BASEL_CAPITAL(
    pd: float,
    lgd: float,
    maturity: float = ...,
) -> BASEL_CAPITAL_figures:
    """Regulatory capital for unexpected loss under the internal-ratings approach to corporate
    exposures."""

__all__ = [
    "OFFTAKE_REVENUE",
    "AVAILABILITY_REVENUE",
    "SURVIVAL",
    "OFFTAKE_NPV",
    "TERMINATION_PV",
    "COLLAR_EXPECTED",
    "HAZARD_FROM_PD",
    "HAZARD_FROM_SPREAD",
    "CONDITIONAL_PD",
    "RISKY_ANNUITY",
    "IDC",
    "IDC_SCHEDULE",
    "COST_OF_DELAY",
    "LEARNING_COST",
    "LAPSE_COST",
    "RETOOLED_REVENUE",
    "BOOK_DISTRIBUTION",
    "BOOK_SUMMARY",
    "MIN_CUSTOMERS",
    "VASICEK_QUANTILE",
    "DSCR_FAN",
    "DSCR_PATH",
    "DSCR_MIN",
    "DSCR_AVG",
    "LLCR",
    "PLCR",
    "LOAN_SCHEDULE",
    "DEBT_CAPACITY",
    "DEBT_BINDING",
    "DEBT_SCULPT",
    "GUARANTEE_RATE",
    "BREAKEVEN_SPREAD",
    "MERTON_GUARANTEE",
    "EXPECTED_LOSS",
    "RECOVERY",
    "DEAL_METRICS",
    "CREDIT_TESTS",
    "CLEARING_RATE",
    "DEAL_SETTLED",
    "SENS_GRID",
    "FRONTIER",
    "TORNADO",
    "DEAL_SCENARIOS",
    "BREAKEVEN",
    "LEAST_COST_SUPPORT",
    "CURE_MATRIX",
    "CONTRACT_SWAP",
    "PUBLIC_YEARS",
    "DEAL_FAN",
    "PROJECT_IRR",
    "IRR_ROOTS",
    "PROJECT_NPV",
    "EQUITY_IRR",
    "PAYBACK",
    "MIN_OFFTAKE_TERM",
    "BREAKEVEN_COVERAGE",
    "BREAKEVEN_PRICE",
    "BREAKEVEN_TARIFF",
    "BREAKEVEN_RENEWAL",
    "SUPPORT_SPLIT",
    "BREAKEVEN_BELIEF",
    "CREDIT_SUBSIDY",
    "LOAN_SUBSIDY",
    "GRANT_EQUIVALENT",
    "GUARANTEE_FEE",
    "FEE_TO_ANNUAL",
    "BASEL_CAPITAL",
]
