"""The rows of a case sheet on the loan's rate: default probability, recovery, the all-in rate."""

from __future__ import annotations

from bankable.templates.comparison.case.default import does_not_reach, pools_after_loss
from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, note


def rows(time: Periods) -> list[Row]:
    """Default probability, recovery and the all-in rate."""
    rate = time.rate("{base_rate_now}")
    level = f"{rate},{time.payments('({tenor}-{grace_years})')}"
    grown = f"IF({{grace_capitalised}}=1,(1+{rate})^{time.payments('{grace_years}')},1)"
    before = f"IF({time.first},1,{{planned_alive<}})"
    return [
        path("in_loan", "=IF({tenor}>={year},1,0)"),
        path("repaying", "={in_loan}*IF({grace_years}<{year},1,0)"),
        band("Default probability"),
        note(
            "The quote rests on the plan: a year's default is the borrower's own, or a lost contract after"
            " which cash and a full reserve do not pay debt service at the base rate."
        ),
        scalar("base_payment", f"=-PMT({level},{{debt}}*{grown},-{{balloon}}*{{debt}})"),
        path(
            "base_service",
            f"={{in_loan}}{time.pays}*"
            f"IF({{repaying}}=1,{{base_payment}},{{debt}}*{rate}*(1-{{grace_capitalised}}))",
        ),
        path("base_reserve", "={dsra_months}/12*" + time.ahead("base_service")),
        *pools_after_loss(time, "base_", "{base_service}", "{base_reserve>}", "{in_loan}"),
        path(
            "base_hurts",
            "=IF(MAX({base_service>>})>{Timeline!tolerance},1,0)*"
            + does_not_reach("{base_need_1}", "{base_reserve}", "{base_service}"),
        ),
        path(
            "planned_loss",
            (
                f"={before}-{{planned_alive}}+IF(AND({{contract_end_planned}}>0,"
                + time.one(
                    "{year}=ROUNDUP({contract_end_planned},0)+1",
                    "{begun}=" + time.up("{contract_end_planned}"),
                )
                + f"),{before},0)"
            ),
        ),
        path("planned_missed", "={planned_missed<}+{in_loan}*{planned_loss}*{base_hurts}"),
        path(
            "loan_survival",
            "=(1-{pd_base})^MIN({year},{tenor})"
            "*IF(1-{planned_missed}>{Timeline!tolerance},1-{planned_missed},0)",
        ),
        path("loan_survives_before", f"=IF({time.first},1,{{loan_survival<}})"),
        path("pd", "=IF({loan_survives_before}>0,1-{loan_survival}/{loan_survives_before},0)"),
        scalar(
            "pd_equivalent", f"=1-INDEX({{loan_survival:}},1,{time.place('{tenor}')})^(1/{{tenor}})"
        ),
        band("All-in rate"),
        scalar("rate_base_part", "={base_rate_now}"),
        scalar("rate_loss_part", "=(1-{coverage})*{pd_equivalent}*{lgd}"),
        scalar("rate_margin_part", "=(1-{coverage})*{margin}"),
        scalar("rate_guarantee_part", "={coverage}*({guaranteed_spread}+{guarantee_fee})"),
        scalar("quoted_rate", "=SUM({rate_base_part}:{rate_guarantee_part})"),
        scalar(
            "bank_rate",
            "=IF(AND({pricing}=1,ISNUMBER({clearing_rate})),{clearing_rate},{quoted_rate})",
        ),
        scalar(
            "all_in_rate",
            (
                "=(1-{government_loan_share})*{bank_rate}+{government_loan_share}"
                "*{government_loan_rate}"
            ),
        ),
    ]
