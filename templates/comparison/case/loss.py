"""The rows of a case sheet on loss: what defaults cost, and coverage after a lost contract."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row


def rows() -> list[Row]:
    """Expected loss, and coverage if the contract is lost in a year."""
    return [
        path("loss", "={claims_lost}*(1+{base_rate_now})^-{year}"),
        scalar("expected_loss", "={loss+}"),
        scalar("loss_share", '=IF({debt}>0,{expected_loss}/{debt},"n/a")'),
        scalar("bank_loan", "=(1-{government_loan_share})*{debt}"),
        scalar("bank_loss_share", '=IF({bank_loan}>0,(1-{coverage})*{loss_share},"n/a")'),
        path("at_risk", "={exposed_before}*{opening}*(1+{base_rate_now})^-{year}"),
        scalar("balance_at_risk", "={at_risk+}"),
        scalar(
            "bank_loss_rate",
            "=IF(AND({bank_loan}>0,{balance_at_risk}>0),(1-{coverage})*{expected_loss}"
            '/{balance_at_risk},"n/a")',
        ),
        path("later", '=IF({serviced}=1,MIN({remaining_3}/{debt_service},{later>}),"n/a")'),
        path("second", '=IF({serviced}=1,MIN({remaining_2}/{debt_service},{later>}),"n/a")'),
        path("worst", "=IF({serviced}=1,MIN({remaining_1}/{debt_service},{second>}),0)"),
        scalar("contract_kept", "=INDEX({alive:},1,{tenor})"),
    ]
