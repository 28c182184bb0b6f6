"""The blocks that Deals holds beside the cases: the case studied, on the frontier's terms, under a package,
and with an incumbent's costs.
"""

from __future__ import annotations

from collections.abc import Callable

from bankable.templates.comparison.sheets.support_packages import (
    BAND,
    FIXED,
    WORTH_AT_PRICE,
    WORTH_IN_BAND,
    package_inputs,
)
from bankable.templates.workbook.rows import given

# the tools' inputs when none is used, for the case as the frontier takes it
OFF = {
    "public_offtake_years": "0",
    "coverage": "0",
    "government_loan_share": "0",
    "grant": "0",
    "grant_clawback": "0",
    "tariff": "0",
    "public_equity": "0",
}
# how the frontier's case is bound: the terms of an offtake and of a guarantee, no tool in use;
# [form] is its price basis
BOUND = {
    "price_basis": "[form]",
    "price_floor": "{Support!t_floor}*{Deals!studied_price}",
    "price_cap": "{Support!t_cap}*{Deals!studied_price}",
    "buyer_value": f"IF([form]={BAND},{WORTH_IN_BAND},{WORTH_AT_PRICE})",
    "upside_share": "{Support!t_upside}",
    "band_escalator": "{Support!t_escalator}",
    "statutory_backing": "{Support!t_backing}",
    "termination": "MIN({Support!t_termination},{Deals!studied_termination})",
    "cancellation_ceiling": "{Support!t_ceiling}*{Deals!studied_capex}",
    "guarantee_fee": "{Support!t_fee}",
    "guaranteed_spread": "{Support!t_spread}",
    "government_loan_rate": "{Support!t_loan_rate}",
    "lender_view": "{Lists!list_lender_view#2}",
}


def extra_blocks(n: int) -> list[tuple[str, str, Callable[[str], str]]]:
    """The blocks that Deals holds beside the cases: the one studied, the same on the frontier's
    terms, and with an incumbent's costs.
    """

    def studied(key: str) -> str:
        return (
            "=CHOOSE({Support!studied},"
            + ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1))
            + ")"
        )

    def reference(key: str) -> str:
        cases = ",".join(f"{{case_{i}_{key}}}" for i in range(1, n + 1))
        return f"=CHOOSE({{Support!reference}},{cases})"

    def bound(key: str, form: str, **own: str) -> str:
        formula = own.get(key) or OFF.get(key) or BOUND.get(key) or f"{{studied_{key}}}"
        return "=" + given(formula, form=form)

    def unsupported(key: str) -> str:
        return bound(key, "{Support!t_form}")

    def promised(key: str) -> str:
        return bound(key, "{Support!t_form}", public_offtake_years="{Support!t_years}")

    def other_form(key: str) -> str:
        return bound(key, f"IF({{Support!t_form}}={BAND},{FIXED},{BAND})")

    def answer(key: str) -> str:
        found = {
            "public_offtake_years": "{Frontier!answer_years}",
            "coverage": "{Frontier!answer_coverage}",
        }
        return bound(key, "{Support!t_form}", **found)

    def incumbent(key: str) -> str:
        factor = "*{Support!t_incumbent}" if key in ("variable_cost", "fixed_cost") else ""
        return f"={{studied_{key}}}{factor}"

    set_by_package = {row.key.removeprefix("p_") for row in package_inputs()}

    def programme(key: str) -> str:
        if key in set_by_package:
            return f"=INDEX({{Support!p_{key}:}},1,{{Programme!package}})"
        return f"={{studied_{key}}}"

    return [
        ("studied", "Case studied", studied),
        ("reference", "Case held against", reference),
        ("unsupported", "Studied, on the frontier's terms", unsupported),
        ("promised", "The same with the offtake of Support", promised),
        ("other_form", "The same in the other form of price", other_form),
        ("answer", "The frontier's answer", answer),
        ("programme", "Studied, under the package of Programme", programme),
        ("incumbent", "Studied, with an incumbent's costs", incumbent),
    ]
