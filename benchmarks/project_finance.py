"""Debt sizing, cover and whole deals beside PySAM's Singleowner, the public model of project
finance nearest to ours.

Singleowner is driven as a plain contract: constant output at a fixed escalated price, no taxes, no
reserves, debt sized to a DSCR; it then gives the debt and equity return of a reference case of ours
to the dollar (`same_case`).
"""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from bankable.templates import deal_file
from bankable.templates.portfolio.blocks import cores
from bankable.udfs import DEBT_CAPACITY, DSCR_PATH
from bankable.udfs.deal import measures, settle
from bankable.udfs.deal.chain.solved import RESTS_ON
from benchmarks.measuring import Row, against, in_turns, once, seconds

CASE = "O-EQUITY_IRR-02"
NOT_USED = (
    *(
        "cost_debt_closing",
        "cost_debt_fee",
        "cost_other_financing",
        "dscr_reserve_months",
        "months_working_reserve",
        "insurance_rate",
    ),
    *(
        "property_tax_rate",
        "equip1_reserve_cost",
        "equip2_reserve_cost",
        "equip3_reserve_cost",
        "salvage_percentage",
    ),
    *("construction_financing_cost", "reserves_interest", "inflation_rate"),
)


def reference_case() -> tuple[dict[str, Any], dict[str, Any]]:
    """(inputs, expected results) of the reference case that PySAM gave."""
    path = Path(__file__).resolve().parent.parent / "tests" / "golden" / "golden.json"
    case = next(
        case for case in json.loads(path.read_text(encoding="utf-8"))["cases"] if case["id"] == CASE
    )
    return case["inputs"]["sam_inputs"], case["expected"]


def single_owner(i: dict[str, Any]) -> Any:
    """PySAM's model set to the case; `execute(0)` runs it."""
    import PySAM.Singleowner as Singleowner

    model = Singleowner.default("CustomGenerationProfileSingleOwner")
    finance, output, costs, power = (
        model.FinancialParameters,
        model.SystemOutput,
        model.SystemCosts,
        i["cap_kw"] * i["cf"],
    )
    output.gen = [power] * 8760
    output.system_pre_curtailment_kwac = [power] * 8760
    output.annual_energy_pre_curtailment_ac = power * 8760
    output.degradation = [i["degr"] * 100]
    model.Lifetime.system_use_lifetime_output = 0
    finance.system_capacity, finance.analysis_period = i["cap_kw"], i["N"]
    finance.debt_option, finance.dscr, finance.term_tenor, finance.term_int_rate = (
        1,
        i["dscr"],
        i["tenor"],
        i["rate"] * 100,
    )
    finance.federal_tax_rate, finance.state_tax_rate, finance.real_discount_rate = (
        [0],
        [0],
        i["disc"] * 100,
    )
    for name in NOT_USED:
        setattr(finance, name, 0)
    costs.total_installed_cost = i["capex"]
    costs.om_fixed = [i["om_fix"] * (1 + i["om_esc"]) ** k for k in range(i["N"])]
    costs.om_capacity, costs.om_production = [0], [0]
    model.Revenue.ppa_soln_mode, model.Revenue.ppa_price_input, model.Revenue.ppa_escalation = (
        1,
        [i["price"]],
        i["esc"] * 100,
    )
    return model


def sized(i: dict[str, Any]) -> tuple[float, np.ndarray]:
    """(debt, DSCR by year) of the same case by our functions."""
    year = np.arange(i["N"])
    revenue = (
        i["cap_kw"] * i["cf"] * 8760 * (1 - i["degr"]) ** year * i["price"] * (1 + i["esc"]) ** year
    )
    cfads = (revenue - i["om_fix"] * (1 + i["om_esc"]) ** year)[: i["tenor"]]
    debt = float(DEBT_CAPACITY(i["rate"], cfads, i["dscr"], i["tenor"]))
    return debt, DSCR_PATH(cfads, cfads / i["dscr"])


UNSOLVED = [name for name, entry in measures.MEASURES.items() if entry.key not in RESTS_ON]


def variants(count: int, seed: int = 1) -> SimpleNamespace:
    """Chain inputs of variants of the shipped factory: capital cost, price, renewal, gearing and
    base rate at random.
    """
    deal = deal_file.load_shipped()[1].deal
    rng = np.random.default_rng(seed)
    return measures.variants(
        deal,
        {
            "capex": deal.capex * rng.uniform(0.8, 1.2, count),
            "price": deal.price * rng.uniform(0.8, 1.2, count),
            "renewal": rng.uniform(0.6, 1.0, count),
            "gearing": rng.uniform(0.3, 0.7, count),
            "base_rate": rng.uniform(0.03, 0.06, count),
        },
    )


def calculate(count: int, seed: int) -> float:
    """All measures of `count` variants; the time of the calculation alone, in whichever process."""
    x = variants(count, seed)
    return once(lambda: measures.evaluate(x, UNSOLVED))


def rows(quick: bool) -> Iterator[Row]:
    """Sizing of one case, and whole deals a second on one core and on all."""
    try:
        inputs, expected = reference_case()
        model = single_owner(inputs)
    except ImportError:
        return
    model.execute(0)
    debt, _ = sized(inputs)
    assert abs(model.Outputs.size_of_debt / expected["debt"] - 1) < 1e-6
    assert abs(debt / model.Outputs.size_of_debt - 1) < 1e-6, (debt, model.Outputs.size_of_debt)
    runs = 2 if quick else 5
    ours, theirs = in_turns(lambda: sized(inputs), lambda: model.execute(0), runs, 20)
    yield against(
        "Debt sized to a DSCR, and its DSCR by year",
        ours,
        "PySAM Singleowner",
        theirs,
        10,
        "same debt to a millionth",
    )
    count = 2048 if quick else 10_240
    x = variants(count)
    ours = seconds(lambda: measures.evaluate(x, UNSOLVED), runs) / count
    theirs = min(theirs, seconds(lambda: model.execute(0), runs, 20))
    solved = variants(128 if quick else 512, 2)
    each = len(solved.gearing)
    for what, wanted, note in (
        ("A deal at its clearing rate (one core)", ["clearing_rate"], "the passes of the price"),
        ("A deal sized to every test (one core)", ["permitted_debt"], "some 220 loans tried"),
    ):
        took = seconds(lambda keys=wanted: settle.run(solved, keys), runs) / each  # type: ignore[misc]
        yield against(what, took, "a PySAM Singleowner run", theirs, 10, note)
    yield against(
        "A whole deal, all measures but the solved (one core)",
        ours,
        "a PySAM Singleowner run",
        theirs,
        150,
        f"{1 / ours:,.0f} deals a second; {1 / theirs:,.0f} runs a second",
    )
    if cores() > 1:
        with concurrent.futures.ProcessPoolExecutor(
            cores(), mp_context=multiprocessing.get_context("spawn")
        ) as pool:
            list(pool.map(calculate, [64] * cores(), range(cores())))
            together = min(
                max(pool.map(calculate, [count] * cores(), range(cores()))) for _ in range(runs)
            ) / (count * cores())
        yield against(
            f"A whole deal, all measures ({cores()} processes)",
            together,
            "a PySAM Singleowner run on one core",
            theirs,
            200,
            f"{1 / together:,.0f} deals a second",
        )


__all__ = ["calculate", "rows"]
