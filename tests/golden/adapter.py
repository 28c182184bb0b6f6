"""Maps a reference case of golden.json to our functions: its inputs to our arguments, our results
to its expected keys.

`evaluate(case)` dispatches on the case's function name alone and never looks at its id. An
infeasible answer (`#N/A`) is the reference file's null.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

from bankable import udfs
from bankable.udfs.cells import CellError

ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def adapts(name: str) -> Callable[..., Any]:
    """Enter the adapter of one function."""

    def enter(
        adapter: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
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
    revenue = udfs.OFFTAKE_REVENUE(
        *(given[name] for name in ("years", "price", "volume")), given.get("escalator", 0)
    )
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
        **{
            name: given[name]
            for name in ("take_or_pay", "demand", "max_volume", "market_price")
            if name in given
        },
    }
    return {
        "revenue": list(udfs.OFFTAKE_REVENUE(**terms)),
        "realised_price": list(udfs.OFFTAKE_REVENUE(**{**terms, "volume": 1})),
    }


@adapts("COLLAR_EXPECTED")
def _collar_expected(given):
    if "mean" in given:
        rows = udfs.COLLAR_EXPECTED(
            given["mean"], given["floor"], given["cap"], given["sd"], 1, "normal"
        )
        return {"expected_volume": rows[0][0]}
    return dict(
        zip(
            ("expected_price", "floor_value", "cap_cost"),
            udfs.COLLAR_EXPECTED(**given)[0],
            strict=True,
        )
    )


@adapts("RISKY_ANNUITY")
def _risky_annuity(given):
    return udfs.RISKY_ANNUITY(
        given["rf_continuous"], given["hazard"], given["recovery"], given["years"]
    )._asdict()


@adapts("IDC")
def _idc(given):
    terms = {
        "rate": given["period_rate"],
        "gearing": given["gearing"],
        "timing": given["timing"],
        "periods_per_year": 1,
    }
    if "capex_total" in given:
        fast, slow = (
            udfs.IDC(capex=[given["capex_total"] / months] * months, **terms).idc
            for months in (given["months_fast"], given["months_slow"])
        )
        return {"idc_fast": fast, "idc_slow": slow, "extra": slow - fast}
    return udfs.IDC(
        capex=given["capex"],
        upfront_fee=given["upfront_fee"],
        commitment_fee=given["commitment_fee"],
        **terms,
    )._asdict()


@adapts("BOOK_DISTRIBUTION")
def _book_distribution(given):
    if "renewals" in given:
        return _unequal_book(
            given["renewals"], given["revenues"], given["correlation"], given["threshold"]
        )
    n, renewal = given["n"], given["renewal"]
    if "correlation" not in given:
        independent, together = (
            udfs.BOOK_DISTRIBUTION(n, renewal, correlation)[:, 1] for correlation in (0, 1)
        )
        return {
            "pmf_rho0": list(independent),
            "prob_all_rho1": together[-1],
            "prob_none_rho1": together[0],
        }
    if "breakeven_share" in given:
        share = given["breakeven_share"]
        enough = udfs.BOOK_DISTRIBUTION(n, renewal, given["correlation"], share * n)
        single = udfs.BOOK_DISTRIBUTION(1, renewal, given["correlation"], share)
        return {
            "prob_single": single[0][3],
            "prob_diversified": enough[0][3],
            "customers_needed": enough[0][0],
        }
    book = udfs.BOOK_SUMMARY(n, renewal, given["correlation"], given["threshold"])
    return {
        "pmf": list(udfs.BOOK_DISTRIBUTION(n, renewal, given["correlation"])[:, 1]),
        "mean": book.expected,
        "prob_at_least_threshold": book.prob_at_least,
        "p10": book.low_case,
        "prob_zero": book.prob_none,
    }


def _unequal_book(renewals, revenues, correlation, threshold):
    """The reference lists every state; weights of 1, 2, 4 ... keep apart the states whose revenue
    is the same.
    """
    n = len(renewals)
    book = udfs.BOOK_SUMMARY(n, renewals, correlation, threshold, revenues)
    coded = udfs.BOOK_DISTRIBUTION(n, renewals, correlation, weights=[2**i for i in range(n)])
    states = [
        [sum(revenue for i, revenue in enumerate(revenues) if int(code) >> i & 1), chance]
        for code, chance in coded[:, :2]
    ]
    return {
        "states": sorted(states),
        "expected_revenue": book.expected,
        "prob_at_least_threshold": book.prob_at_least,
        "sd_revenue": book.sd,
    }


@adapts("VASICEK_QUANTILE")
def _vasicek_quantile(given):
    pairs = zip(given["pd"], given["correlation"], strict=True)
    return {
        "wcdr": [
            udfs.VASICEK_QUANTILE(pd, correlation, given["confidence"]) for pd, correlation in pairs
        ]
    }


@adapts("DSCR_FAN")
def _dscr_fan(given):
    years = given["years"]
    _, *rows, last = udfs.DSCR_FAN(
        [given["mean_dscr"]] * years, [1] * years, given["vol"], given["persistence"], 400_000
    )
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
    return {
        "cost": cost,
        "time_value": lost_value,
        "lost_revenue": lost_value,
        "net_holding": net_holding,
        "monthly_revenue": monthly,
    }


# Debt, returns, break-even -----------------------------------------------------------------------


@adapts("PMT_CHECK")
def _pmt_check(given):
    return {
        "pmt": -udfs.LOAN_SCHEDULE(given["pv"], 12 * given["rate"], given["nper"], freq=12)[0, 4]
    }


@adapts("NPV_CHECK")
def _npv_check(given):
    return {
        "excel_npv": udfs.PROJECT_NPV(given["rate"], [0, *given["values"]]),
        "npv_t0": udfs.PROJECT_NPV(given["rate"], given["values"]),
    }


@adapts("PROJECT_IRR")
def _project_irr(given):
    flows = given["cashflows"]
    dates = (
        [(dt.date.fromisoformat(day) - dt.date(1899, 12, 30)).days for day in given["dates"]]
        if "dates" in given
        else None
    )
    irr = udfs.PROJECT_IRR(flows, 0.1, dates)
    return {
        "irr": irr,
        "xirr": irr,
        "roots": list(udfs.IRR_ROOTS(flows, dates)),
        "xnpv": udfs.PROJECT_NPV(given.get("rate_for_xnpv", 0), flows, dates),
        "npv_t0": udfs.PROJECT_NPV(given.get("rate", 0), flows),
        "npv_at_0": udfs.PROJECT_NPV(0, flows),
        "npv_at_15pct": udfs.PROJECT_NPV(0.15, flows),
    }


@adapts("PAYBACK")
def _payback(given):
    flows = given["cashflows"]
    return {
        "payback_years": udfs.PAYBACK(flows),
        "discounted_payback_years": udfs.PAYBACK(flows, given["rate"]),
    }


@adapts("EQUITY_IRR")
def _equity_irr(given):
    capex, tenor, rate = given["capex"], given["tenor"], given["debt_rate"]
    cfads = given.get("cfads", given.get("operating_cash_flow_all_years"))
    if "debt" in given:
        debt = given["debt"]
        service = udfs.LOAN_SCHEDULE(debt, rate, tenor)[:, 4]
    else:
        debt = udfs.DEBT_CAPACITY(rate, cfads, given["target_dscr"], tenor)
        service = udfs.DEBT_SCULPT(rate, cfads, given["target_dscr"], tenor)[:, 1]
    equity = [
        -(capex - debt),
        *(flow - (service[t] if t < tenor else 0) for t, flow in enumerate(cfads)),
    ]
    return {
        "project_irr": udfs.PROJECT_IRR([-capex, *cfads]),
        "equity_irr": udfs.EQUITY_IRR(capex, debt, cfads, service),
        "debt": debt,
        "equity": -equity[0],
        "equity_cashflows": equity,
        "equity_npv": udfs.PROJECT_NPV(given.get("discount_rate", 0), equity),
        "debt_fraction_pct": 100 * debt / capex,
        "debt_service": service[0],
        "min_dscr": udfs.DSCR_MIN(cfads[:tenor], service),
    }


@adapts("DSCR_PATH")
def _dscr_path(given):
    cfads, service = given["cfads"], given["debt_service"]
    path = udfs.DSCR_PATH(cfads, service)
    return {
        "path": list(path),
        "min": udfs.DSCR_MIN(cfads, service),
        "average": udfs.DSCR_AVG(cfads, service),
        "weighted_average": udfs.DSCR_AVG(cfads, service, True),
        "periods_counted": sum(not math.isnan(ratio) for ratio in path),
    }


@adapts("LLCR")
@adapts("PLCR")
def _life_cover(given):
    rate, cfads, debt, tenor, cash = (
        given.get(name, 0) for name in ("rate", "cfads", "debt", "tenor", "cash")
    )
    return {
        "llcr": udfs.LLCR(rate, cfads, debt, tenor),
        "llcr_with_cash": udfs.LLCR(rate, cfads, debt, tenor, cash),
        "plcr": udfs.PLCR(rate, cfads, debt),
        "plcr_with_cash": udfs.PLCR(rate, cfads, debt, cash),
    }


@adapts("LOAN_SCHEDULE")
def _loan_schedule(given):
    freq = given.get("freq", 1)
    rate = given.get("rate", given.get("annual_rate"))
    nper = given.get("nper", given.get("years", 0) * freq or len(given.get("cfads", [])))
    principal = given.get("principal") or udfs.DEBT_CAPACITY(
        rate, given["cfads"], given["target_dscr"]
    )
    terms = {
        name: given[name]
        for name in ("method", "grace", "balloon", "cfads", "target_dscr")
        if name in given
    }
    if "balloon" in terms:  # the reference gives the cash
        terms["balloon"] /= principal
    rows = udfs.LOAN_SCHEDULE(principal, rate, nper, freq=freq, **terms)
    columns = dict(
        zip(
            ("opening", "interest", "principal", "payment", "closing"),
            rows.T[1:].tolist(),
            strict=True,
        )
    )
    balloon = given.get("balloon", 0)
    results = {
        **columns,
        "principal_amount": principal,
        "level_payment": rows[0, 4],
        "payment_nominal": rows[0, 4],
        "payment_effective": udfs.LOAN_SCHEDULE(
            principal, freq * ((1 + rate) ** (1 / freq) - 1), nper, freq=freq
        )[0, 4],
        "total_interest": rows[:, 2].sum(),
        "final_cash": rows[-1, 4],
        "balance_before_balloon": rows[-1, 5] + balloon,
        "irr_check": udfs.PROJECT_IRR([-principal, *rows[:, 4]]) if rate else 0,
    }
    if not rate:  # the reference of a loan without interest names one payment, the same every time
        results["payment"] = rows[0, 4]
    if "grace" in given:
        capitalised = udfs.LOAN_SCHEDULE(principal, rate, nper, freq=freq, capitalise=True, **terms)
        results["payment_after_grace_if_capitalised"] = capitalised[-1, 4]
        results["balance_at_end_of_grace_if_capitalised"] = capitalised[given["grace"], 1]
    return results


@adapts("DEBT_CAPACITY")
def _debt_capacity(given):
    if "dc" in given:
        return _two_cases(given)
    if "cfads_p50" in given:
        tenor = given["tenor"]
        payments = {case: given[f"cfads_{case}"] / given[f"dscr_{case}"] for case in ("p50", "p99")}
        debt = min(
            udfs.DEBT_CAPACITY(
                given["rate"],
                [given[f"cfads_{case}"]] * tenor,
                given[f"dscr_{case}"],
                shape="level",
            )
            for case in payments
        )
        return {
            **{f"payment_{case}": payment for case, payment in payments.items()},
            "binding_payment": udfs.LOAN_SCHEDULE(debt, given["rate"], tenor)[0, 4],
            "debt": debt,
            "equity_share": 1 - debt / given["capex"],
        }
    rate, cfads, target, tenor = (given[name] for name in ("rate", "cfads", "target_dscr", "tenor"))
    cap = {name: given[name] for name in ("max_gearing", "cost") if name in given}
    debt = udfs.DEBT_CAPACITY(rate, cfads, target, tenor, **cap)
    rows = udfs.DEBT_SCULPT(rate, cfads, target, tenor, **cap)
    balance = [debt, *rows[:, 4]]
    grace = given.get("grace", 0)
    return {
        "debt": debt,
        "sculpted_debt": debt,
        "debt_service": list(rows[:, 1]),
        "sculpted_debt_service": list(rows[:, 1]),
        "interest": list(rows[:, 2]),
        "principal": list(rows[:, 3]),
        "balance": balance,
        "sculpted_balance": balance,
        "max_balance": max(balance),
        "dscr": list(rows[:, 5]),
        "min_dscr": min(rows[:, 5]),
        "resulting_dscr": rows[0, 5],
        "llcr": udfs.LLCR(rate, cfads, debt, tenor),
        "binding": udfs.DEBT_BINDING(rate, cfads, target, tenor, **cap),
        "level_annuity_debt": udfs.DEBT_CAPACITY(rate, cfads, target, tenor, "level"),
        "binding_cfads": min(cfads),
        "debt_interest_paid_in_grace": udfs.DEBT_CAPACITY(rate, cfads, target, tenor, grace=grace),
        "debt_interest_capitalised": udfs.DEBT_CAPACITY(
            rate, cfads, target, tenor, grace=grace, capitalise=True
        ),
    }


def _two_cases(given):
    cfads, centre, factory = given["cfads"], given["dc"], given["factory"]
    alive = udfs.SURVIVAL(factory["years"], 0, factory["renewal"], factory["firm_years"])
    firm = [cfads] * factory["firm_years"]
    return {
        "debt_dc": udfs.DEBT_CAPACITY(centre["rate"], [cfads] * centre["tenor"], centre["dscr"]),
        "debt_factory_expected_cfads": udfs.DEBT_CAPACITY(
            factory["rate"], cfads * alive, factory["dscr"]
        ),
        "debt_factory_firm_only": udfs.DEBT_CAPACITY(factory["rate"], firm, factory["dscr"]),
    }


@adapts("MIN_OFFTAKE_TERM")
def _min_offtake_term(given):
    found = none_if_no_answer(udfs.MIN_OFFTAKE_TERM, **given)
    if found is None:
        return {"result": None}
    years = int(found.years)
    before = udfs.LLCR(given["rate"], [given["cfads"]] * (years - 1), given["debt"])
    return {
        "term_exact": found.exact_years,
        "term_whole_years": found.years,
        "dscr_at_whole": found.dscr,
        "dscr_one_year_less": before,
    }


@adapts("BREAKEVEN_COVERAGE")
def _breakeven_coverage(given):
    if "a" in given:
        return {
            name: none_if_no_answer(udfs.BREAKEVEN_COVERAGE, **terms)
            for name, terms in given.items()
        }
    coverage = udfs.BREAKEVEN_COVERAGE(**given)
    return {"coverage": coverage, "raw": coverage}


@adapts("BREAKEVEN_RENEWAL")
def _breakeven_renewal(given):
    return {"renewal": udfs.BREAKEVEN_RENEWAL(**given)}


@adapts("BREAKEVEN_PRICE")
def _breakeven_price(given):
    price = udfs.BREAKEVEN_PRICE(
        *(given[name] for name in ("target_dscr", "debt_service", "volume", "opex"))
    )[0]
    return {
        "price": price,
        "tariff": udfs.BREAKEVEN_TARIFF(price, given["world_price"], given["pass_through"]),
    }


# Credit support, subsidy, incentives -------------------------------------------------------------


@adapts("GUARANTEE_RATE")
def _guarantee_rate(given):
    unguaranteed = udfs.GUARANTEE_RATE(**{**given, "coverage": 0})
    rate = udfs.GUARANTEE_RATE(**{"coverage": 0, **given})
    whole = udfs.GUARANTEE_RATE(**{**given, "coverage": 1})
    return {
        "all_in": rate,
        "unguaranteed": unguaranteed,
        "saving": unguaranteed - rate,
        "all_in_cov0": unguaranteed,
        "all_in_cov1": whole,
    }


@adapts("BREAKEVEN_SPREAD")
def _breakeven_spread(given):
    terms = {
        **given,
        "pd": given["pd"] if "pd" in given else 1 - udfs.SURVIVAL(1, given["hazard"])[0],
    }
    terms.pop("hazard", None)
    spread = udfs.BREAKEVEN_SPREAD(**terms)
    return {
        "spread": spread,
        "spread_claim_on_principal": spread,
        "spread_claim_on_principal_and_interest": udfs.BREAKEVEN_SPREAD(
            **terms, cover_interest=True
        ),
    }


@adapts("CREDIT_SUBSIDY")
def _credit_subsidy(given):
    if "loan_volume" in given:
        rate = given["subsidy_appropriation"] / given["loan_volume"]
        return {"implied_subsidy_rate": rate, "loans_per_budget_dollar": 1 / rate}
    terms = {**given, "balances": given["opening_and_closing_balances"]}
    terms.pop("opening_and_closing_balances")
    cost = udfs.CREDIT_SUBSIDY(**terms)
    return {
        "pv_claims": cost.pv_claims,
        "pv_recoveries": cost.pv_recoveries,
        "pv_fees": cost.pv_fees,
        "subsidy": cost.subsidy,
        "subsidy_rate": cost.rate,
    }


@adapts("LOAN_SUBSIDY")
def _loan_subsidy(given):
    cost = udfs.LOAN_SUBSIDY(**given)
    return {
        "fcra_subsidy": cost.cost,
        "fcra_rate": cost.cost_rate,
        "borrower_benefit": cost.benefit,
        "borrower_benefit_rate": cost.benefit_rate,
    }


@adapts("GRANT_EQUIVALENT")
def _grant_equivalent(given):
    maturity, grace, per_year = (
        given["maturity_years"],
        given["grace_years"],
        given["payments_per_year"],
    )
    share = udfs.GRANT_EQUIVALENT(
        maturity, grace, per_year, given["loan_rate"], given["discount_rate"]
    )
    return {"grant_element": share, "repayments": per_year * (maturity - grace) + 1}


@adapts("MERTON_GUARANTEE")
def _merton_guarantee(given):
    face, rate, years = given["debt_face"], given["rate_continuous"], given["years"]
    put = udfs.MERTON_GUARANTEE(
        given["asset_value"], face, rate, years, given["vol"], given["coverage"]
    )
    return {
        "guarantee_value": put.value,
        "as_pct_of_face": put.value / face,
        "as_pct_of_riskless_pv": put.value / (put.debt_value + put.value / given["coverage"]),
        "risk_neutral_pd": put.default_probability,
        "unguaranteed_debt": put.debt_value,
        "spread": put.spread,
    }


@adapts("EXPECTED_LOSS")
def _expected_loss(given):
    pd = 1 - udfs.SURVIVAL(1, given["hazard"])[0]
    return {
        "lifetime_el": udfs.EXPECTED_LOSS(pd, given["lgd"], given["ead"], None, given["rate"]),
        "one_year_el": udfs.EXPECTED_LOSS(pd, given["lgd"], given["ead"][0]),
        "one_year_undiscounted_pd": pd,
    }


@adapts("BASEL_CAPITAL")
def _basel_capital(given):
    capital = udfs.BASEL_CAPITAL(**given)
    return {
        "correlation": capital.correlation,
        "maturity_adjustment_b": capital.maturity_adjustment,
        "K": capital.capital,
        "risk_weight": capital.risk_weight,
    }


SBA_TIERS = ([150_000, 700_000], [0.02, 0.03, 0.035], 1_000_000, 0.0375)


@adapts("GUARANTEE_FEE")
def _guarantee_fee(given):
    fees = [
        udfs.GUARANTEE_FEE(loan, 0.85 if loan <= 150_000 else 0.75, *SBA_TIERS)
        for loan in given["loan"]
    ]
    return {"guaranteed": [fee.guaranteed for fee in fees], "fee": [fee.fee for fee in fees]}
