"""What the sheet Checks compares on native cells: for each case two calculations of one figure, sums that
hold, bounds on what is typed, and figures shown elsewhere.
"""

from __future__ import annotations

from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.chain.returns import RATES
from bankable.udfs.deal.rules import RULES

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
