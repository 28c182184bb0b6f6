"""The rows of a case sheet on the loan's rate: default probability, recovery, the all-in rate."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band, note
from bankable.udfs.deal.chain.rate import PARTS


def worst_rows(prefix: str, service: str, serviced: str) -> list[Row]:
    """Coverage of a debt service when the contract is lost in year t: at once, a year later, from
    then on.
    """
    names = {"p": prefix, "service": service, "serviced": serviced}
    return [
        path(
            "[p]later",
            '=IF({[serviced]}=1,MIN({remaining_3}/{[service]},{[p]later>}),"n/a")',
            **names,
        ),
        path(
            "[p]second",
            '=IF({[serviced]}=1,MIN({remaining_2}/{[service]},{[p]later>}),"n/a")',
            **names,
        ),
        path(
            "[p]worst", "=IF({[serviced]}=1,MIN({remaining_1}/{[service]},{[p]second>}),0)", **names
        ),
    ]


def rows() -> list[Row]:
    """Default probability, recovery and the all-in rate."""
    rows = [
        path("in_loan", "=IF({tenor}>={year},1,0)"),
        path("repaying", "={in_loan}*IF({grace_years}<{year},1,0)"),
        band("Default probability"),
        note(
            "A year's default: the borrower's own, or loss of the contract where the rest cannot"
            " carry debt service at the base rate."
        ),
        scalar(
            "base_payment",
            (
                "=-PMT({base_rate_now},{tenor}-{grace_years},{requested_debt},-{balloon}"
                "*{requested_debt})"
            ),
        ),
        path(
            "base_service",
            "={in_loan}*IF({repaying}=1,{base_payment},{requested_debt}*{base_rate_now})",
        ),
        path("base_serviced", "=IF({base_service}>0,1,0)"),
        *worst_rows("base_", "base_service", "base_serviced"),
        path(
            "pd",
            (
                "={in_loan}*(1-(1-{pd_base})*(1-{planned_lapse}*IF({base_worst}<1,1,0)"
                "*{base_serviced}))"
            ),
        ),
        path("loan_survives_before", "=IF({year}=1,1,{loan_survival<})"),
        path("loan_survival", "={loan_survives_before}*(1-{pd})"),
        scalar("pd_equivalent", "=1-INDEX({loan_survival:},1,{tenor})^(1/{tenor})"),
        band("Recovery"),
    ]
    for part in PARTS:
        rows.append(
            scalar("collateral_[part]", "={budgeted_cost}*{[part]_share}*{[part]_reuse}", part=part)
        )
    rows += [
        scalar("collateral", "=SUM({collateral_shell}:{collateral_it})"),
        scalar(
            "collateral_sold",
            "={collateral}*(1-{sale_cost})/(1+{base_rate_now})^({sale_months}/12)",
        ),
        scalar("recovery", "=IF({requested_debt}>0,MIN(1,{collateral_sold}/{requested_debt}),1)"),
        scalar("lgd", "=MAX({lgd_floor},1-{recovery})"),
        band("All-in rate"),
        scalar("rate_base_part", "={base_rate_now}"),
        scalar("rate_loss_part", "=(1-{coverage})*{pd_equivalent}*{lgd}"),
        scalar("rate_margin_part", "=(1-{coverage})*{margin}"),
        scalar("rate_guarantee_part", "={coverage}*({guaranteed_spread}+{guarantee_fee})"),
        scalar("bank_rate", "=SUM({rate_base_part}:{rate_guarantee_part})"),
        scalar(
            "all_in_rate",
            (
                "=(1-{government_loan_share})*{bank_rate}+{government_loan_share}"
                "*{government_loan_rate}"
            ),
        ),
    ]
    return rows
