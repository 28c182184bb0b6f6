"""The rows of a case sheet from volume to CFADS: four times, once for each view of revenue, and what
remains without the contract.
"""

from __future__ import annotations

from bankable.templates.comparison.case import contract
from bankable.templates.comparison.case.entered import path, scalar
from bankable.templates.workbook.rows import Row, band
from bankable.udfs.deal.deal import VIEWS

ENDS = {"firm": "firm_end_year", "supported": "supported_end_year", "promised": "contract_end_year"}
IN_FORCE = {"firm": "in_firm", "supported": "in_supported", "promised": "in_contract"}


def idled(running: str) -> str:
    """The formula of a cash flow that, past the ramp, stops at the cost of standing idle."""
    return f"=IF({{ramped}}=1,MAX({running},-{{idle_cost}}*{{fixed_cost_path}}),{running})"


def resold_rows() -> list[Row]:
    """Share of the volume freed by the end or loss of the contract that the market takes again."""
    rows = [
        path(
            f"resold_{view}",
            f"=IF({{{end}}}<=0,1,IF({{year}}-{{{end}}}<=1,{{refill_1}},IF({{year}}-{{{end}}}<={{Timeline!two}},{{refill_2}},1)))",
        )
        for view, end in ENDS.items()
    ]
    rows.append(path("lost_two_before", "={lost_before<}"))
    rows.append(
        path(
            "resold_expected",
            "={alive}*{resold_promised}*(1-{in_contract})+{lost}*{refill_1}+{lost<}*{refill_2}+{lost_two_before}",
        )
    )
    return rows


def view_rows(view: str) -> list[Row]:
    """From volume to CFADS before interest, on one view."""
    secured = view in ("firm", "supported")
    if view == "expected":
        contracted, freed = "={alive}*{in_contract}*{billed_volume}", "{resold_expected}"
    else:
        force = IN_FORCE[view]
        contracted = f"={{{force}}}*{'{secured_volume}' if secured else '{billed_volume}'}"
        freed = f"(1-{{{force}}})*{{resold_{view}}}"
    counted = "(1-{merchant_haircut})*" if secured else ""
    price = "{secured_price}" if secured else "{contract_price}"
    settled = "+{settlement}" if view == "expected" else ""

    def k(key: str, suffix: str = "") -> str:
        return f"{{{key}_{view}{suffix}}}"

    return [
        band(f"{view.capitalize()} view"),
        path(f"contracted_volume_{view}", contracted),
        path(
            f"market_volume_{view}",
            f"={counted}({{market_volume_beside}}+{freed}*{{volume_refilled}})",
        ),
        path(f"contracted_revenue_{view}", f"={k('contracted_volume')}*{price}"),
        path(f"market_revenue_{view}", f"={k('market_volume')}*{{market_price_path}}"),
        path(f"revenue_{view}", f"={k('contracted_revenue')}+{k('market_revenue')}{settled}"),
        path(
            f"unit_cost_{view}",
            "={variable_cost}*(1+{input_tariff})*(1+{inflation})^({year}-1)"
            f"*MAX(1,(SUM({k('contracted_volume', '..')})+SUM({k('market_volume', '..')}))/{{learning_volume}})^{{learning_exponent}}",
        ),
        path(
            f"variable_cost_{view}",
            f"=({k('contracted_volume')}+{k('market_volume')})*{k('unit_cost')}",
        ),
        path(
            f"running_{view}",
            f"={k('revenue')}-{k('variable_cost')}-{{fixed_cost_path}}-{{maintenance}}",
        ),
        path(f"standing_{view}", idled(k("running"))),
        path(f"open_{view}", f"=IF(MAX({k('standing', '>>')})>0,1,0)"),
        path(f"earnings_{view}", f"=IF({k('open')}=1,{k('standing')},0)"),
        path(
            f"working_capital_{view}",
            f"={k('revenue')}*{k('open')}*{{working_capital_days}}/365*IF({{operating_years}}>{{year}},1,0)",
        ),
        path(
            f"cash_before_tax_{view}",
            f"={k('earnings')}-({k('working_capital')}-{k('working_capital', '<')})",
        ),
        *tax_rows(view, "unlevered_", f"{k('earnings')}-{{depreciation}}"),
        path(f"unlevered_cfads_{view}", f"={k('cash_before_tax')}-{k('unlevered_tax')}"),
    ]


def tax_rows(view: str, prefix: str, taxable: str) -> list[Row]:
    """Taxable income, losses carried forward and tax; losses cover up to the limit's share of
    income.
    """
    income = f"taxable_{view}" if not prefix else f"{prefix}taxable_{view}"
    losses = f"{prefix or 'tax_'}losses_{view}"
    before = f"{prefix or 'tax_'}losses_before_{view}"
    used = f"MIN({{{before}}},MAX(0,{{{income}}})*{{loss_limit}})"
    return [
        path(income, f"={taxable}"),
        path(before, f"=IF({{year}}=1,0,{{{losses}<}})"),
        path(losses, f"={{{before}}}+MAX(0,-{{{income}}})-{used}"),
        path(f"{prefix}tax_{view}", f"={{tax_rate}}*(MAX(0,{{{income}}})-{used})"),
    ]


def rows() -> list[Row]:
    """Costs common to all views, then each view to its CFADS before interest, then what remains
    without the contract.
    """
    rows = [
        *resold_rows(),
        path(
            "settlement",
            "={alive_before}*{termination}*{termination_settlement}*{in_contract}*{billed_volume}*{contract_price}",
        ),
        scalar("learning_exponent", "=LN(1-{learning_rate})/LN({Timeline!two})"),
        path("fixed_cost_path", "={fixed_cost}*(1+{inflation})^({year}-1)*{in_operation}"),
        path("maintenance", "={maintenance_capex}*(1+{inflation})^({year}-1)*{in_operation}"),
        path("ramped", "=IF(ROUNDUP({ramp_years},0)<{year},1,0)*{in_operation}"),
        path("depreciation", "={tax_base}/{tax_life}*IF({tax_life}>={year},1,0)"),
    ]
    for view in VIEWS:
        rows += view_rows(view)
    rows += contract.margin_rows()
    rows.append(
        band(
            "What remains if the contract is lost (before tax, on the bank's count of market sales)"
        )
    )
    for phase, freed in enumerate(("{refill_1}", "{refill_2}", "1"), start=1):
        volume = f"(1-{{merchant_haircut}})*({{market_volume_beside}}+{freed}*{{volume_refilled}})"
        rows.append(path(f"remaining_volume_{phase}", f"={volume}"))
        running = f"{{remaining_volume_{phase}}}*({{market_price_path}}-{{unit_cost_promised}})-{{fixed_cost_path}}-{{maintenance}}"
        rows.append(path(f"running_{phase}", f"={running}"))
        rows.append(path(f"remaining_{phase}", idled(f"{{running_{phase}}}")))
    return rows
