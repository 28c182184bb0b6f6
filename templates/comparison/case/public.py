"""The rows of a case sheet on public cost: each tool's expected cost and budget authority."""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, note, path, scalar


def rows(build: str) -> list[Row]:
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
