"""The rows of a case sheet on public cost: each tool's expected cost and budget authority."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, note


def rows(time: Periods) -> list[Row]:
    """Expected cost and budget authority of each tool: two figures, never added."""
    government, term = time.rate("{government_loan_rate}"), time.rate("{all_in_rate}")
    due = f"({{opening}}*{government}{time.pays}+{{principal}}+{{balloon_paid}})"
    return [
        note(
            "Values at completion at the Treasury rate. Federal credit rules (FCRA) cover the"
            " guarantee and the loan only."
        ),
        scalar("claim_per_dollar", f"=1+{{covers_interest}}*{term}"),
        path(
            "guarantee_claims",
            ("={coverage}*(1-{government_loan_share})*{claims}*{claim_per_dollar}"),
        ),
        path(
            "guarantee_recoveries",
            "={coverage}*(1-{government_loan_share})*({claims}-{claims_lost})*{claim_per_dollar}",
        ),
        path(
            "guarantee_fees",
            f"={time.flow('{guarantee_fee}')}*{{coverage}}*(1-{{government_loan_share}})"
            "*{exposed_before}*{opening}",
        ),
        scalar(
            "guarantee_cost",
            (
                "=SUMPRODUCT({guarantee_claims:}-{guarantee_recoveries:}"
                "-{guarantee_fees:},{treasury_discount:})"
            ),
        ),
        path(
            "loan_repaid",
            (
                f"={{exposed}}*{{government_loan_share}}*{due}"
                "+{government_loan_share}*({claims}-{claims_lost}"
                f"+{{termination_paid}}*(1+{government}))"
            ),
        ),
        scalar(
            "loan_cost",
            ("={government_loan_share}*{debt}-SUMPRODUCT({loan_repaid:},{treasury_discount:})"),
        ),
        path(
            "loan_due",
            "={government_loan_share}*" + due,
        ),
        path("bank_discount", f"=(1+{time.rate('{bank_rate}')})^-{time.payments('{year}')}"),
        scalar(
            "loan_benefit",
            "={government_loan_share}*{debt}-SUMPRODUCT({loan_due:},{bank_discount:})",
        ),
        path(
            "in_public_offtake",
            (
                "=IF({public_offtake_years}>0,MAX(0,MIN(1,"
                + time.one("", "(")
                + "MIN({public_offtake_years}-{delay_eats},{contract_end_year})"
                + f"-{time.begun}{time.one('', ')*{Timeline!periods}')})),0)"
            ),
            total_style="level years",
        ),
        path("offtake_paid", "=({alive}+{settled_share})*{in_public_offtake}*{contract_bill}"),
        path(
            "worth_price",
            "=IF({in_band}=1,{market_price_path},{contract_price}+{capacity_price_path})",
        ),
        path(
            "offtake_worth",
            "={alive}*{in_public_offtake}*({worth_price}*{taken_volume}*{buyer_value})",
        ),
        scalar(
            "offtake_cost", "=SUMPRODUCT({offtake_paid:}-{offtake_worth:},{treasury_discount:})"
        ),
        scalar("offtake_bound", "=SUMPRODUCT({offtake_paid:},{treasury_discount:})"),
        path("offtake_promise", "={in_public_offtake}*{contract_bill}"),
        scalar("public_buyer", "=MAX({full_faith},{subject_to_appropriation})"),
        scalar(
            "termination_most",
            "={public_buyer}*{termination_cover}*MAX({opening:})*(1+[rate])",
            rate=term,
        ),
        scalar("ceiling_due", "=IF({public_offtake_years}>0,{cancellation_ceiling},0)"),
        scalar(
            "termination_cost",
            f"={{public_buyer}}*(1+{term})*SUMPRODUCT({{termination_paid:}},{{treasury_discount:}})",
        ),
        scalar(
            "offtake_authority",
            (
                "=IF({subject_to_appropriation}=1,"
                "IF({authority_adds}=1,{ceiling_due}+{termination_most},MAX({ceiling_due},{termination_most})),"
                "IF({public_offtake_years}>0,{offtake_promise+},0))"
            ),
        ),
        scalar(
            "floor_worth",
            (
                "={in_band}*IF({price_floor}>0,1,0)"
                "*SUMPRODUCT({alive:},{in_public_offtake:},{billed_volume:},{floor_value:},{treasury_discount:})"
            ),
        ),
        scalar(
            "cap_given_up",
            (
                "={in_band}*(1-{upside_share})"
                "*SUMPRODUCT({alive:},{in_public_offtake:},{billed_volume:},{call_at_cap:},{treasury_discount:})"
            ),
        ),
        scalar(
            "tariff_burden",
            (
                "=SUMPRODUCT({market_price_path:}-{market_price_path:}"
                "/{tariff_uplift},{market_volume_expected:},{treasury_discount:})"
            ),
        ),
        path(
            "grant_returned",
            "={default_probability}*MIN({grant_clawback}*{grant},{left_after_debt})",
        ),
        scalar("grant_cost", "={grant}-SUMPRODUCT({grant_returned:},{treasury_discount:})"),
        scalar("equity_bought", "={public_equity}*({sponsor_equity}+{reserve_by_equity})"),
        path(
            "equity_returned",
            "={public_equity}*{equity_flow_expected}*(1+{public_equity_return})^-{year}",
        ),
        scalar("equity_cost", "={equity_bought}-{equity_returned+}"),
        scalar(
            "public_cost",
            "={guarantee_cost}+{loan_cost}+{grant_cost}+{offtake_cost}+{equity_cost}+{termination_cost}",
        ),
        scalar(
            "ranked_cost",
            (
                "=MAX(0,{guarantee_cost})+MAX(0,{loan_cost})+MAX(0,{grant_cost})"
                "+MAX(0,{offtake_cost})+MAX(0,{equity_cost})+MAX(0,{termination_cost})"
            ),
        ),
        scalar(
            "budget_authority",
            (
                "=MAX(0,{guarantee_cost})+MAX(0,{loan_cost})+{grant}+{offtake_authority}"
                "+{equity_bought}"
            ),
        ),
        scalar("cost_per_plant", '=IF({plant_cost}>0,{public_cost}/{plant_cost},"n/a")'),
        scalar("bank_at_risk", "=(1-{coverage})*{bank_loan}"),
        scalar(
            "private_at_risk",
            "={sponsor_equity}+{reserve_by_equity}-{equity_bought}+{bank_at_risk}",
        ),
        scalar(
            "private_per_public",
            '=IF({public_cost}>{Timeline!tolerance},{private_at_risk}/{public_cost},"n/a")',
        ),
    ]
