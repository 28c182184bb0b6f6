"""A whole deal in one call: its headline figures and its credit tests, from the block of inputs on
the Inputs sheet.

Nothing is calculated here: both functions show rows of the chain (`udfs/deal/chain/`).
"""

from __future__ import annotations

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain.decision import DECISIONS, FAILS, TESTS
from bankable.udfs.deal.measures import MEASURES, measure, measure_name, shown
from bankable.udfs.registry import function

FAMILY = "Whole deal"


@function(
    FAMILY,
    "What are this deal's headline figures: cost, debt, cover, rate, loss, returns, public cost and"
    " decision?",
    registry.block(
        'one row a measure: name, value (a text for decision and binding test, "n/a" where it does'
        " not apply), unit"
    ),
    deal=deal_param(),
    measures=cells.texts(
        "measures wanted, by short name such as min_dscr or by the name shown; left out: all, in"
        " the order of the help"
    ),
)
def DEAL_METRICS(deal, measures=None):
    """The headline figures of a whole deal, from its inputs to the credit decision, in one call.

    Equation
    --------
    The chain, line by line: uses and interest during construction, contract and market revenue, survival
    of the contract, cost and tax, CFADS, default probability and rate, debt, ratios, returns, loss,
    public cost, decision

    Conventions
    -----------
    Short names of the measures, in the order shown when none is named:
    request and build: requested_debt, debt, gearing_used, tenor_used, plant_cost, total_idc, total_uses,
    sponsor_equity, sponsor_extra, completion_month; price of the debt: all_in_rate; the contract:
    contracted_share, contract_value, committed_margin, contract_kept; cover on the lender's view:
    min_dscr, min_dscr_year, avg_dscr, llcr, plcr; cover by view: min_dscr_firm, min_dscr_supported,
    min_dscr_expected, min_dscr_promised; what each view carries at the target DSCR: capacity_firm,
    capacity_supported, capacity_expected, capacity_promised; what all tests permit: permitted_debt,
    permitted_headroom; room of the tightest test: least_room, tightest_test; price against loss:
    clearing_rate, uncovered_by_price; loss: pd_equivalent, lgd, lgd_average, expected_loss, loss_share,
    bank_loss_share, bank_loss_rate, life_default, unpaid, missed_year, shortfall_probability; returns: project_irr, equity_irr_promised,
    equity_irr_expected, sponsor_goes_ahead, bankable; taxpayer: public_cost, incremental_cost,
    incremental_yearly, cost_at_market, cost_at_nothing, credit_cost, fair_credit_cost, promise_price,
    budget_authority, guarantee_cost, loan_cost, loan_benefit, offtake_cost, tariff_burden, passing_cost,
    cost_per_plant, private_at_risk, private_per_public; credit tests: tests_failed, looser_limits,
    decision, binding_test, first_failed. Money in $ million, rates and
    shares as decimals. A measure that does not apply reads "n/a". The decision says whether the
    tests are met; approval is the committee's. Names of version 0.1 (gearing, idc, headroom, pd)
    are still understood.

    Errors
    ------
    #VALUE! for a key or a measure that does not exist, or a required key without a value; #NUM! for
    a value out of its range, or inputs that contradict each other. Each is named.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014); S&P, General Project Finance Rating
    Methodology (14 Dec 2022); federal cost as 2 USC 661a(5).

    See also
    --------
    CREDIT_TESTS, SENS_GRID, FRONTIER, DEAL_FAN

    Examples
    --------
    A plant on yearly renewed orders:

    >>> for row in DEAL_METRICS(EXAMPLE, ["debt", "min_dscr", "min_dscr_promised", "decision"]):
    ...     print([round(cell, 4) if isinstance(cell, float) else cell for cell in row])
    ['Debt used', 517.1979, '$m']
    ["Minimum DSCR, lender's view", 0.0, 'x']
    ['Minimum DSCR if every renewal comes', 1.9133, 'x']
    ['Decision', 'Does not meet credit tests', 'text']
    """
    names = [measure_name(text) for text in measures] if measures else list(MEASURES)
    results = deals.evaluate(deal, [MEASURES[name].key for name in names])
    return [
        [MEASURES[name].words, shown(measure(results, name)[0]), MEASURES[name].unit]
        for name in names
    ]


@function(
    FAMILY,
    "Which credit tests does the deal pass, and which one binds?",
    registry.block(
        "one row a test: test, value, limit, passed, debt permitted, headroom, unit; last row:"
        " decision, binding test, debt that all permit"
    ),
    deal=deal_param(),
)
def CREDIT_TESTS(deal):
    """Every credit test of the bank with value, limit and the debt it would permit, and the
    decision that follows.

    Equation
    --------
    passed = value >= limit - 1e-9 (at most: value <= limit + 1e-9)
    debt permitted = the largest debt at which the test is met, the whole deal taken anew at each amount, up to 99%
    of the uses; all or nothing where no amount of debt changes the test
    binding test = the one that permits the least debt, ties by the order of the list

    Conventions
    -----------
    What a guarantee covers is tested on the guarantor: gearing, tail and loss count the uncovered
    part, DSCR, LLCR and PLCR the whole loan. Minimum DSCR, average DSCR, LLCR, PLCR, contracted
    share, equity and the bank's own share must be at least the limit, the others at most. Passed is
    TRUE, FALSE or "n/a"; a test that does not apply passes nobody. Headroom is the debt permitted
    less the debt used, in $ million. The last row holds "Decision", its words, the binding test,
    whether all tests are met, the debt that all permit, and the headroom.

    Errors
    ------
    As DEAL_METRICS.

    Source
    ------
    Yescombe, Principles of Project Finance (2nd ed. 2014), chapters on ratios; the limits are the
    bank's own inputs (limit_min_dscr and so on).

    See also
    --------
    DEAL_METRICS, BREAKEVEN, LEAST_COST_SUPPORT

    Examples
    --------
    A plant on yearly renewed orders fails; the last row names the test that binds:

    >>> rows = CREDIT_TESTS(EXAMPLE)
    >>> rows[-1][:4]
    ['Decision', 'Does not meet credit tests', 'Minimum DSCR', False]
    """
    results = deals.evaluate(deal, None)
    debt = float(results.debt[0, 0])
    rows = []
    for key, words, unit, _ in TESTS:
        value, passed, permits = (
            float(results[f"{part}_{key}"][0, 0]) for part in ("test", "pass", "permits")
        )
        verdict = "n/a" if np.isnan(passed) else bool(passed)
        limit = float(getattr(deal, f"limit_{key}"))
        rows.append(
            [words, shown(value), limit, verdict, shown(permits), shown(permits - debt), unit]
        )
    decision = DECISIONS[int(results.decision[0, 0])]
    binding, permitted, headroom = (
        shown(measure(results, name)[0])
        for name in ("binding_test", "permitted_debt", "permitted_headroom")
    )
    return [*rows, ["Decision", decision, binding, decision != FAILS, permitted, headroom, "$m"]]


__all__ = ["CREDIT_TESTS", "DEAL_METRICS", "EXAMPLE"]
