"""Deals drawn at random in which every input is moved, those of tomorrow too: the draw goes by an
input's kind, unit and bounds.

No number is at its default (a tax of nil would hide a line that is entered on one side only);
choices and switches fall either way.
"""

from __future__ import annotations

import dataclasses
import random

from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import INPUTS, TEXT_KEYS, Deal

# amounts go with the plant: the share of capital cost, or of the price, that a draw may reach
SHARE_OF_CAPEX = {"$m": 0.15, "$m a year": 0.03, "$m a month": 0.004}
SHARE_OF_PRICE = 1.2
# ranges in which a plant is a plant; anything else is drawn within its own bounds
PLAUSIBLE: dict[str, tuple[float, float]] = {
    "tenor": (4, 18),
    "operating_years": (18, 30),
    "grace_years": (0, 2),
    "contract_years": (8, 28),
    "firm_years": (1, 15),
    "build_months": (6, 40),
    "capacity": (50, 2000),
    "learning_volume": (10, 500),
    "buyer_demand": (0.6, 1.5),
    "max_volume": (1.0, 1.5),
    "take_or_pay": (0.3, 1.0),
    "gearing": (0.1, 0.7),
    "hurdle_irr": (0.0, 0.3),
    "utilisation": (0.6, 1.0),
    "renewal": (0.75, 0.99),
    "contract_share": (0.3, 1.0),
    "tax_life": (5, 30),
    "working_capital_days": (5, 120),
    "lock_up_dscr": (0.9, 1.4),
    "price_vol": (0.05, 0.4),
    "ramp_months": (1, 15),
    "retool_months": (1, 12),
    "refill_months": (1, 12),
    "sale_months": (1, 36),
    "dsra_months": (1, 12),
    "buyer_value": (0.3, 1.4),
    "lgd_floor": (0.05, 0.6),
    "pd_base": (0.001, 0.03),
    "offtaker_pd": (0.001, 0.02),
    "termination": (0.001, 0.02),
    "firm_lapse": (0.001, 0.03),
    "base_rate": (0.01, 0.07),
    "margin": (0.005, 0.04),
    "rate_cap": (0.1, 0.6),
    "completion_support": (0.1, 3.0),
    "contract_stop_year": (1, 30),
    "shell_life": (20, 60),
    "power_life": (15, 40),
    "equipment_life": (8, 30),
    "tooling_life": (4, 15),
    "it_life": (2, 8),
}
SMALL = 0.12  # rates and shares that name no range of their own stay below it

# what may be otherwise in a plant of the shipped kind: within these bounds, times those, or one of these
WITHIN: dict[str, tuple[float, float]] = {
    "gearing": (0.1, 0.75),
    "renewal": (0.7, 1.0),
    "termination": (0.0, 0.05),
    "termination_settlement": (0.0, 0.5),
    "offtaker_pd": (0.0, 0.03),
    "merchant_share": (0.1, 1.0),
    "merchant_haircut": (0.0, 0.6),
    "idle_cost": (0.2, 1.0),
    "inflation": (0.0, 0.04),
    "market_growth": (0.0, 0.03),
    "pd_base": (0.0, 0.03),
    "margin": (0.0, 0.03),
    "reserve_pledged": (0.0, 1.0),
    "collateral_growth": (-0.02, 0.03),
    "firm_lapse": (0.0, 0.05),
}
TIMES: dict[str, tuple[float, float]] = {"price": (0.8, 1.3), "market_price": (0.6, 1.3)}
ONE_OF: dict[str, tuple[object, ...]] = {
    "tenor": tuple(range(3, 16)),
    "grace_years": (0, 0, 1, 2),
    "grace_capitalised": (False, True),
    "contract_years": tuple(range(1, 21)),
    "public_offtake_years": (0, 0, 5, 10),
    "firm_years": (0, 1, 5, 10, 20),
    "renew_every": (1, 1, 3, 5),
    "ramp_months": (0, 6, 12, 24),
    "retool_months": (0, 3, 6, 12),
    "refill_months": (0, 6, 12),
    "dsra_months": (0, 3, 6, 12),
    "lock_up_dscr": (0.0, 1.0, 1.15, 1.3),
    "operating_support": (0.0, 0.0, 50.0),
    "repayment": ("annuity", "equal principal", "sculpted"),
    "statutory_backing": (
        "commercial contract",
        "full faith and credit",
        "subject to appropriation",
    ),
    "lender_view": ("firm", "supported", "expected", "promised"),
    "termination_cover": (0.0, 0.3, 0.8, 1.0),
    "lapse_pays": (False, True),
    "coverage": (0.0, 0.0, 0.5, 0.8),
    "covers_interest": (False, True),
    "guarantee_fee": (0.0, 0.01),
    "guaranteed_spread": (0.0, 0.005),
    "government_loan_share": (0.0, 0.0, 0.2),
    "lgd_floor": (0.0, 0.2),
}


def varied(rng: random.Random, base: Deal) -> Deal:
    """A plant of the kind of `base` that might be built: some of them default for certain, some never, and
    the loan stands as it is asked, at the quoted price.
    """
    values: dict[str, object] = {key: rng.uniform(*bounds) for key, bounds in WITHIN.items()}
    values |= {key: getattr(base, key) * rng.uniform(*bounds) for key, bounds in TIMES.items()}
    values |= {key: rng.choice(choices) for key, choices in ONE_OF.items()}
    ready = random.Random(f"capacity {values['price']}").choice((0.0, 0.0, 0.15))
    values["capacity_price"] = ready * base.price
    deal = dataclasses.replace(base, **values)
    return dataclasses.replace(deal, firm_years=min(deal.firm_years, deal.contract_years))


def drawn(rng: random.Random, name: str, several: bool = False) -> Deal:
    """A deal with some debt whose inputs keep the rules between them, and one period a year unless
    `several` may be.
    """
    while True:
        deal = _draw(rng, name)
        if not several:
            deal = dataclasses.replace(deal, payments_per_year=1, periods_per_year=0)
        try:
            deals.check(deal)
        except CellError:
            continue
        if deals.evaluate(deal).debt[0, 0] > 0:
            return deal


def _draw(rng: random.Random, name: str) -> Deal:
    seed = rng.random()
    values: dict[str, object] = {"case_name": name, "capex": rng.uniform(200, 4000)}
    capacity = rng.uniform(*PLAUSIBLE["capacity"])
    values |= {"capacity": capacity}
    # revenue of a sixth to nearly half of the cost, so that some plants pay and some do not
    price = float(values["capex"]) * rng.uniform(0.16, 0.45) / capacity  # type: ignore[arg-type]
    for field in INPUTS:
        if field.name in values or field.name in TEXT_KEYS:
            continue
        own = random.Random(
            f"{seed} {field.name}"
        )  # a new input leaves the draws of the others alone
        values[field.name] = _value(own, field, float(values["capex"]), price)  # type: ignore[arg-type]
    parts = [key for key in values if key.endswith("_share") and f"{key[:-6]}_reuse" in values]
    whole = sum(float(values[key]) for key in parts)  # type: ignore[arg-type]
    for key in parts:
        values[key] = float(values[key]) / whole * rng.uniform(0.9, 1.0)  # type: ignore[arg-type]
    return Deal(**values)  # type: ignore[arg-type]


def _value(rng: random.Random, field: dataclasses.Field, capex: float, price: float) -> object:
    """One input; a number is never its default."""
    param, unit = deals.param_of(field.name), str(field.metadata["unit"])
    for _ in range(100):
        value = _plausible(rng, field.name, param, unit, capex, price)
        if param.choices or param.kind == "switch" or value != field.default:
            return value
    raise AssertionError(f"{field.name} has no value but its default")


def _plausible(
    rng: random.Random, key: str, param: object, unit: str, capex: float, price: float
) -> object:
    kind, low, high = param.kind, param.low, param.high  # type: ignore[attr-defined]
    if param.choices:  # type: ignore[attr-defined]
        return rng.choice(param.choices)  # type: ignore[attr-defined]
    if kind == "switch":
        return rng.random() < 0.5
    if key in PLAUSIBLE:
        low, high = PLAUSIBLE[key]
    elif key.startswith("limit_") and kind in ("rate", "probability"):
        low, high = 0.01, 0.95
    elif key.startswith("limit_"):
        low, high = 0.8, 2.0
    elif unit in SHARE_OF_CAPEX:
        low, high = 0.0, capex * SHARE_OF_CAPEX[unit]
    elif key == "capacity_price":
        low, high = 0.0, price * 0.3
    elif key == "variable_cost":
        low, high = price * 0.05, price * 0.7
    elif unit.startswith("$m a unit"):
        low, high = price * 0.3, price * SHARE_OF_PRICE
    elif kind in ("rate", "probability"):
        low, high = max(low, 0.0), min(high, SMALL)
    elif kind == "count":
        low, high = low, min(high, 30)
    else:
        high = min(high, 100.0)
    return rng.randint(int(low), int(high)) if kind == "count" else rng.uniform(low, high)
