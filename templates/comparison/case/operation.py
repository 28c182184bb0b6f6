"""The rows of a case sheet from volume to CFADS: four times, once for each view of revenue, and what
remains without the contract.
"""

from __future__ import annotations

from bankable.templates.comparison.case import contract
from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.comparison.case.periods import Periods
from bankable.templates.workbook.rows import Row, band, given
from bankable.udfs.deal.deal import VIEWS

ENDS = {"firm": "firm_end_year", "supported": "supported_end_year", "promised": "contract_end_year"}
IN_FORCE = {  # share of the contract that a view counts
    "firm": "{in_firm}",
    "supported": "{in_supported}",
    "expected": "{alive}*{in_contract}",
    "promised": "{in_contract}",
}


# a cash flow that, past the ramp, stops at the cost of standing idle
IDLED = "=IF({ramped}=1,MAX({running_[which]},-{idle_cost}*{fixed_cost_path}),{running_[which]})"


def resold_rows(time: Periods) -> list[Row]:
    """Share of the volume freed by the end or loss of the contract that the market takes again."""
    rows = []
    for view, end in ENDS.items():
        since = given("MAX(0,MAX(0,{year}-{[end]})-{retool_years})", end=end)
        rows += [
            path(
                "resold_years_[view]",
                "=IF([since]>={refill_years},[since]-{refill_years}/{Timeline!two},"
                "[since]*[since]/{refill_years}/{Timeline!two})",
                since=since,
                view=view,
            ),
            path(
                "resold_[view]",
                (
                    "=IF({[end]}<=0,1,IF({year}<={[end]},{refill_1},"
                    "IF({year}-{[end]}-[whole]>={Timeline!two},1,"
                    "({resold_years_[view]}-{resold_years_[view]<})/MIN([whole],{year}-{[end]}))))"
                ),
                end=end,
                view=view,
                whole=time.flow("1"),
            ),
        ]
    before = f"{{lost_before<{2 * time.a_year - 1}}}" if time.several else "{lost_before<}"
    rows.append(path("lost_two_before", "=" + before))
    rows.append(
        path(
            "resold_expected",
            (
                "={alive}*{resold_promised}*(1-{in_contract})+"
                f"{time.back('lost')}*{{refill_1}}+{time.back('lost', 1)}*{{refill_2}}"
                "+{lost_two_before}"
            ),
        )
    )
    return rows


def view_rows(view: str, time: Periods) -> list[Row]:
    """From volume to CFADS before interest, on one view."""
    secured = view in ("firm", "supported")
    force, volume = IN_FORCE[view], "{secured_volume}" if secured else "{billed_volume}"
    freed = "{resold_expected}"
    if view != "expected":
        freed = given("(1-[force])*{resold_[view]}", force=force, view=view)
    counted = "(1-{merchant_haircut})*" if secured else ""
    price = "{secured_price}" if secured else "{contract_price}"
    settled = "+{settlement}" if view == "expected" else ""

    return [
        band(f"{view.capitalize()} view"),
        path("contracted_volume_[view]", f"={force}*{volume}", view=view),
        path("capacity_revenue_[view]", f"={force}*{{capacity_payment}}", view=view),
        path(
            "market_volume_[view]",
            "=[counted]({market_volume_beside}+[freed]*{volume_refilled})",
            counted=counted,
            freed=freed,
            view=view,
        ),
        path(
            "contracted_revenue_[view]",
            "={contracted_volume_[view]}*[price]+{capacity_revenue_[view]}",
            price=price,
            view=view,
        ),
        path("market_revenue_[view]", "={market_volume_[view]}*{market_price_path}", view=view),
        path(
            "revenue_[view]",
            "={contracted_revenue_[view]}+{market_revenue_[view]}[settled]",
            settled=settled,
            view=view,
        ),
        path(
            "unit_cost_[view]",
            (
                f"={{variable_cost}}*(1+{{input_tariff}})*(1+{{inflation}})^({time.in_year}-1)*MAX(1,"
                "(SUM({contracted_volume_[view]..})+SUM({market_volume_[view]..}))"
                "/{learning_volume})^{learning_exponent}"
            ),
            view=view,
        ),
        path(
            "variable_cost_[view]",
            "=({contracted_volume_[view]}+{market_volume_[view]})*{unit_cost_[view]}",
            view=view,
        ),
        path(
            "running_[view]",
            "={revenue_[view]}-{variable_cost_[view]}-{fixed_cost_path}-{maintenance}",
            view=view,
        ),
        path("standing_[view]", IDLED, view=view, which=view),
        path("open_[view]", "=IF(MAX({standing_[view]>>})>0,1,0)", view=view),
        path("earnings_[view]", "=IF({open_[view]}=1,{standing_[view]},0)", view=view),
        path(
            "working_capital_[view]",
            (
                f"={time.at_yearly_rate('{revenue_[view]}')}*{{open_[view]}}*{{working_capital_days}}/365"
                "*IF({operating_years}>{year},1,0)"
            ),
            view=view,
        ),
        path(
            "cash_before_tax_[view]",
            "={earnings_[view]}-({working_capital_[view]}-IF([first],{opening_working_capital},{working_capital_[view]<}))",
            first=time.first,
            view=view,
        ),
        *tax_rows(view, "unlevered_", "{earnings_[view]}-{depreciation}", time),
        path(
            "unlevered_cfads_[view]", "={cash_before_tax_[view]}-{unlevered_tax_[view]}", view=view
        ),
    ]


def tax_rows(view: str, prefix: str, taxable: str, time: Periods) -> list[Row]:
    """Taxable income, losses carried forward and tax; losses cover up to the limit's share of
    income. `prefix` begins the keys of the tax without interest.
    """
    names = {
        "view": view,
        "prefix": prefix,
        "losses": f"{prefix or 'tax_'}losses",
        "taxable": given(taxable, view=view),
    }
    used = "MIN({[losses]_before_[view]},MAX(0,{[prefix]taxable_[view]})*{loss_limit})"
    return [
        path("[prefix]taxable_[view]", "=[taxable]", **names),
        path("[losses]_before_[view]", f"=IF({time.first},0,{{[losses]_[view]<}})", **names),
        path(
            "[losses]_[view]",
            "={[losses]_before_[view]}+MAX(0,-{[prefix]taxable_[view]})-" + used,
            **names,
        ),
        path(
            "[prefix]tax_[view]",
            "={tax_rate}*(MAX(0,{[prefix]taxable_[view]})-" + used + ")",
            **names,
        ),
    ]


def rows(time: Periods) -> list[Row]:
    """Costs common to all views, then each view to its CFADS before interest, then what remains
    without the contract.
    """
    rows = [
        *resold_rows(time),
        path(
            "settled_share",
            f"={{alive_before}}*{time.chance('{termination}')}"
            f"*{time.at_yearly_rate('{termination_settlement}')}",
        ),
        path("settlement", "={settled_share}*{in_contract}*{contract_bill}"),
        scalar("learning_exponent", "=LN(1-{learning_rate})/LN({Timeline!two})"),
        path(
            "fixed_cost_path",
            f"={time.flow('{fixed_cost}')}*(1+{{inflation}})^({time.in_year}-1)*{{in_operation}}",
        ),
        path(
            "maintenance",
            f"={time.flow('{maintenance_capex}')}*(1+{{inflation}})^({time.in_year}-1)*{{in_operation}}",
        ),
        path("ramped", f"=IF({time.up('{ramp_years}')}<{{year}},1,0)*{{in_operation}}"),
        path(
            "depreciation", f"={time.flow('{tax_base}/{tax_life}')}*IF({{tax_life}}>={{year}},1,0)"
        ),
    ]
    for view in VIEWS:
        rows += view_rows(view, time)
    rows += contract.margin_rows()
    rows.append(
        band(
            "What remains if the contract is lost (before tax, on the bank's count of market sales)"
        )
    )
    for phase, freed in enumerate(("{refill_1}", "{refill_2}", "1"), start=1):
        rows += [
            path(
                "remaining_volume_[phase]",
                "=(1-{merchant_haircut})*({market_volume_beside}+[freed]*{volume_refilled})",
                phase=phase,
                freed=freed,
            ),
            path(
                "running_[phase]",
                "={remaining_volume_[phase]}*({market_price_path}-{unit_cost_promised})"
                "-{fixed_cost_path}-{maintenance}",
                phase=phase,
            ),
            path("remaining_[phase]", IDLED, phase=phase, which=phase),
            path(
                "cash_after_loss_[phase]",
                "=MAX({remaining_[phase]},MIN(0,{remaining_[phase]}+[most]))",
                most=time.flow("{operating_support}"),
                phase=phase,
            ),
        ]
    return rows
