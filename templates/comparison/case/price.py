"""The rows of a case sheet on whether the rate pays for the loss, and one pass of the rate that does."""

from __future__ import annotations

from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, note

UNSETTLED = "not settled: recalculate with Bankable"


def rows(time: Periods) -> list[Row]:
    """What the bank must receive and is expected to, and what the price leaves uncovered."""
    grown = f"(1+{time.rate('{required_return}')})"
    a_period = time.one(
        "(1+{required_return})", f"{grown}^({{payments_per_year}}/{{Timeline!periods}})"
    )
    bearing = time.one("{price_base}", "{price_bearing}")
    least = time.one("{price_base}*(1-{fee_paid})", "({price_base}-{price_bearing}*{fee_paid})")
    performing = time.one(
        "{price_base}*(1+{bank_rate}-{fee_paid})",
        "{price_base}+{price_bearing}*({bank_rate}-{fee_paid})",
    )
    return [
        note(
            "The least rate at which the bank's expected receipts are worth its loan at the return it"
            " requires is found by taking the pass below again and again."
        ),
        scalar(
            "required_return",
            "={base_rate_now}+(1-{coverage})*{margin}+{coverage}*{guaranteed_spread}",
        ),
        scalar("fee_paid", "={coverage}*{guarantee_fee}"),
        path("price_discount", f"={grown}^-{time.payments('{year}')}"),
        path("required_by_year", "={exposed_before}*{opening}*" + a_period),
        path(
            "received_in_default",
            ("={claims}-(1-{coverage})*{claims_lost}+{termination_paid}"),
        ),
        path("performing_balance", "={exposed}*{opening}"),
        scalar(
            "price_needs",
            "=SUMPRODUCT({required_by_year:}-{received_in_default:},{price_discount:})",
        ),
        scalar("price_base", "=SUMPRODUCT({performing_balance:},{price_discount:})"),
        *(
            [
                scalar(
                    "price_bearing",
                    "=SUMPRODUCT({performing_balance:},{pays:},{price_discount:})"
                    "/{payments_per_year}",
                )
            ]
            if time.several
            else []
        ),
        scalar(
            "price_covered",
            (
                "=SUMPRODUCT({coverage}*{covers_interest}*{claims:}+{termination_paid:},"
                "{price_discount:})" + time.one("", "/{payments_per_year}")
            ),
        ),
        scalar(
            "price_pass",
            (
                f"=IF({bearing}+{{price_covered}}>0,({{price_needs}}-{least})"
                f'/({bearing}+{{price_covered}}),"n/a")'
            ),
        ),
        scalar(
            "price_excess",
            (
                f"=IF({{bank_loan}}>0,({performing}"
                "+{price_covered}*{bank_rate}-{price_needs})/{debt},"
                '"n/a")'
            ),
        ),
        scalar(
            "price_words",
            (
                '=IF({is_settled}=0,"[unsettled]",IF({debt}<=0,"n/a",IF(ISNUMBER({clearing_rate}),'
                '"a rate clears","no rate clears")))'
            ),
            unsettled=UNSETTLED,
        ),
        scalar(
            "uncovered_by_price",
            '=IF(ISNUMBER({price_excess}),MAX(0,-{price_excess})*{bank_loan},"n/a")',
        ),
    ]
