"""The risks of this deal, chosen by what binds: the binding test, then the scenarios that cut
coverage most.

Each risk comes with its figure and with the mitigant that the inputs hold; where they hold none, it
says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bankable.templates.memo.figures import Figures, Given, counted
from bankable.templates.sentences.states import SPECIALISED
from bankable.udfs.deal.chain.axes import TOLERANCE
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.deal import Deal

LEAST, MOST = 3, 5
WORTH_NAMING = 0.005  # a fall of minimum DSCR that paper would show
UNCERTAIN = 0.9  # a contract less likely than this to stand to the loan's end is a risk of its own


@dataclass(frozen=True)
class Risk:
    """What may go wrong, its figure, and what stands against it."""

    title: str
    figure: str
    mitigant: str


def choose(f: Figures, deal: Deal) -> list[Risk]:
    """Three to five risks, the most binding first."""
    found = [binding(f, deal)]
    if f.value("contract_kept") < UNCERTAIN:
        found.append(renewal(f, deal))
    for position, name, _ in sorted(falls(f), key=lambda fall: fall[2])[: MOST - 1 - len(found)]:
        found.append(
            Risk(
                TITLES[name], _scenario_figure(f, position, name), scenario_mitigant(name, f, deal)
            )
        )
    if f.value("lgd") >= SPECIALISED.value or len(found) < LEAST:
        found.append(specialised(f, deal))
    if len(found) < LEAST and f.value("contract_kept") >= UNCERTAIN:
        found.append(renewal(f, deal))
    return found[:MOST]


def binding(f: Figures, deal: Deal) -> Risk:
    """The test that permits the least debt."""
    words = str(f.value("binding_name"))
    key = next((key for key, name, _, _ in TESTS if name == words), None)
    if key is None:
        return Risk(
            "No test applies", "The debt used is nil, so that no test has a value.", "None needed."
        )
    value, limit = f.cell(*_at(f, f"test_{key}")), f.cell(*_at(f, f"limit_{key}"))
    figure = f"{f('binding_name')}: {value} against {limit}. {f.say('lent')}"
    return Risk("What binds", figure, _test_mitigant(key, f, deal))


def _at(f: Figures, key: str) -> tuple[str, int, int]:
    place = f.book[f.name].placed[key]
    return f.name, place.row, place.col


def _test_mitigant(key: str, f: Figures, deal: Deal) -> str:
    if key in ("gearing", "tail", "loss_rate", "loss_life"):
        if deal.coverage > 0:
            return (
                f"Guarantee of {f.input('coverage')} of the bank loan; ${f('bank_at_risk')}m stays"
                " the bank's own risk."
            )
        return (
            "No guarantee in the structure; recovery on collateral of"
            f" {f.cell(*_at(f, 'recovery'))}."
        )
    if key in ("contracted", "shortfall"):
        return (
            f"Contract secured for {counted(f('supported_end_year'), 'year')}, against a tenor of"
            f" {counted(f('tenor'), 'year')}."
        )
    if key == "equity":
        return (
            f"Sponsor's equity of ${f('sponsor_equity')}m, paid in pro rata, ranks behind the loan."
        )
    return (
        f"Reserve of {counted(f.input('dsra_months'), 'month')} of the next year's debt service"
        f" (${f('dsra_at_completion')}m at completion); no distributions below"
        f" {f.input('lock_up_dscr')}."
    )


def falls(f: Figures) -> list[tuple[int, str, float]]:
    """Scenarios that lower minimum DSCR: place, name, and the DSCR left."""
    names = f.book["Scenarios"].values_of("names")
    values: list[Any] = f.book["Scenarios"].values_of(f"strip_min_dscr_{f.case}")
    base = values[0]
    if not isinstance(base, (int, float)):
        return []
    return [
        (k, str(name), float(value))
        for k, (name, value) in enumerate(zip(names, values, strict=True))
        if str(name) in TITLES and isinstance(value, (int, float)) and value < base - WORTH_NAMING
    ]


TITLES = {
    "Appropriation lapses": "The appropriation lapses",
    "Offtaker defaults": "The offtaker defaults",
    "Contract lost": "The contract is lost early",
    "No special authority": "No statute backs the long offtake",
    "Delay": "Late completion",
    "Cost overrun": "Cost overrun",
    "Price at floor": "The market price falls",
    "Utilisation shortfall": "The plant delivers less",
    "Demand shortfall": "The buyer calls less",
    "Base-rate shock": "The base rate rises",
}


def _scenario_figure(f: Figures, position: int, name: str) -> str:
    dscr = f.at("Scenarios", f"strip_min_dscr_{f.case}", position, f"Minimum DSCR, {name}")
    base = f.at("Scenarios", f"strip_min_dscr_{f.case}", 0, "Minimum DSCR, Base")
    change = shock(f, name, position)
    return f"{change}minimum DSCR {dscr}, against {base} in the base case."


def shock(f: Figures, name: str, position: int) -> str:
    """What the scenario changes, with its figure."""
    s = "Scenarios"
    stops = {
        "Appropriation lapses": "stop_public",
        "Offtaker defaults": "stop_commercial",
        "Contract lost": "stop_any",
    }
    if key := stops.get(name):
        return f"Contract lost in year {f.at(s, key, position)}: "
    if name == "Delay":
        return f"{counted(f.at(s, 'add_delay_months', position), 'month')} late: "
    if name == "Cost overrun":
        return f"{f.at(s, 'add_overrun', position)} over budget: "
    if name == "Price at floor":
        return f"Market price times {f.at(s, 'times_market_price', position)}: "
    if name == "No special authority":
        return "Public offtake subject to appropriation: "
    if name == "Demand shortfall":
        return f"Buyer's demand times {f.at(s, 'times_buyer_demand', position)}: "
    if name == "Utilisation shortfall":
        return f"Utilisation times {f.at(s, 'times_utilisation', position)}: "
    return f"Base rate up by {f.at(s, 'add_base_rate_shock', position)}: "


def scenario_mitigant(name: str, f: Figures, deal: Deal) -> str:
    """What the inputs hold against a scenario."""
    if name == "Appropriation lapses":
        if deal.statutory_backing == "full faith and credit":
            return (
                "The buyer's promise is backed by full faith and credit and needs no yearly"
                " appropriation."
            )
        if not deal.public_offtake_years and not deal.coverage:
            return (
                f"Nothing in the structure: {counted(f.input('firm_years'), 'firm year')}, no"
                " public commitment to buy, no guarantee."
            )
        return (
            f"Firm years: {f.input('firm_years')}; public commitment to buy:"
            f" {counted(f.input('public_offtake_years'), 'year')}; guarantee of"
            f" {f.input('coverage')}."
        )
    if name == "Offtaker defaults":
        return (
            f"Re-letting or resale: {f.input('merchant_share')} of free capacity sells at"
            f" ${f.input('market_price')}m a unit, less the bank's haircut; the contract claim"
            f" recovers {f.input('offtaker_recovery')}."
        )
    if name == "Delay":
        return (
            f"Delay damages of ${f.input('delay_damages')}m a month against a holding cost of "
            f"${f.input('delay_cost')}m. [[completion guarantee and longstop date]]"
        )
    if name == "Cost overrun":
        return (
            f"Contingency of {f.input('contingency')} of capital cost; beyond it the sponsor pays up"
            f" to his completion support, ${f('completion_limit')}m; more stops the build."
            " [[completion guarantee, its amount and the guarantor]]"
        )
    if name == "Price at floor":
        if deal.price_basis == "market in band" and deal.price_floor > 0:
            return (
                f"Floor of ${f.input('price_floor')}m a unit on contracted volume"
                f" ({f.input('contract_share')} of capacity)."
            )
        return (
            f"Fixed price on the contracted volume ({f.input('contract_share')} of capacity); only"
            " the rest feels the market."
        )
    if name == "Contract lost":
        place = list(f.book["Scenarios"].values_of("names")).index(name)
        left = f.book["Scenarios"].values_of(f"strip_min_dscr_{f.case}")[place]
        said = f.say("left", lost_min_dscr=Given(left, str))
        if isinstance(left, (int, float)) and left >= 1 - TOLERANCE:
            return said
        guarantor = (
            f"The guarantee pays {f.input('coverage')} of the bank's loss. "
            if deal.coverage
            else ""
        )
        return f"{said} {guarantor}Recovery: {f('recovery')} of the debt."
    if name == "No special authority":
        return (
            "None in the structure: without the statute a lender counts"
            f" {counted(f.input('firm_years'), 'firm year')}. [[authority cited]]"
        )
    if name == "Utilisation shortfall":
        return (
            "The operator's undertaking: [[availability guarantee]]. Take-or-pay does not help a"
            " plant that cannot deliver."
        )
    if name == "Demand shortfall":
        return f"Take-or-pay on {f.input('take_or_pay')} of the contracted volume."
    return f"Hedged share of the loan: {f.input('hedge_ratio')}."


def specialised(f: Figures, deal: Deal) -> Risk:
    """The plant is worth less to anybody else than the loan."""
    against = (
        f"Guarantee of {f.input('coverage')}, pro rata."
        if deal.coverage > 0
        else "No guarantee: the collateral is the last resort."
    )
    return Risk(
        f.say("specialised_title"),
        f"Loss given default {f('lgd')}; value to another user ${f('collateral')}m.",
        against,
    )


def renewal(f: Figures, deal: Deal) -> Risk:
    """The contract may not stand to the end of the loan."""
    return Risk(
        f.say("ends_title"),
        f.say("ends"),
        f"Secured for {counted(f('supported_end_year'), 'year')}, against a tenor of"
        f" {counted(f('tenor'), 'year')}.",
    )
