"""The rows of a case sheet on the sponsor: his cash flow, promised and expected, and whether he goes
ahead.
"""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, given, note

PHASES = (1, 2, 3)


def after_loss(time: Periods, lost: str, cash: str) -> str:
    """Cash by year over all losses that the loan survives: of the year of the loss, of the next, and of
    those after it.
    """
    return given(
        f"={time.back(lost)}*{{[cash]_1}}+{time.back(lost, 1)}*{{[cash]_2}}"
        f"+({time.late(lost + '_so_far')}-{time.back(lost, 1)})*{{[cash]_3}}",
        cash=cash,
    )


def flow_rows(time: Periods) -> list[Row]:
    """The sponsor's cash flow by period, promised and expected."""
    due, laid_by = "({debt_service}+{balloon_paid})", []
    if time.several:
        whole = f"({time.at_next_payment('debt_service')}+{time.at_next_payment('balloon_paid')})"
        share = "*{payments_per_year}/{Timeline!periods}"
        due, laid_by = "{laid_by}", [path("laid_by", f"={whole}{share}")]
    rows = [
        *laid_by,
        band("Cash flow"),
        path(
            "equity_flow_promised",
            "={distribution_promised}-{sponsor_support_promised}-{balloon_paid}",
        ),
        note(
            "A default leaves the sponsor what the collateral brings above the debt; a lost contract that"
            " the loan survives leaves him the market's cash after debt service and tax."
        ),
        path("sponsor_survival", "=IF({debt}>0,{own_survival},1)"),
        path("goes_on", "=IF(OR({fails_in}=0,{fails_in}>{year}),1,0)"),
        path("kept_on", "={goes_on}*{default_alive}"),
        path("survives_unpaid", "={goes_on}*({default_loss}-{lost_paid})*(1-{hurts})"),
        path("survives_unpaid_so_far", "={survives_unpaid_so_far<}+{survives_unpaid}"),
        path("survives_paid", "={goes_on}*{lost_paid}*(1-{paid_hurts})"),
        path("survives_paid_so_far", "={survives_paid_so_far<}+{survives_paid}"),
    ]
    for key, share in (("left", ""), ("left_paid", "{uncovered_claim}*")):
        rows += [
            path(
                "[key]_[phase]",
                "=MAX(0,{cash_after_loss_[phase]}-[share][due])*(1-{tax_rate})",
                key=key,
                phase=str(phase),
                share=share,
                due=due,
            )
            for phase in PHASES
        ]
    rows += [
        path("flow_after_loss", after_loss(time, "survives_unpaid", "left")),
        path("flow_after_payment", after_loss(time, "survives_paid", "left_paid")),
        path("settlement_kept", "={goes_on}*{settlement}*(1-{paid_hurts})*(1-{tax_rate})"),
        path(
            "left_after_debt",
            "=IF(AND({debt}>0,{in_loan}=1),MAX(0,{recovered}-{opening}),0)",
        ),
        path(
            "left_by_default",
            "={default_probability}*MAX(0,{left_after_debt}-{grant_clawback}*{grant})",
        ),
        path(
            "equity_flow_expected",
            "={sponsor_survival}*({kept_on}*{equity_flow_promised}+{flow_after_loss}"
            "+{flow_after_payment}+{settlement_kept})+{left_by_default}",
        ),
    ]
    return rows


def decision_rows() -> list[Row]:
    """Whether the sponsor's expected return reaches his hurdle, and whether both go ahead."""
    return [
        scalar(
            "sponsor_goes_ahead",
            "=IF(ISNUMBER({equity_irr_expected}),"
            "IF({equity_irr_expected}>={hurdle_irr}-{Timeline!tolerance},1,0),0)",
        ),
        scalar(
            "sponsor_words",
            '=IF({sponsor_goes_ahead}=1,"goes ahead",IF(ISNUMBER({equity_irr_expected}),'
            '"below the hurdle","no return"))',
        ),
        scalar("bankable", "=IF(AND({sponsor_goes_ahead}=1,{decision}>0),1,0)"),
    ]
