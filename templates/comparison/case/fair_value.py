"""The rows of a case sheet on the fair value of the government's credit."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, note


def rows(time: Periods) -> list[Row]:
    """Guarantee and government loan on defaults as the market prices them."""
    return [
        note(
            "Cumulative default probability shifted by the market price of risk (Wang transform);"
            " offtake and floor are not risk-adjusted."
        ),
        path("defaulted", "=1-{performing}"),
        path(
            "defaulted_priced",
            "=IF({defaulted}<=0,0,IF({defaulted}>=1,1,"
            "NORMSDIST(NORMSINV({defaulted})+{market_price_of_risk}*SQRT({year}))))",
        ),
        path(
            "default_weight",
            "=IF({defaulted}-{defaulted<}>{Timeline!tolerance},"
            "({defaulted_priced}-{defaulted_priced<})/({defaulted}-{defaulted<}),0)",
        ),
        path(
            "kept_weight",
            "=IF({performing}>{Timeline!tolerance},(1-{defaulted_priced})/{performing},0)",
        ),
        path("kept_before", f"=IF({time.first},1,{{kept_weight<}})"),
        scalar(
            "fair_guarantee",
            "=SUMPRODUCT(({guarantee_claims:}-{guarantee_recoveries:})*{default_weight:}"
            "-{guarantee_fees:}*{kept_before:},{treasury_discount:})",
        ),
        path(
            "fair_repaid",
            "={exposed}*{loan_due}*{kept_weight}"
            "+{government_loan_share}*({claims}-{claims_lost})*{default_weight}"
            "+{government_loan_share}*{termination_paid}*(1+[rate])*{kept_before}",
            rate=time.rate("{government_loan_rate}"),
        ),
        scalar(
            "fair_loan",
            "={government_loan_share}*{debt}-SUMPRODUCT({fair_repaid:},{treasury_discount:})",
        ),
        scalar("credit_cost", "={guarantee_cost}+{loan_cost}"),
        scalar("fair_credit_cost", "={fair_guarantee}+{fair_loan}"),
    ]
