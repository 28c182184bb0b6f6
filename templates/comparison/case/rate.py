"""The rows of a case sheet on the loan's rate: default probability, recovery, the all-in rate."""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, band, note, path, scalar
from bankable.udfs.deal.chain.rate import PARTS

NAMES = {
    "shell": "land and shell",
    "power": "power connection",
    "equipment": "general equipment",
    "tooling": "special tooling",
    "it": "IT",
}


def worst_rows(prefix: str, service: str, applies: str, words: str) -> list[Row]:
    """Coverage of a debt service when the contract is lost in year t: at once, a year later, from
    then on.
    """
    later, second, worst = f"{prefix}later", f"{prefix}second", f"{prefix}worst"
    ds = f"{{{service}}}"
    return [
        path(
            later,
            f"Worst coverage from two years after a loss{words}",
            "x",
            f'=IF({applies}=1,MIN({{remaining_3}}/{ds},{{{later}>}}),"n/a")',
            "multiple",
        ),
        path(
            second,
            f"Worst coverage from a year after a loss{words}",
            "x",
            f'=IF({applies}=1,MIN({{remaining_2}}/{ds},{{{later}>}}),"n/a")',
            "multiple",
        ),
        path(
            worst,
            f"Worst coverage if the contract is lost in the year{words}",
            "x",
            f"=IF({applies}=1,MIN({{remaining_1}}/{ds},{{{second}>}}),0)",
            "multiple",
        ),
    ]


def rows() -> list[Row]:
    """Default probability, recovery and the all-in rate."""
    rows = [
        path("in_loan", "Loan outstanding", "flag", "=IF({tenor}>={year},1,0)", "flag", "sum"),
        path(
            "repaying", "Repaying", "flag", "={in_loan}*IF({grace_years}<{year},1,0)", "flag", "sum"
        ),
        band("Default probability"),
        note(
            "A year's default: the borrower's own, or loss of the contract where the rest cannot"
            " carry debt service at the base rate."
        ),
        scalar(
            "base_payment",
            "Yearly payment at the base rate",
            "$m",
            "=-PMT({base_rate_now},{tenor}-{grace_years},{requested_debt},-{balloon}*{requested_debt})",
        ),
        path(
            "base_service",
            "Debt service at the base rate",
            "$m",
            "={in_loan}*IF({repaying}=1,{base_payment},{requested_debt}*{base_rate_now})",
        ),
        path(
            "base_serviced",
            "Debt service due at the base rate",
            "flag",
            "=IF({base_service}>0,1,0)",
            "flag",
        ),
        *worst_rows("base_", "base_service", "{base_serviced}", ", base rate"),
        path(
            "pd",
            "Probability of default in the year",
            "share",
            "={in_loan}*(1-(1-{pd_base})*(1-{planned_lapse}*IF({base_worst}<1,1,0)*{base_serviced}))",
            "rate",
        ),
        path(
            "loan_survives_before",
            "Probability that the loan performs at the start",
            "share",
            "=IF({year}=1,1,{loan_survival<})",
            "share",
        ),
        path(
            "loan_survival",
            "Probability that the loan performs at the end",
            "share",
            "={loan_survives_before}*(1-{pd})",
            "share",
        ),
        scalar(
            "pd_equivalent",
            "Yearly default probability with the same survival",
            "% a year",
            "=1-INDEX({loan_survival:},{tenor})^(1/{tenor})",
            "rate",
        ),
        band("Recovery"),
    ]
    for part in PARTS:
        rows.append(
            scalar(
                f"collateral_{part}",
                f"Value to another user: {NAMES[part]}",
                "$m",
                f"={{budgeted_cost}}*{{{part}_share}}*{{{part}_reuse}}",
            )
        )
    rows += [
        scalar(
            "collateral",
            "Value to another user",
            "$m",
            "=SUM({collateral_shell}:{collateral_it})",
            "total number",
        ),
        scalar(
            "collateral_sold",
            "The same at default, after the cost and the time of selling",
            "$m",
            "={collateral}*(1-{sale_cost})/(1+{base_rate_now})^({sale_months}/12)",
        ),
        scalar(
            "recovery",
            "Recovery on the debt requested",
            "share",
            "=IF({requested_debt}>0,MIN(1,{collateral_sold}/{requested_debt}),1)",
            "share",
        ),
        scalar("lgd", "Loss given default", "share", "=MAX({lgd_floor},1-{recovery})", "share"),
        band("All-in rate"),
        scalar("rate_base_part", "Base rate", "% a year", "={base_rate_now}", "rate"),
        scalar(
            "rate_loss_part",
            "Expected loss of the uncovered part",
            "% a year",
            "=(1-{coverage})*{pd_equivalent}*{lgd}",
            "rate",
        ),
        scalar(
            "rate_margin_part",
            "Margin on the uncovered part",
            "% a year",
            "=(1-{coverage})*{margin}",
            "rate",
        ),
        scalar(
            "rate_guarantee_part",
            "Guarantee fee and spread on the guaranteed part",
            "% a year",
            "={coverage}*({guaranteed_spread}+{guarantee_fee})",
            "rate",
        ),
        scalar(
            "bank_rate",
            "Bank loan, all in",
            "% a year",
            "=SUM({rate_base_part}:{rate_guarantee_part})",
            "total rate",
        ),
        scalar(
            "term_rate",
            "Whole debt, all in",
            "% a year",
            "=(1-{government_loan_share})*{bank_rate}+{government_loan_share}*{government_loan_rate}",
            "total rate",
        ),
    ]
    return rows
