"""What the inputs of one deal must hold between themselves: RULES, one object a rule.

Refusals of a deal, the cells of a grid, set-aside rows of a loan book and the sheet Checks all read this
list; a rule entered here is in force everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from bankable.udfs.deal.chain.axes import LONGEST_BUILD

WHOLE = 1 + 1e-9  # shares that add up to one may pass it by a rounding
RETOOLED = 24  # months within which a lost volume is sold again


class Rule(NamedTuple):
    """A rule: the inputs that it compares, what Checks calls it, whether it is broken (over one deal or
    over arrays of many), the same as a native formula that is nil where it holds, and the refusal, with
    the inputs' values in it.
    """

    keys: tuple[str, ...]
    name: str
    broken: Callable[[Any], Any]
    excess: str
    sentence: str

    def refusal(self, deal: Any) -> str:
        """The sentence for a deal that breaks the rule."""
        return self.sentence.format(**{key: getattr(deal, key) for key in self.keys})


PARTS = ("shell_share", "power_share", "equipment_share", "tooling_share", "it_share")
RULES = (
    Rule(
        ("tenor", "operating_years"),
        "Tenor within operating life",
        lambda d: d.tenor > d.operating_years,
        "MAX(0,{[case]!tenor}-{[case]!operating_years})",
        "tenor is {tenor} years but the plant runs {operating_years} (operating_years): shorten the"
        " tenor.",
    ),
    Rule(
        ("grace_years", "tenor"),
        "Grace ends before the tenor",
        lambda d: d.grace_years >= d.tenor,
        "IF({[case]!grace_years}<{[case]!tenor},0,1)",
        "grace_years is {grace_years} of a tenor of {tenor}: leave at least one year of repayment.",
    ),
    Rule(
        ("build_months", "delay_months"),
        "Build and delay fit the monthly block",
        lambda d: d.build_months + d.delay_months > LONGEST_BUILD,
        "MAX(0,{[case]!completion_month}-{Timeline!month#last})",
        f"build_months and delay_months together pass {LONGEST_BUILD} months.",
    ),
    Rule(
        ("price_floor", "price_cap"),
        "Floor not above cap",
        lambda d: (d.price_cap > 0) & (d.price_floor > d.price_cap),
        "IF(AND({[case]!price_cap}>0,{[case]!price_floor}>{[case]!price_cap}),1,0)",
        "price_floor {price_floor:g} is above price_cap {price_cap:g}.",
    ),
    Rule(
        ("take_or_pay", "max_volume"),
        "Take-or-pay not above the volume cap",
        lambda d: d.take_or_pay > d.max_volume,
        "MAX(0,{[case]!take_or_pay}-{[case]!max_volume})",
        "take_or_pay {take_or_pay:g} is above max_volume {max_volume:g}.",
    ),
    Rule(
        ("firm_years", "contract_years"),
        "Firm years within the contract horizon",
        lambda d: d.firm_years > d.contract_years,
        "MAX(0,{[case]!firm_years}-{[case]!contract_years})",
        "firm_years {firm_years} is above contract_years {contract_years}.",
    ),
    Rule(
        ("retool_months", "refill_months"),
        "Retooling and refilling within two years",
        lambda d: d.retool_months + d.refill_months > RETOOLED,
        "MAX(0,{[case]!retool_years}+{[case]!refill_years}-{Timeline!two})",
        f"retool_months and refill_months together pass {RETOOLED} months.",
    ),
    Rule(
        PARTS,
        "Collateral parts within the whole",
        lambda d: sum(getattr(d, part) for part in PARTS) > WHOLE,
        "MAX(0," + "+".join(f"{{[case]!{part}}}" for part in PARTS) + "-1)",
        f"{', '.join(PARTS[:-1])} and {PARTS[-1]} together pass 100%.",
    ),
    Rule(
        ("payments_per_year", "periods_per_year"),
        "Payments fit the periods of the year",
        lambda d: (
            (d.payments_per_year == 3)
            | (d.periods_per_year == 3)
            | ((d.periods_per_year > 0) & (d.payments_per_year > d.periods_per_year))
        ),
        "IF(OR({[case]!payments_per_year}=3,{[case]!payments_per_year}>{Timeline!periods},"
        "MAX(1,{[case]!periods_per_year})<>{Timeline!periods}),1,0)",
        "payments_per_year is {payments_per_year} and periods_per_year {periods_per_year}: a loan pays 1, 2"
        " or 4 times a year, and a year has as many periods or more (0: as many).",
    ),
    Rule(
        ("grant", "capex"),
        "Grant below capital cost",
        lambda d: (d.grant >= d.capex) & (d.grant > 0),
        "IF(AND({[case]!grant}>0,{[case]!grant}>={[case]!capex}),1,0)",
        "grant {grant:g} is not below capex {capex:g}.",
    ),
)
COMPARED = frozenset(key for rule in RULES for key in rule.keys)
"""The inputs that any rule compares with another."""
