"""What each package of Support sets in the deal: one formula an input, from the flags and the terms."""

from __future__ import annotations

from bankable.templates.workbook.rows import Row, given, path

# the goods' worth in money stays what it is when a band replaces a fixed price, or the other way
# round: it is told over the market price in a band, over the contract price where that is fixed
FIXED, BAND = "{Lists!list_price_basis#1}", "{Lists!list_price_basis#2}"
# (with the capacity price: the price of a unit where all capacity is called)
_OVER = "{Deals!studied_buyer_value}*[held]/MAX([over],{Timeline!tolerance})"
_MARKET = "{Deals!studied_market_price}"
_CONTRACT = "({Deals!studied_price}+{Deals!studied_capacity_price})"
_AT_MARKET = given(_OVER, held=_CONTRACT, over=_MARKET)
_AT_CONTRACT = given(_OVER, held=_MARKET, over=_CONTRACT)
WORTH_IN_BAND = (
    f"IF({{Deals!studied_price_basis}}={FIXED},{_AT_MARKET},{{Deals!studied_buyer_value}})"
)
WORTH_AT_PRICE = (
    f"IF({{Deals!studied_price_basis}}={FIXED},{{Deals!studied_buyer_value}},{_AT_CONTRACT})"
)


def package_inputs() -> list[Row]:
    """What each package sets in the deal: one formula a row, from the flags and the terms."""

    def own(key: str) -> str:
        return f"{{Deals!studied_{key}}}"

    price = own("price")
    band, both = "{use_band}=1", "{use_band}+{use_floor}>0"
    offtake_fixed = "AND({use_offtake}=1,{use_band}+{use_floor}=0)"
    rows = (
        (
            "public_offtake_years",
            "Public offtake",
            "years",
            "=IF({use_offtake}=1,{t_years},0)",
            "count",
        ),
        (
            "price_basis",
            "Price basis",
            "choice",
            f"=IF({both},{BAND},IF({offtake_fixed},{FIXED},{own('price_basis')}))",
            "centre wrap",
        ),
        (
            "price_floor",
            "Price floor",
            "$m a unit",
            f"=IF({both},{{t_floor}}*{price},{own('price_floor')})",
            "price",
        ),
        (
            "price_cap",
            "Price cap (0: none)",
            "$m a unit",
            f"=IF({band},{{t_cap}}*{price},IF({{use_floor}}=1,0,{own('price_cap')}))",
            "price",
        ),
        (
            "upside_share",
            "Seller's share above the cap",
            "%",
            f"=IF({band},{{t_upside}},{own('upside_share')})",
            "share",
        ),
        (
            "band_escalator",
            "Escalator of the band",
            "% a year",
            f"=IF({both},{{t_escalator}},{own('band_escalator')})",
            "rate",
        ),
        (
            "statutory_backing",
            "Backing",
            "choice",
            f"=IF({{use_offtake}}=1,{{t_backing}},{own('statutory_backing')})",
            "centre wrap",
        ),
        (
            "lender_view",
            "Lender's view",
            "choice",
            f"=IF({{use_offtake}}=1,{{Lists!list_lender_view#2}},{own('lender_view')})",
            "centre wrap",
        ),
        (
            "termination",
            "Termination for convenience",
            "% a year",
            f"=IF({{use_offtake}}=1,MIN({{t_termination}},{own('termination')}),{own('termination')})",
            "rate",
        ),
        (
            "cancellation_ceiling",
            "Cancellation ceiling",
            "$m",
            f"={{use_offtake}}*{{t_ceiling}}*{own('capex')}",
            "number",
        ),
        (
            "buyer_value",
            "Value of the goods to the buyer",
            "x price",
            f"=IF({both},{WORTH_IN_BAND},IF({offtake_fixed},{WORTH_AT_PRICE},{own('buyer_value')}))",
            "multiple",
        ),
        (
            "coverage",
            "Guarantee coverage",
            "%",
            "={use_guarantee}*{t_coverage}+{use_export}*{t_export_share}*{t_export_cover}",
            "share",
        ),
        ("guarantee_fee", "Guarantee fee", "% a year", "={t_fee}", "rate"),
        ("guaranteed_spread", "Spread on the guaranteed part", "% a year", "={t_spread}", "rate"),
        ("government_loan_share", "Government loan", "%", "={use_loan}*{t_loan}", "share"),
        ("government_loan_rate", "Its rate", "% a year", "={t_loan_rate}", "rate"),
        ("tariff", "Tariff", "%", "={use_tariff}*{t_tariff}", "share"),
        ("grant", "Grant", "$m", f"={{use_grant}}*{{t_grant}}*{own('capex')}", "number"),
        ("grant_clawback", "Clawback", "%", "={use_clawback}*{t_clawback}", "share"),
        (
            "public_equity",
            "Government's share of the equity",
            "%",
            "={use_equity}*{t_equity}",
            "share",
        ),
    )
    return [
        path(f"p_{key}", label, unit, formula, style) for key, label, unit, formula, style in rows
    ]
