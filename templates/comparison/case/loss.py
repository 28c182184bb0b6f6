"""The rows of a case sheet on loss: default, expected loss, and the probability of a shortfall."""

from __future__ import annotations

from bankable.templates.comparison.case.rate import worst_rows
from bankable.templates.workbook.rows import Row, note, path, scalar


def rows() -> list[Row]:
    """Expected loss and the closed-form probability of DSCR below 1."""
    return [
        note(
            "The loan was priced on the plan. A year that the plant cannot pay even with its"
            " contract is a default for certain."
        ),
        path(
            "pd_counted",
            "Probability of default in the year, that year's cover counted",
            "share",
            "=IF(ISNUMBER({dscr_promised}),IF({dscr_promised}<1,{in_loan},{pd}),{pd})",
            "rate",
        ),
        path(
            "performing_before",
            "Probability that the loan is paid to the start of the year",
            "share",
            "=IF({year}=1,1,{performing<})",
            "share",
        ),
        path(
            "performing",
            "Probability that the loan is paid to the end of the year",
            "share",
            "={performing_before}*(1-{pd_counted})",
            "share",
        ),
        path(
            "default_probability",
            "Probability of default in the year, seen from completion",
            "share",
            "={performing_before}*{pd_counted}",
            "rate",
            "sum",
        ),
        scalar(
            "life_default",
            "Probability of default over the loan's life",
            "share",
            "={default_probability+}",
            "total rate",
        ),
        path(
            "loss",
            "Expected loss, discounted at the base rate",
            "$m",
            "={default_probability}*{lgd}*{opening}*(1+{base_rate_now})^-{year}",
            "number",
            "sum",
        ),
        scalar(
            "expected_loss", "Expected loss over the loan's life", "$m", "={loss+}", "total number"
        ),
        scalar(
            "loss_share",
            "Expected loss over the debt",
            "share",
            '=IF({debt}>0,{expected_loss}/{debt},"n/a")',
            "rate",
        ),
        scalar("bank_loan", "Bank loan", "$m", "=(1-{government_loan_share})*{debt}"),
        scalar(
            "bank_loss_share",
            "Expected loss borne by the bank over its loan",
            "share",
            '=IF({bank_loan}>0,(1-{coverage})*{loss_share},"n/a")',
            "rate",
        ),
        *worst_rows("", "debt_service", "{serviced}", ""),
        scalar(
            "contract_kept",
            "Probability that the contract stands to the end of the loan",
            "share",
            "=INDEX({alive:},{tenor})",
            "share",
        ),
        scalar(
            "worst_kept",
            "Minimum DSCR with the contract kept",
            "x",
            "=IF(COUNT({dscr_promised:})>0,MIN({dscr_promised:}),0)",
            "multiple",
        ),
        path(
            "shortfall_by_year",
            "Probability of loss in the year that leaves DSCR below 1",
            "share",
            "={serviced}*{lost}*IF({worst}<1,1,0)",
            "share",
            "sum",
        ),
        scalar(
            "shortfall_probability",
            "Probability that loss of the contract takes DSCR below 1",
            "share",
            '=IF({debt}>0,{shortfall_by_year+}+{contract_kept}*IF({worst_kept}<1,1,0),"n/a")',
            "share",
        ),
    ]
