"""The rows of a case sheet on collateral: value to another user, and loss given default by year."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, note
from bankable.udfs.deal.chain.collateral import PARTS


def lost(recovered: str, owed: str) -> str:
    """Loss given default on a debt, at least the bank's floor; the floor where nothing is owed."""
    return f"MAX({{lgd_floor}},IF({owed}>0,1-MIN(1,{recovered}/{owed}),0))"


def rows() -> list[Row]:
    """Value to another user as built, and the loss given default on the day of completion."""
    return [
        *(
            scalar("collateral_[part]", "={budgeted_cost}*{[part]_share}*{[part]_reuse}", part=part)
            for part in PARTS
        ),
        scalar("collateral", "=SUM({collateral_shell}:{collateral_it})"),
        scalar(
            "collateral_sold",
            "={collateral}*(1-{sale_cost})/(1+{base_rate_now})^({sale_months}/12)",
        ),
        scalar("recovery", "=IF({debt}>0,MIN(1,{collateral_sold}/{debt}),1)"),
        scalar("lgd", "=" + lost("{collateral_sold}", "{debt}")),
    ]


def yearly_rows() -> list[Row]:
    """Value of the aged plant by year, and the loss given default on the balance then outstanding."""
    aged = "+".join(f"{{collateral_{part}}}*MAX(0,1-{{year}}/{{{part}_life}})" for part in PARTS)
    return [
        note(
            "Each part ages in a straight line over its economic life; what the reserve and lock-up hold"
            " is pledged."
        ),
        path("collateral_aged", "=(" + aged + ")*(1+{collateral_growth})^{year}"),
        path(
            "collateral_sold_by_year",
            "={collateral_aged}*(1-{sale_cost})/(1+{base_rate_now})^({sale_months}/12)",
        ),
        path("pledged_pool", "={reserve_pledged}*{pool_before}"),
        path("recovered", "={in_loan}*({collateral_sold_by_year}+{pledged_pool})"),
        path("lgd_by_year", "={in_loan}*" + lost("{recovered}", "{opening}")),
        path("lgd_paid", "={in_loan}*" + lost("{recovered}", "({uncovered_claim}*{opening})")),
        path("claims", "={opening}*({default_unpaid}+{default_paid}*{uncovered_claim})"),
        path(
            "claims_lost",
            (
                "={opening}*({default_unpaid}*{lgd_by_year}+{default_paid}*{uncovered_claim}"
                "*{lgd_paid})"
            ),
        ),
        scalar("lgd_average", '=IF({claims+}>0,{claims_lost+}/{claims+},"n/a")'),
    ]
