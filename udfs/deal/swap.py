"""The contracts of two deals swapped: whether the contract decides or the plant.

Each plant is taken with its own contract and with the other's; then one group of differences at a
time is put into the second deal; then its price is moved to where both plants earn the same.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bankable.udfs import cells, registry
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.breakeven import BREAKEVEN
from bankable.udfs.deal.chain.decision import NO_LOAN, TESTS
from bankable.udfs.deal.cures import MET, cures_of, nearest, tried
from bankable.udfs.deal.deal import Deal
from bankable.udfs.deal.measures import MEASURES, measure, shown
from bankable.udfs.registry import function

FAMILY = "Sensitivity"
CAPACITY, PERMITTED = "capacity", "permitted"
BASES = {
    CAPACITY: ("capacity_supported", "Debt that secured revenue carries, over total uses"),
    PERMITTED: ("permitted_debt", "Debt at which every test is met, over total uses"),
}
# what two deals may differ in, and the inputs that make it up; what is named nowhere is the plant's own
CONTRACT = "The contract"
GROUPS: dict[str, tuple[str, ...]] = {
    CONTRACT: (
        *("contract_share", "take_or_pay", "buyer_demand", "max_volume", "contract_years"),
        *(
            "contract_end",
            "firm_years",
            "renewal",
            "renew_every",
            "statutory_backing",
            "firm_lapse",
        ),
        *("termination", "termination_settlement", "termination_cover", "lapse_pays"),
        *("offtaker_pd", "offtaker_recovery", "public_offtake_years", "lender_view"),
    ),
    "The re-letting market": (
        *("market_price", "market_growth", "price_vol", "home_share", "merchant_share"),
        *("merchant_haircut", "retool_months", "refill_months"),
    ),
    "The collateral": (
        *("shell_share", "power_share", "equipment_share", "tooling_share", "it_share"),
        *("shell_reuse", "power_reuse", "equipment_reuse", "tooling_reuse", "it_reuse"),
        *("shell_life", "power_life", "equipment_life", "tooling_life", "it_life"),
        *("collateral_growth", "reserve_pledged", "sale_cost", "lgd_floor", "sale_months"),
    ),
    "The borrower's own default risk": ("pd_base",),
    "Build and ramp": (
        *("build_months", "contingency", "delay_months", "spend_profile", "draw_timing"),
        "ramp_months",
    ),
    "The loan's terms": (
        *("tenor", "repayment", "grace_years", "balloon", "gearing", "base_rate", "margin"),
        *("construction_margin", "upfront_fee", "commitment_fee", "dsra_months", "lock_up_dscr"),
        *("hedge_ratio", "pricing", "size_debt"),
    ),
    "The bank's policy": (
        *("asset_class", "tail_years"),
        *(f"limit_{key}" for key, *_ in TESTS),
    ),
}
OTHERS = tuple(name for name in GROUPS if name != CONTRACT)
SCALED = "market_price"  # over the whole contract price: of plants that make different things


def put(into: Deal, other: Deal, groups: Iterable[str]) -> Deal | CellError:
    """A deal with the named groups of another, or the error that they do not fit."""
    changes: dict[str, Any] = {}
    for key in (key for name in groups for key in GROUPS[name]):
        changes[key] = getattr(other, key)
        if key == SCALED and (whole := other.price + other.capacity_price) > 0:
            changes[key] = (into.price + into.capacity_price) * other.market_price / whole
    try:
        changed = replace(into, **changes)
        deals.check(changed)
    except CellError as error:
        return error
    return changed


def shares(tried_: list[Deal | CellError], basis: str) -> list[float]:
    """The debt of each deal over its uses, NaN where it is none."""
    row = BASES[basis][0]
    whole = [deal for deal in tried_ if isinstance(deal, Deal)]
    r = deals.evaluate(whole, [row, "total_uses"])
    found = iter((r[row] / r.total_uses)[:, 0].tolist())
    return [next(found) if isinstance(deal, Deal) else math.nan for deal in tried_]


@function(
    FAMILY,
    "Is it the contract that makes a deal bankable, or the plant?",
    registry.block(
        "three columns under headings: the four pairs of plant and contract; each difference put into the"
        " second deal alone, level and change; the second at a price at which both plants earn the same;"
        " the tests that it fails, and the guarantee that cures what a contract leaves"
    ),
    deal_a=deal_param(),
    deal_b=deal_param(),
    basis=cells.choice(
        "the figure in each cell, over total uses: capacity is the debt that secured revenue carries"
        " at the target DSCR, permitted the debt at which every test is met",
        *BASES,
    ),
)
def CONTRACT_SWAP(deal_a, deal_b, basis=CAPACITY):
    """Two plants by two contracts: the debt of each pair, what each other difference does alone, and the
    same for plants that earn the same.

    Equation
    --------
    cell_ij = debt of plant i with the contract of j / its total uses
    bridge_g = the same of deal_b with the inputs of group g taken from deal_a
    equal return: the contract price of deal_b at which its project IRR is that of deal_a

    Conventions
    -----------
    The contract is: years and their end, firm years, renewal, backing, lapse, termination and what it
    pays, share and volume contracted, take-or-pay, the buyer's default and recovery, years of public
    offtake, and the view that the lender takes of it. Price, escalator and form of price stay with the
    plant, whose costs they must meet. The other groups: the re-letting market (its price moves as a
    share of the contract price), collateral, the borrower's own default risk, build and ramp, the
    loan's terms, the bank's policy. Capacity, costs, life and tax are the plant itself. A change is the
    level less that of deal_b as it is. "n/a" where the inputs of the two contradict each other (a loan
    longer than the plant's life), or where no price gives the return.

    Errors
    ------
    As DEAL_METRICS for either deal.

    Source
    ------
    One factor at a time: Eschenbach, Spiderplots versus Tornado Diagrams for Sensitivity Analysis,
    Interfaces 22 (1992).

    See also
    --------
    CURE_MATRIX, FRONTIER, DEAL_METRICS

    Examples
    --------
    A plant on yearly orders against the same on a contract of twelve firm years:

    >>> long = [row for row in EXAMPLE if row[0] not in ("firm_years", "renewal")]
    >>> for row in CONTRACT_SWAP([*long, ["firm_years", 12]], EXAMPLE)[:3]:
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row])
    ['Debt that secured revenue carries, over total uses', "Example plant's contract", "Example plant's contract"]
    ['Example plant', 0.891, 0.105]
    ['Example plant', 0.891, 0.105]
    """
    a, b = deal_a, deal_b
    priced = _equal_return(a, b)
    rest = [put(b, a, [name]) for name in GROUPS]
    pairs = [a, put(a, b, [CONTRACT]), put(b, a, [CONTRACT]), b]
    together = [put(b, a, OTHERS), put(b, a, GROUPS)]
    equal: list[Deal | CellError] = [priced] * 3
    if isinstance(priced, Deal):
        loan = [CONTRACT, "The loan's terms"]
        equal = [priced, put(priced, a, [CONTRACT]), put(priced, a, loan)]
    levels = iter(shares([*pairs, *rest, *together, *equal], basis))

    def cell() -> float | str:
        return shown(next(levels))

    names = [deal.case_name for deal in (a, b)]
    theirs = [f"{name}'s contract" for name in names]
    rows: list[list[Any]] = [[BASES[basis][1], *theirs]]
    rows += [[name, cell(), cell()] for name in names]
    own = rows[-1][-1]

    def levelled(words: str) -> list[Any]:
        level = cell()
        known = isinstance(level, float) and isinstance(own, float)
        return [words, level, level - own if known else "n/a"]

    rows.append([f"One difference at a time put into {names[1]}", "level", "change"])
    rows += [levelled(name) for name in (*GROUPS, "All but the contract", "All of these")]
    rows.append([f"At the price at which it earns {names[0]}'s project IRR", "level", "change"])
    rows.append(_price_row(priced))
    rows += [levelled(words) for words in ("On its own contract", f"On {theirs[0]}")]
    rows.append(levelled(f"On {theirs[0]} and loan terms"))
    rows.append([f"Credit tests that {names[1]} fails", "number", "the first"])
    rows.append(["On its own contract", *_failed(b)])
    rows.append([f"On {theirs[0]}", *_failed(pairs[2])])
    rows.append(["Guarantee that alone cures what that leaves", _cure(pairs[2]), None])
    return rows


@functools.lru_cache(maxsize=16)  # a sheet asks for the same pair on each basis
def _equal_return(a: Deal, b: Deal) -> Deal | CellError:
    """The second deal at the price at which its project IRR is the first's."""
    earned = shown(measure(deals.evaluate(a, ["project_irr"]), "project_irr")[0])
    key = "price" if b.price_basis == "fixed" else SCALED
    if isinstance(earned, str):
        return cells.no_answer("deal_a has no project IRR.")
    try:
        changes: dict[str, Any] = {key: float(BREAKEVEN(b, key, "project_irr", earned))}
        return replace(b, **changes)
    except CellError as error:
        return error


def _price_row(priced: Deal | CellError) -> list[Any]:
    """The price of equal return, and the IRR at it."""
    if isinstance(priced, CellError):
        return ["Its price, and the project IRR", "n/a", "n/a"]
    price = priced.price if priced.price_basis == "fixed" else priced.market_price
    earned = measure(deals.evaluate(priced, ["project_irr"]), "project_irr")[0]
    return ["Its price, and the project IRR", price, shown(earned)]


def _failed(deal: Deal | CellError) -> list[Any]:
    """How many tests a deal fails, and the first."""
    if isinstance(deal, CellError):
        return ["n/a", "n/a"]
    r = deals.evaluate(deal, ["tests_failed", MEASURES["first_failed"].key])
    first = measure(r, "first_failed")[0]
    return ["n/a" if first == NO_LOAN else float(r.tests_failed[0, 0]), first]


@functools.lru_cache(maxsize=16)
def _cure(deal: Deal | CellError) -> float | str:
    """The guarantee nearest to the deal's own at which every test is met, the other tools as in the deal."""
    if isinstance(deal, CellError):
        return "n/a"
    if deals.evaluate(deal, ["decision"]).decision[0, 0] > 0:
        return MET
    ((doses, met),) = tried(deal, [cures_of(deal)["guarantee"]])
    return nearest(doses, met[-1], deal.coverage)


__all__ = ["CAPACITY", "CONTRACT", "CONTRACT_SWAP", "EXAMPLE", "GROUPS", "PERMITTED", "put"]
