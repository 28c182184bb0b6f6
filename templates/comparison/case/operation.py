"""The rows of a case sheet that stand four times, once for each view of revenue."""

from __future__ import annotations

from bankable.templates.comparison.case import contract
from bankable.templates.workbook.rows import Row, band, path, scalar
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
            f"Replaced after the contract's end, {view}",
            "share",
            f"=IF({{{end}}}<=0,1,IF({{year}}-{{{end}}}<=1,{{refill_1}},IF({{year}}-{{{end}}}<={{Timeline!two}},{{refill_2}},1)))",
            "share",
        )
        for view, end in ENDS.items()
    ]
    rows.append(
        path(
            "lost_two_before",
            "Probability that it was lost two years ago or earlier",
            "share",
            "={lost_before<}",
            "share",
        )
    )
    rows.append(
        path(
            "resold_expected",
            "Replaced after loss or end, expected",
            "share",
            "={alive}*{resold_promised}*(1-{in_contract})+{lost}*{refill_1}+{lost<}*{refill_2}+{lost_two_before}",
            "share",
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
        path(
            f"contracted_volume_{view}",
            f"Contracted volume, {view}",
            "volume",
            contracted,
            "number",
            "sum",
        ),
        path(
            f"market_volume_{view}",
            f"Market volume, {view}",
            "volume",
            f"={counted}({{market_volume_beside}}+{freed}*{{volume_refilled}})",
            "number",
            "sum",
        ),
        path(
            f"contracted_revenue_{view}",
            f"Contracted revenue, {view}",
            "$m",
            f"={k('contracted_volume')}*{price}",
            "number",
            "sum",
        ),
        path(
            f"market_revenue_{view}",
            f"Market revenue, {view}",
            "$m",
            f"={k('market_volume')}*{{market_price_path}}",
            "number",
            "sum",
        ),
        path(
            f"revenue_{view}",
            f"Revenue, {view}",
            "$m",
            f"={k('contracted_revenue')}+{k('market_revenue')}{settled}",
            "total number",
            "sum",
        ),
        path(
            f"unit_cost_{view}",
            f"Variable cost of a unit, {view}",
            "$m a unit",
            "={variable_cost}*(1+{input_tariff})*(1+{inflation})^({year}-1)"
            f"*MAX(1,(SUM({k('contracted_volume', '..')})+SUM({k('market_volume', '..')}))/{{learning_volume}})^{{learning_exponent}}",
            "price",
        ),
        path(
            f"variable_cost_{view}",
            f"Variable cost, {view}",
            "$m",
            f"=({k('contracted_volume')}+{k('market_volume')})*{k('unit_cost')}",
            "number",
            "sum",
        ),
        path(
            f"running_{view}",
            f"Cash flow if it runs, {view}",
            "$m",
            f"={k('revenue')}-{k('variable_cost')}-{{fixed_cost_path}}-{{maintenance}}",
            "number",
            "sum",
        ),
        path(
            f"standing_{view}",
            f"The same, or the cost of standing idle, {view}",
            "$m",
            idled(k("running")),
            "number",
            "sum",
        ),
        path(
            f"open_{view}",
            f"Open: this year or a later one earns its costs, {view}",
            "flag",
            f"=IF(MAX({k('standing', '>>')})>0,1,0)",
            "flag",
            "sum",
        ),
        path(
            f"earnings_{view}",
            f"Operating cash earnings after maintenance capital, before interest and tax, {view}",
            "$m",
            f"=IF({k('open')}=1,{k('standing')},0)",
            "total number",
            "sum",
        ),
        path(
            f"working_capital_{view}",
            f"Working capital, {view}",
            "$m",
            f"={k('revenue')}*{k('open')}*{{working_capital_days}}/365*IF({{operating_years}}>{{year}},1,0)",
        ),
        path(
            f"cash_before_tax_{view}",
            f"Cash flow before tax, {view}",
            "$m",
            f"={k('earnings')}-({k('working_capital')}-{k('working_capital', '<')})",
            "number",
            "sum",
        ),
        *tax_rows(view, "unlevered_", f"{k('earnings')}-{{depreciation}}", "without interest"),
        path(
            f"unlevered_cfads_{view}",
            f"CFADS with tax as if without debt, {view}",
            "$m",
            f"={k('cash_before_tax')}-{k('unlevered_tax')}",
            "total number",
            "sum",
        ),
    ]


def tax_rows(view: str, prefix: str, taxable: str, words: str) -> list[Row]:
    """Taxable income, losses carried forward and tax; losses cover up to the limit's share of
    income.
    """
    income = f"taxable_{view}" if not prefix else f"{prefix}taxable_{view}"
    losses = f"{prefix or 'tax_'}losses_{view}"
    before = f"{prefix or 'tax_'}losses_before_{view}"
    used = f"MIN({{{before}}},MAX(0,{{{income}}})*{{loss_limit}})"
    return [
        path(income, f"Taxable income {words}, {view}", "$m", f"={taxable}"),
        path(
            before,
            f"Losses brought forward {words}, {view}",
            "$m",
            f"=IF({{year}}=1,0,{{{losses}<}})",
        ),
        path(
            losses,
            f"Losses carried forward {words}, {view}",
            "$m",
            f"={{{before}}}+MAX(0,-{{{income}}})-{used}",
        ),
        path(
            f"{prefix}tax_{view}",
            f"Tax {words}, {view}",
            "$m",
            f"={{tax_rate}}*(MAX(0,{{{income}}})-{used})",
            "number",
            "sum",
        ),
    ]


def rows() -> list[Row]:
    """Costs common to all views, then each view to its CFADS before interest, then what remains
    without the contract.
    """
    rows = [
        *resold_rows(),
        path(
            "settlement",
            "Settlement on termination for convenience",
            "$m",
            "={alive_before}*{termination}*{termination_settlement}*{in_contract}*{billed_volume}*{contract_price}",
            "number",
            "sum",
        ),
        scalar(
            "learning_exponent",
            "Exponent of the learning curve",
            "factor",
            "=LN(1-{learning_rate})/LN({Timeline!two})",
            "factor",
        ),
        path(
            "fixed_cost_path",
            "Fixed cost",
            "$m",
            "={fixed_cost}*(1+{inflation})^({year}-1)*{in_operation}",
            "number",
            "sum",
        ),
        path(
            "maintenance",
            "Maintenance capital",
            "$m",
            "={maintenance_capex}*(1+{inflation})^({year}-1)*{in_operation}",
            "number",
            "sum",
        ),
        path(
            "ramped",
            "Past the ramp",
            "flag",
            "=IF(ROUNDUP({ramp_years},0)<{year},1,0)*{in_operation}",
            "flag",
        ),
        path(
            "depreciation",
            "Tax depreciation",
            "$m",
            "={tax_base}/{tax_life}*IF({tax_life}>={year},1,0)",
            "number",
            "sum",
        ),
    ]
    for view in VIEWS:
        rows += view_rows(view)
    rows += contract.margin_rows()
    rows.append(
        band(
            "What remains if the contract is lost (before tax, on the bank's count of market sales)"
        )
    )
    for phase, (freed, words) in enumerate(
        (
            ("{refill_1}", "lost in this year"),
            ("{refill_2}", "lost a year before"),
            ("1", "lost earlier"),
        ),
        start=1,
    ):
        volume = f"(1-{{merchant_haircut}})*({{market_volume_beside}}+{freed}*{{volume_refilled}})"
        rows.append(
            path(
                f"remaining_volume_{phase}",
                f"Volume sold, contract {words}",
                "volume",
                f"={volume}",
            )
        )
        running = f"{{remaining_volume_{phase}}}*({{market_price_path}}-{{unit_cost_promised}})-{{fixed_cost_path}}-{{maintenance}}"
        rows.append(path(f"running_{phase}", f"Cash flow if it runs, {words}", "$m", f"={running}"))
        rows.append(
            path(
                f"remaining_{phase}",
                f"Cash flow, contract {words}",
                "$m",
                idled(f"{{running_{phase}}}"),
            )
        )
    return rows
