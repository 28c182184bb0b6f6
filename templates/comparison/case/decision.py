"""The rows of a case sheet on public cost, and the credit tests with the debt that each permits."""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, band, note, path, scalar
from bankable.udfs.deal.chain.decision import ALL_MET, TESTS, WHATEVER_THE_DEBT


def public_rows(build: str) -> list[Row]:
    """Expected cost and budget authority of each tool: two figures, never added."""
    return [
        note(
            "Values at completion at the Treasury rate. Federal credit rules (FCRA) cover the"
            " guarantee and the loan only."
        ),
        scalar(
            "claim_per_dollar",
            "Claim per $ of defaulted principal",
            "$",
            "=1+{covers_interest}*{term_rate}",
            "factor",
        ),
        path(
            "guarantee_claims",
            "Claims on the guarantee",
            "$m",
            "={coverage}*(1-{government_loan_share})*{default_probability}*{opening}*{claim_per_dollar}",
            "number",
            "sum",
        ),
        path(
            "guarantee_recoveries",
            "Recoveries on claims, worth at default",
            "$m",
            "={guarantee_claims}*(1-{lgd})",
            "number",
            "sum",
        ),
        path(
            "guarantee_fees",
            "Guarantee fees",
            "$m",
            "={guarantee_fee}*{coverage}*(1-{government_loan_share})*{performing_before}*{opening}",
            "number",
            "sum",
        ),
        scalar(
            "guarantee_cost",
            "Guarantee: subsidy cost",
            "$m",
            "=SUMPRODUCT({guarantee_claims:}-{guarantee_recoveries:}-{guarantee_fees:},{treasury_discount:})",
            "total number",
        ),
        path(
            "loan_repaid",
            "Government loan: expected repayment",
            "$m",
            "={performing}*{government_loan_share}*({opening}*{government_loan_rate}+{principal}+{balloon_paid})"
            "+{default_probability}*{government_loan_share}*{opening}*(1-{lgd})",
            "number",
            "sum",
        ),
        scalar(
            "loan_cost",
            "Government loan: subsidy cost",
            "$m",
            "={government_loan_share}*{debt}-SUMPRODUCT({loan_repaid:},{treasury_discount:})",
            "total number",
        ),
        path(
            "in_public_offtake",
            "Public offtake in force",
            "share",
            "=IF({public_offtake_years}>0,MAX(0,MIN(1,{public_offtake_years}-{delay_eats}-({year}-1))),0)",
            "share",
            "sum",
            total_style="level years",
        ),
        path(
            "offtake_paid",
            "Paid under the public offtake, expected",
            "$m",
            "={alive}*{in_public_offtake}*{contract_price}*{billed_volume}",
            "number",
            "sum",
        ),
        path(
            "worth_price",
            "Price that the goods' worth is a multiple of",
            "$m a unit",
            "=IF({in_band}=1,{market_price_path},{contract_price})",
            "price",
        ),
        path(
            "offtake_worth",
            "Worth of the goods to the buyer, expected",
            "$m",
            "={alive}*{in_public_offtake}*{worth_price}*{taken_volume}*{buyer_value}",
            "number",
            "sum",
        ),
        scalar(
            "offtake_cost",
            "Offtake: expected cost above the goods' worth",
            "$m",
            "=SUMPRODUCT({offtake_paid:}-{offtake_worth:},{treasury_discount:})",
            "total number",
        ),
        scalar(
            "offtake_bound",
            "Offtake: cost if the goods are worth nothing",
            "$m",
            "=SUMPRODUCT({offtake_paid:},{treasury_discount:})",
        ),
        path(
            "offtake_promise",
            "Payment promised under the public offtake",
            "$m",
            "={in_public_offtake}*{contract_price}*{billed_volume}",
            "number",
            "sum",
        ),
        scalar(
            "offtake_authority",
            "Offtake: budget authority",
            "$m",
            "=IF({public_offtake_years}>0,IF({subject_to_appropriation}=1,{cancellation_ceiling},{offtake_promise+}),0)",
        ),
        scalar(
            "floor_worth",
            "of which value of the floor to the seller",
            "$m",
            "={in_band}*IF({price_floor}>0,1,0)*SUMPRODUCT({in_public_offtake:},{billed_volume:},{floor_value:},{treasury_discount:})",
        ),
        scalar(
            "cap_given_up",
            "and value that the cap gives to the buyer",
            "$m",
            "={in_band}*(1-{upside_share})*SUMPRODUCT({in_public_offtake:},{billed_volume:},{call_at_cap:},{treasury_discount:})",
        ),
        scalar(
            "tariff_burden",
            "Tariff: cost to home buyers",
            "$m",
            "=SUMPRODUCT({market_price_path:}-{market_price_path:}/{tariff_uplift},{market_volume_expected:},{treasury_discount:})",
        ),
        path(
            "left_after_debt",
            "Left of the plant's value after the debt, on default",
            "$m",
            "={in_loan}*MAX(0,{collateral_sold}-{opening})",
        ),
        path(
            "grant_returned",
            "Grant paid back, expected",
            "$m",
            "={default_probability}*MIN({grant_clawback}*{grant},{left_after_debt})",
            "number",
            "sum",
        ),
        scalar(
            "grant_cost",
            "Grant: at face less expected clawback",
            "$m",
            "={grant}-SUMPRODUCT({grant_returned:},{treasury_discount:})",
            "total number",
        ),
        scalar(
            "equity_bought",
            "Government's equity paid in",
            "$m",
            "={public_equity}*({sponsor_equity}+{dsra_at_completion})",
        ),
        path(
            "equity_returned",
            "Its expected share of cash flow, at the fair return",
            "$m",
            "={public_equity}*{equity_flow_expected}*(1+{public_equity_return})^-{year}",
            "number",
            "sum",
        ),
        scalar(
            "equity_cost",
            "Government's equity: paid in less fair value",
            "$m",
            "={equity_bought}-{equity_returned+}",
            "total number",
        ),
        scalar(
            "public_cost",
            "Expected public cost",
            "$m",
            "={guarantee_cost}+{loan_cost}+{grant_cost}+{offtake_cost}+{equity_cost}",
            "headline number",
        ),
        scalar(
            "budget_authority",
            "Budget authority needed",
            "$m",
            "=MAX(0,{guarantee_cost})+MAX(0,{loan_cost})+{grant}+{offtake_authority}+{equity_bought}",
            "headline number",
        ),
        scalar(
            "cost_per_plant",
            "Expected public cost per $ of plant",
            "$",
            '=IF({plant_cost}>0,{public_cost}/{plant_cost},"n/a")',
            "factor",
        ),
        scalar("bank_at_risk", "Bank loan not guaranteed", "$m", "=(1-{coverage})*{bank_loan}"),
        scalar(
            "private_at_risk",
            "Private capital at risk",
            "$m",
            "={sponsor_equity}+{dsra_at_completion}-{equity_bought}+{bank_at_risk}",
        ),
        scalar(
            "private_per_public",
            "Private capital at risk per $ of public cost",
            "$",
            '=IF({public_cost}>0,{private_at_risk}/{public_cost},"n/a")',
            "number2",
        ),
    ]


def value_formulas() -> dict[str, str]:
    """The value of each credit test."""
    uncovered = "{uncovered_share}"
    return {
        "min_dscr": "={lender_min_dscr}",
        "avg_dscr": "={lender_avg_dscr}",
        "llcr": "={llcr}",
        "plcr": "={plcr}",
        "gearing": f'=IF({{debt}}>0,{uncovered}*{{debt}}/{{total_uses}},"n/a")',
        "tail": f'=IF({{debt}}>0,{uncovered}*{{tail_balance}}/{{debt}},"n/a")',
        "contracted": '=IF({debt}>0,{contracted_share},"n/a")',
        "shortfall": "={shortfall_probability}",
        "loss": "={bank_loss_share}",
        "equity": '=IF({debt}>0,{sponsor_equity}*(1-{public_equity})/({total_uses}+{grant}),"n/a")',
        "retained": f'=IF({{debt}}>0,{uncovered},"n/a")',
    }


def permitted_formula(key: str, direction: int) -> str:
    """The debt that a test permits, between nothing and all uses."""
    value, limit = f"{{test_{key}}}", f"{{limit_{key}}}"
    if key in WHATEVER_THE_DEBT:
        return f'=IF(ISNUMBER({value}),{{total_uses}}*{{pass_{key}}},"n/a")'
    if key == "gearing":
        inner = (
            f"IF({{uncovered_share}}>0,{limit}*{{total_uses}}/{{uncovered_share}},{{total_uses}})"
        )
    elif key == "equity":
        inner = f"IF({{public_equity}}<1,{{total_uses}}-{limit}*({{total_uses}}+{{grant}})/(1-{{public_equity}}),0)"
    elif key == "shortfall":
        inner = "{debt}*{probability_scale}"
    elif key == "loss":
        inner = "IF({lgd_allowed}<{lgd_floor}-{Timeline!tolerance},0,IF({lgd_allowed}<1,{collateral_sold}/(1-{lgd_allowed}),{total_uses}))"
    else:
        inner = f"IF({limit}>0,{{debt}}*{value}/{limit},{{total_uses}})"
    return f'=IF(ISNUMBER({value}),MAX(0,MIN({{total_uses}},{inner})),"n/a")'


def test_rows() -> list[Row]:
    """Each test's value, pass and permitted debt; the binding test; the decision."""
    tolerance = "{Timeline!tolerance}"
    rows = [
        note(
            "Cover is tested on the guarantor: gearing, tail and loss count what no guarantee"
            " covers; DSCR counts the whole loan."
        ),
        scalar(
            "uncovered_share",
            "Share of the debt that is the bank's own risk",
            "share",
            "=(1-{coverage})*(1-{government_loan_share})",
            "share",
        ),
        scalar(
            "secured_end_year",
            "Contract secured to, on the lender's view",
            "years",
            "=CHOOSE({lender_view}+1,{firm_end_year},{supported_end_year},{contract_end_year},{contract_end_year})",
            "factor",
        ),
        scalar(
            "tail_start",
            "Debt should be repaid by",
            "year",
            "=ROUNDDOWN(MAX(0,{secured_end_year}-{tail_years}),0)",
            "count",
        ),
        scalar(
            "tail_balance",
            "Debt left then",
            "$m",
            "=IF({tail_start}>=1,INDEX({closing:},{tail_start}),{debt})",
        ),
        band("Probability of DSCR below 1 at a multiple of the debt"),
        path(
            "step_chance",
            "Probability at the multiple where a loss in the year just hurts",
            "share",
            "=SUMPRODUCT(({worst:}<{worst}-{Timeline!tolerance})*{serviced:}*{lost:})"
            "+{contract_kept}*IF({worst_kept}<{worst}-{Timeline!tolerance},1,0)",
            "share",
        ),
        scalar(
            "step_chance_kept",
            "Probability at the multiple where the kept contract just hurts",
            "share",
            "=SUMPRODUCT(({worst:}<{worst_kept}-{Timeline!tolerance})*{serviced:}*{lost:})",
            "share",
        ),
        path(
            "step_allowed",
            "Multiple within the limit",
            "x",
            f"={{serviced}}*IF({{step_chance}}<={{limit_shortfall}}+{tolerance},{{worst}},0)",
            "multiple",
        ),
        scalar(
            "probability_scale",
            "Largest multiple of the debt within the limit",
            "x",
            f"=MAX(0,{{step_allowed:}},IF({{step_chance_kept}}<={{limit_shortfall}}+{tolerance},{{worst_kept}},0))",
            "multiple",
        ),
        band("Values"),
    ]
    values = value_formulas()
    for key, label, unit, _ in TESTS:
        rows.append(
            scalar(
                f"test_{key}",
                f"{label}: value",
                unit,
                values[key],
                "multiple" if unit == "x" else "rate" if key == "loss" else "share",
            )
        )
    rows.append(band("Passed"))
    for key, label, _, direction in TESTS:
        met = (
            f"{{test_{key}}}>={{limit_{key}}}-{tolerance}"
            if direction > 0
            else f"{{test_{key}}}<={{limit_{key}}}+{tolerance}"
        )
        rows.append(
            scalar(
                f"pass_{key}",
                f"{label}: passed",
                "1 = passed",
                f'=IF(ISNUMBER({{test_{key}}}),IF({met},1,0),"n/a")',
                "count",
            )
        )
    rows.append(band("Debt permitted"))
    rows.append(
        note(
            "DSCR, LLCR, PLCR: in proportion, at this rate. Loss: at this default probability."
            " Never more than all uses."
        )
    )
    rows.append(
        scalar(
            "lgd_allowed",
            "Loss given default at which the bank's loss meets its limit",
            "share",
            "=IF(ISNUMBER({test_loss}),IF({test_loss}>{Timeline!tolerance},{lgd}*{limit_loss}/{test_loss},1),1)",
            "share",
        )
    )
    for key, label, _, direction in TESTS:
        rows.append(
            scalar(
                f"permits_{key}",
                f"{label}: debt permitted",
                "$m",
                permitted_formula(key, direction),
            )
        )
    first, last = TESTS[0][0], TESTS[-1][0]
    permits, passed = f"{{permits_{first}}}:{{permits_{last}}}", f"{{pass_{first}}}:{{pass_{last}}}"
    rows += [
        band("Decision"),
        scalar(
            "permitted_debt",
            "Debt that all tests permit",
            "$m",
            f'=IF(COUNT({permits})>0,MIN({permits}),"n/a")',
            "total number",
        ),
        scalar(
            "permitted_headroom",
            "Headroom",
            "$m",
            '=IF(ISNUMBER({permitted_debt}),{permitted_debt}-{debt},"n/a")',
        ),
        scalar(
            "binding_test",
            "Binding test, by its place in the list",
            "place",
            f"=IF(COUNT({permits})>0,MATCH({{permitted_debt}},{permits},0),0)",
            "count",
        ),
        scalar(
            "binding_name",
            "Binding test",
            "text",
            '=IF({binding_test}>0,INDEX({Lists!tests:},MAX(1,{binding_test})),"n/a")',
            "right small",
        ),
        scalar("tests_failed", "Tests failed", "number", f"=COUNTIF({passed},0)", "count"),
        scalar(
            "first_failed",
            "First test failed, by its place in the list (0: none)",
            "place",
            f"=IF({{tests_failed}}>0,MATCH(0,{passed},0),0)",
            "count",
        ),
        scalar(
            "first_failed_name",
            "First test failed",
            "text",
            f'=IF({{first_failed}}>0,INDEX({{Lists!tests:}},MAX(1,{{first_failed}})),"{ALL_MET}")',
            "right small",
        ),
        scalar(
            "supported",
            "Support in use",
            "flag",
            "=IF({coverage}+{government_loan_share}+{grant}+{public_offtake_years}+{tariff}+{public_equity}>0,1,0)",
            "flag",
        ),
        scalar(
            "decision",
            "Decision, by its place in the list",
            "place",
            "=IF(AND({debt}>0,{tests_failed}=0),1+{supported},0)",
            "count",
        ),
        scalar(
            "decision_words",
            "Decision",
            "text",
            "=INDEX({Lists!decisions:},{decision}+1)",
            "right small",
        ),
    ]
    return rows
