"""The rows of a case sheet on loss: default, expected loss, and the probability of a shortfall."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.rate import worst_rows
from bankable.templates.workbook.rows import Row, note


def rows() -> list[Row]:
    """Expected loss and the closed-form probability of DSCR below 1."""
    return [
        note(
            "The loan was priced on the plan. A year that the plant cannot pay even with its"
            " contract is a default for certain."
        ),
        path(
            "pd_counted", "=IF(ISNUMBER({dscr_promised}),IF({dscr_promised}<1,{in_loan},{pd}),{pd})"
        ),
        path("performing_before", "=IF({year}=1,1,{performing<})"),
        path("performing", "={performing_before}*(1-{pd_counted})"),
        path("default_probability", "={performing_before}*{pd_counted}"),
        scalar("life_default", "={default_probability+}"),
        path("loss", "={default_probability}*{lgd}*{opening}*(1+{base_rate_now})^-{year}"),
        scalar("expected_loss", "={loss+}"),
        scalar("loss_share", '=IF({debt}>0,{expected_loss}/{debt},"n/a")'),
        scalar("bank_loan", "=(1-{government_loan_share})*{debt}"),
        scalar("bank_loss_share", '=IF({bank_loan}>0,(1-{coverage})*{loss_share},"n/a")'),
        *worst_rows("", "debt_service", "serviced"),
        scalar("contract_kept", "=INDEX({alive:},1,{tenor})"),
        scalar("worst_kept", "=IF(COUNT({dscr_promised:})>0,MIN({dscr_promised:}),0)"),
        path("shortfall_by_year", "={serviced}*{lost}*IF({worst}<1,1,0)"),
        scalar(
            "shortfall_probability",
            ('=IF({debt}>0,{shortfall_by_year+}+{contract_kept}*IF({worst_kept}<1,1,0),"n/a")'),
        ),
    ]
