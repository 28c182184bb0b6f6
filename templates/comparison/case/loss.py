"""The rows of a case sheet on loss: what defaults cost, and coverage after a lost contract."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row


def rows(time: Periods) -> list[Row]:
    """Expected loss, and coverage if the contract is lost in a year."""
    return [
        path("loss", "={claims_lost}*(1+{base_rate_now})^-{year}"),
        scalar("expected_loss", "={loss+}"),
        scalar("loss_share", '=IF({debt}>0,{expected_loss}/{debt},"n/a")'),
        scalar("bank_loan", "=(1-{government_loan_share})*{debt}"),
        scalar("bank_loss_share", '=IF({bank_loan}>0,(1-{coverage})*{loss_share},"n/a")'),
        path(
            "at_risk",
            f"={{exposed_before}}*{time.flow('{opening}')}*(1+{{base_rate_now}})^-{{year}}",
        ),
        scalar("balance_at_risk", "={at_risk+}"),
        scalar(
            "bank_loss_rate",
            "=IF(AND({bank_loan}>0,{balance_at_risk}>0),(1-{coverage})*{expected_loss}"
            '/{balance_at_risk},"n/a")',
        ),
        *_worst_rows(time),
        scalar("contract_kept", f"=INDEX({{alive:}},1,{time.place('{tenor}')})"),
    ]


def _worst_rows(time: Periods) -> list[Row]:
    """The least coverage of debt service, at yearly rates, from a lost contract on."""
    if not time.several:
        return [
            path("later", '=IF({serviced}=1,MIN({remaining_3}/{debt_service},{later>}),"n/a")'),
            path("second", '=IF({serviced}=1,MIN({remaining_2}/{debt_service},{later>}),"n/a")'),
            path("worst", "=IF({serviced}=1,MIN({remaining_1}/{debt_service},{second>}),0)"),
        ]
    due = "({debt_service}*{payments_per_year}/{Timeline!periods})"
    rows = [
        path(
            "covered_after_[phase]",
            f'=IF({{serviced}}=1,{{remaining_[phase]}}/{due},"n/a")',
            phase=phase,
        )
        for phase in ("1", "2", "3")
    ]
    year = f">0-{time.a_year - 1}"
    return [
        *rows,
        path("later", '=IF({serviced}=1,MIN({covered_after_3>>}),"n/a")'),
        path(
            "second",
            f'=IF({{serviced}}=1,MIN({{covered_after_2{year}}},{time.early("later")}),"n/a")',
        ),
        path(
            "worst", f"=IF({{serviced}}=1,MIN({{covered_after_1{year}}},{time.early('second')}),0)"
        ),
    ]
