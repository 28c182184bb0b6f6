"""Maps a reference case of golden.json to our functions: its inputs to our arguments, our results to its expected keys.

`evaluate(case)` dispatches on the case's function name alone and never looks at its id. An infeasible
answer (`#N/A`) is the reference file's null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import udfs
from udfs.cells import CellError

ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def adapts(name: str) -> Callable[..., Any]:
    """Enter the adapter of one function."""

    def enter(adapter: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        ADAPTERS[name] = adapter
        return adapter

    return enter


def evaluate(case: dict[str, Any]) -> dict[str, Any]:
    """The figures that our functions give for the inputs of one reference case."""
    return ADAPTERS[case["function"]](case["inputs"])


def none_if_no_answer(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The function's result, or None where it answers #N/A."""
    try:
        return function(*args, **kwargs)
    except CellError as error:
        if error.code == "#N/A":
            return None
        raise


# Offtake, construction, time, customers, simulation ----------------------------------------------


@adapts("SURVIVAL")
def _survival(given):
    if "cumulative_pd" in given:
        cumulative = given["cumulative_pd"]
        marginal, conditional = udfs.CONDITIONAL_PD(cumulative).T
        average = udfs.HAZARD_FROM_PD(cumulative[-1]) / len(cumulative)
        return {"marginal": list(marginal), "conditional": list(conditional), "avg_hazard": average}
    path = udfs.SURVIVAL(**given)
    return {"path": list(path), "expected_life_years": path.sum()}


@adapts("HAZARD_FROM_PD")
def _hazard_from_pd(given):
    hazard = udfs.HAZARD_FROM_PD(given["pd"])
    return {"hazard": hazard, "survival": udfs.SURVIVAL(given["years"], hazard)[-1]}


@adapts("OFFTAKE_NPV")
def _offtake_npv(given):
    npv = udfs.OFFTAKE_NPV(**given)
    firm = udfs.OFFTAKE_NPV(**{**given, "hazard": 0, "renewal": 1, "firm_years": None})
    revenue = udfs.OFFTAKE_REVENUE(*(given[name] for name in ("years", "price", "volume")), given.get("escalator", 0))
    return {
        "npv": npv,
        "first_year": revenue[0],
        "last_year": revenue[-1],
        "loss_vs_riskless": firm - npv,
        "share_of_firm_contract": npv / firm,
    }


@adapts("TERMINATION_PV")
def _termination_pv(given):
    return {"pv": udfs.TERMINATION_PV(**given)}


@adapts("OFFTAKE_REVENUE")
def _offtake_revenue(given):
    terms = {
        "years": len(given.get("market_price", given.get("demand"))),
        "price": given.get("price", 0),
        "volume": given.get("volume", given.get("contract_volume")),
        "price_floor": given.get("floor"),
        "price_cap": given.get("cap"),
        **{name: given[name] for name in ("take_or_pay", "demand", "max_volume", "market_price") if name in given},
    }
    return {"revenue": list(udfs.OFFTAKE_REVENUE(**terms)), "realised_price": list(udfs.OFFTAKE_REVENUE(**{**terms, "volume": 1}))}


@adapts("COLLAR_EXPECTED")
def _collar_expected(given):
    if "mean" in given:
        rows = udfs.COLLAR_EXPECTED(given["mean"], given["floor"], given["cap"], given["sd"], 1, "normal")
        return {"expected_volume": rows[0][0]}
    return dict(zip(("expected_price", "floor_value", "cap_cost"), udfs.COLLAR_EXPECTED(**given)[0], strict=True))


@adapts("RISKY_ANNUITY")
def _risky_annuity(given):
    return udfs.RISKY_ANNUITY(given["rf_continuous"], given["hazard"], given["recovery"], given["years"])._asdict()


@adapts("IDC")
def _idc(given):
    terms = {"rate": given["period_rate"], "gearing": given["gearing"], "timing": given["timing"], "periods_per_year": 1}
    if "capex_total" in given:
        fast, slow = (
            udfs.IDC(capex=[given["capex_total"] / months] * months, **terms).idc for months in (given["months_fast"], given["months_slow"])
        )
        return {"idc_fast": fast, "idc_slow": slow, "extra": slow - fast}
    return udfs.IDC(capex=given["capex"], upfront_fee=given["upfront_fee"], commitment_fee=given["commitment_fee"], **terms)._asdict()


@adapts("BOOK_DISTRIBUTION")
def _book_distribution(given):
    if "renewals" in given:
        return _unequal_book(given["renewals"], given["revenues"], given["correlation"], given["threshold"])
    n, renewal = given["n"], given["renewal"]
    if "correlation" not in given:
        independent, together = (udfs.BOOK_DISTRIBUTION(n, renewal, correlation)[:, 1] for correlation in (0, 1))
        return {"pmf_rho0": list(independent), "prob_all_rho1": together[-1], "prob_none_rho1": together[0]}
    if "breakeven_share" in given:
        share = given["breakeven_share"]
        enough = udfs.BOOK_DISTRIBUTION(n, renewal, given["correlation"], share * n)
        single = udfs.BOOK_DISTRIBUTION(1, renewal, given["correlation"], share)
        return {"prob_single": single[0][3], "prob_diversified": enough[0][3], "customers_needed": enough[0][0]}
    book = udfs.BOOK_SUMMARY(n, renewal, given["correlation"], given["threshold"])
    return {
        "pmf": list(udfs.BOOK_DISTRIBUTION(n, renewal, given["correlation"])[:, 1]),
        "mean": book.expected,
        "prob_at_least_threshold": book.prob_at_least,
        "p10": book.low_case,
        "prob_zero": book.prob_none,
    }


def _unequal_book(renewals, revenues, correlation, threshold):
    """The reference lists every state; weights of 1, 2, 4 ... keep apart the states whose revenue is the same."""
    n = len(renewals)
    book = udfs.BOOK_SUMMARY(n, renewals, correlation, threshold, revenues)
    coded = udfs.BOOK_DISTRIBUTION(n, renewals, correlation, weights=[2**i for i in range(n)])
    states = [[sum(revenue for i, revenue in enumerate(revenues) if int(code) >> i & 1), chance] for code, chance in coded[:, :2]]
    return {
        "states": sorted(states),
        "expected_revenue": book.expected,
        "prob_at_least_threshold": book.prob_at_least,
        "sd_revenue": book.sd,
    }


@adapts("VASICEK_QUANTILE")
def _vasicek_quantile(given):
    pairs = zip(given["pd"], given["correlation"], strict=True)
    return {"wcdr": [udfs.VASICEK_QUANTILE(pd, correlation, given["confidence"]) for pd, correlation in pairs]}


@adapts("DSCR_FAN")
def _dscr_fan(given):
    years = given["years"]
    _, *rows, last = udfs.DSCR_FAN([given["mean_dscr"]] * years, [1] * years, given["vol"], given["persistence"], 400_000)
    names = ("t", "p10", "p50", "p90")
    points = [dict(zip(names, row, strict=False)) for row in rows if row[0] in (1, 3, 5, 10)]
    return {
        **points[0],
        "points": points,
        "prob_each_year": rows[0][4],
        "prob_below_1_each_year": rows[0][4],
        "prob_any_year": last[4],
        "prob_below_1_any_year": last[4],
        "standard_errors": {"prob_any_year": last[5], "prob_below_1_any_year": last[5]},
    }


@adapts("COST_OF_DELAY")
def _cost_of_delay(given):
    months, mode = given["delay_months"], given.get("mode", "shift")
    monthly = given.get("mw", 0) * 1000 * given.get("rent_per_kw_month", 0)
    cost, lost_value, net_holding = udfs.COST_OF_DELAY(
        given["rate"],
        given.get("build_months", 0),
        given.get("annual_cfads", 12 * monthly),
        given.get("years", 15),
        months,
        given.get("holding_cost_month", 0),
        given.get("liquidated_damages_month", 0),
        mode,
    )
    return {"cost": cost, "time_value": lost_value, "lost_revenue": lost_value, "net_holding": net_holding, "monthly_revenue": monthly}


# Debt, returns, break-even -----------------------------------------------------------------------


# Credit support, subsidy, incentives -------------------------------------------------------------
