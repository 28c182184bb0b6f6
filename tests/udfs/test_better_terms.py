"""Better terms never make the same loan worse: a longer contract, a higher price, more reserve, a larger
termination payment. Where they do, the reason has a name, and each name its plainest case here.

The loan is held still: the debt by its gearing, the schedule by a rate that is given and a repayment
that does not follow cash flow.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.deal import Deal
from tests.random_deals import varied

RATE = 0.075  # at which the loan is held
TODAY, SUPPORTED, DATA_CENTRE = (
    deal_file.load(deal_file.shipped_path(name)).deal
    for name in ("defence_factory", "factory_supported", "data_centre")
)
# what must be so that better terms never hurt; each stands below under the name of its exception
HELD: dict[str, Any] = {
    "grace_years": 0,  # service does not rise
    "lock_up_dscr": 0.0,
    "firm_lapse": 0.0,
    "operating_support": 0.0,
    "termination_cover": 0.0,
}
Terms = Callable[[Deal], Deal]


def longer(deal: Deal) -> Deal:
    return replace(deal, contract_years=deal.contract_years + 1, firm_years=deal.firm_years + 1)


def firmer(deal: Deal) -> Deal:
    return replace(deal, firm_years=min(deal.contract_years, deal.firm_years + 1))


def with_more_horizon(deal: Deal) -> Deal:
    return replace(deal, contract_years=deal.contract_years + 1)


def dearer(deal: Deal) -> Deal:
    return replace(deal, price=deal.price * 1.05)


def with_more_reserve(deal: Deal) -> Deal:
    return replace(deal, dsra_months=min(12, deal.dsra_months + 3))


def with_more_cover(deal: Deal) -> Deal:
    return replace(deal, termination_cover=min(1.0, deal.termination_cover + 0.25))


BETTER: tuple[Terms, ...] = (longer, firmer, with_more_horizon, dearer, with_more_reserve)


class Loans:
    """Some deals at the rate given, and the least rates that clear their loss (infinite: none)."""

    def __init__(self, sample: Sequence[Deal]) -> None:
        x = deals.stack([replace(deal, pricing="clearing") for deal in sample])
        x.clearing_rate = np.full_like(x.gearing, RATE)
        self.r = chain.run(x)
        self.life = self.r.life_default[:, 0]
        self.loss = self.r.expected_loss[:, 0]
        found = settle.rates(settle.planned(deals.stack(sample)))
        self.rate = np.where(np.isnan(found), np.inf, found)

    @property
    def kept_pays(self) -> np.ndarray:
        """Whether the contract, as long as it is kept, carries the loan: then it is worth keeping."""
        return self.r.fails_in[:, 0] == 0

    @property
    def loss_falls(self) -> np.ndarray:
        """Whether a default costs the less the later it comes."""
        cost = (
            self.r.opening
            * self.r.lgd_by_year
            * (1 + self.r.base_rate_now) ** -chain.axes.axis_of(1).elapsed
        )
        return ((np.diff(cost, axis=-1) <= 1e-9) | (self.r.in_loan[:, 1:] == 0)).all(axis=-1)


def sample(count: int, seed: int, **terms: Any) -> list[Deal]:
    rng = random.Random(seed)
    out = []
    for _ in range(count):
        deal = varied(rng, rng.choice((TODAY, SUPPORTED, DATA_CENTRE)))
        out.append(replace(deal, repayment=rng.choice(("annuity", "equal principal")), **terms))
    return out


@cache
def held(count: int, seed: int) -> tuple[list[Deal], Loans]:
    """Deals in which no exception can occur."""
    chosen = [
        replace(
            deal,
            firm_years=max(1, deal.firm_years),
            contract_years=max(1, deal.contract_years),
            inflation=min(deal.inflation, deal.market_growth),
        )
        for deal in sample(count, seed, **HELD)
    ]
    return chosen, Loans(chosen)


def never_worse(count: int, seed: int, better: Terms) -> None:
    base, before = held(count, seed)
    after = Loans([better(deal) for deal in base])
    assert after.r.debt == pytest.approx(before.r.debt)
    counted = before.kept_pays & after.kept_pays
    assert counted.sum() > count / 4
    assert (after.life <= before.life + 1e-9)[counted].all()
    counted &= before.loss_falls
    assert (after.loss <= before.loss + 1e-7)[counted].all()
    assert (after.rate <= before.rate + 1e-9)[counted].all()
    assert (after.life < before.life - 1e-6).any()  # and some are better for it


@pytest.mark.parametrize("better", BETTER)
def test_better_terms_never_make_a_loan_worse(better: Terms) -> None:
    never_worse(250, 61, better)


@pytest.mark.exhaustive
@pytest.mark.parametrize("better", BETTER)
@pytest.mark.parametrize("seed", [62, 63])
def test_better_terms_never_make_many_loans_worse(better: Terms, seed: int) -> None:
    never_worse(3000, seed, better)


def test_a_larger_termination_payment_never_makes_default_likelier() -> None:
    """With lock-up, negative cash, grace and failing contracts too: the only property without exception."""
    base = sample(600, 64)
    before = Loans(base)
    after = Loans([with_more_cover(deal) for deal in base])
    assert (after.life <= before.life + 1e-9).all()
    assert (after.life < before.life - 1e-6).sum() > 20


def test_a_termination_payment_never_adds_to_the_loss() -> None:
    """From none at all to any; and the rate falls with it where it is needed: where each loss on which it
    is due would else have been a default.
    """
    base = sample(600, 65, termination_cover=0.0)
    before = Loans(base)
    rng = random.Random(66)
    after = Loans([replace(deal, termination_cover=rng.choice((0.3, 0.8, 1.0))) for deal in base])
    assert (after.loss <= before.loss + 1e-7).all()
    x = deals.stack([replace(deal, pricing="clearing") for deal in base])
    x.clearing_rate = np.where(np.isinf(before.rate), RATE, before.rate).reshape(-1, 1)
    r = chain.run(x)
    needed = ((r.hurts > 0) | (r.lost_paid * r.in_loan == 0)).all(axis=-1)
    assert needed.sum() > 200
    assert (after.rate <= before.rate + 1e-9)[needed].all()
    assert (after.rate < before.rate - 1e-6)[needed].sum() > 20


# Why better terms may make a loan worse
# ---------------------------------------------------------------------------------------------

MARKET: dict[str, Any] = {  # a factory whose goods others buy as well, once it is retooled
    **HELD,
    "repayment": "annuity",
    "ramp_months": 0,
    "market_price": 1.05,
    "merchant_share": 1.0,
    "gearing": 0.4,
    "price": 1.0,
}


def compared(better: Terms, **terms: Any) -> tuple[Loans, Loans]:
    deal = replace(TODAY, **(MARKET | terms))
    return Loans([deal]), Loans([better(deal)])


def test_the_first_year_of_a_contract_brings_a_gap_at_its_end() -> None:
    """Without a contract the plant sells to the market from the start; with one of a year it stands
    without sales in year 2.
    """
    terms = {"firm_years": 0, "contract_years": 0, "tenor": 5}
    before, after = compared(longer, **terms, merchant_haircut=0.3, retool_months=6)
    assert (before.life[0], after.life[0]) == (pytest.approx(0.0751, abs=5e-5), 1)
    before, after = compared(
        longer, **terms, merchant_haircut=0.0, retool_months=0, refill_months=0
    )
    assert after.life[0] == pytest.approx(before.life[0])  # no gap, no harm


def test_costs_that_outgrow_the_market_make_a_later_gap_deeper() -> None:
    terms = {
        "firm_years": 2,
        "contract_years": 2,
        "gearing": 0.6,
        "price": 1.2,
        "merchant_haircut": 0.2,
        "dsra_months": 0,
        "retool_months": 3,
        "refill_months": 0,
        "inflation": 0.04,
    }
    before, after = compared(longer, **terms, market_growth=0.0)
    assert (before.life[0], after.life[0]) == (
        pytest.approx(0.145, abs=5e-4),
        pytest.approx(0.975, abs=5e-4),
    )
    before, after = compared(longer, **terms, market_growth=0.04)
    assert after.life[0] <= before.life[0] + 1e-9


def test_a_loss_in_the_years_of_grace_may_be_borne() -> None:
    """While only interest is due the loss of the contract does no harm: a firm year moves losses out of
    these years, into those of repayment.
    """
    terms = {
        "contract_years": 10,
        "gearing": 0.6,
        "price": 0.95,
        "merchant_haircut": 0.2,
        "dsra_months": 0,
        "renewal": 0.7,
        "retool_months": 3,
        "refill_months": 6,
        "tenor": 12,
    }
    before, after = compared(firmer, **terms, grace_years=2)
    assert (before.life[0], after.life[0]) == (
        pytest.approx(0.740, abs=5e-4),
        pytest.approx(0.984, abs=5e-4),
    )
    before, after = compared(firmer, **terms)
    assert after.life[0] <= before.life[0] + 1e-9


def test_a_firm_year_that_may_lapse_is_no_safer_than_a_renewal() -> None:
    """Renewals every five years with 95%, firm years that lapse with 5% a year."""
    terms = {"price": 1.2, "renewal": 0.95, "renew_every": 5, "tenor": 5, "contract_years": 9}
    before, after = compared(
        firmer, **terms, market_price=0.85, merchant_share=0.2, firm_lapse=0.05
    )
    assert after.life[0] > before.life[0] + 0.03
    before, after = compared(firmer, **terms, market_price=0.85, merchant_share=0.2)
    assert after.life[0] <= before.life[0] + 1e-9


LOCKED: dict[str, Any] = {
    "gearing": 0.5,
    "market_price": 0.95,
    "merchant_share": 0.9,
    "merchant_haircut": 0.2,
    "dsra_months": 12,
    "renewal": 0.7,
    "tenor": 5,
    "firm_years": 3,
}


@pytest.mark.parametrize(
    ("better", "terms", "expected"),
    [
        (firmer, {"contract_years": 9, "refill_months": 0}, (0.294, 0.375)),
        (dearer, {"retool_months": 6, "refill_months": 6}, (0.294, 0.569)),
    ],
)
def test_a_lock_up_that_better_terms_lift_held_the_cash_that_was_needed(
    better: Terms, terms: dict[str, Any], expected: tuple[float, float]
) -> None:
    before, after = compared(better, **LOCKED, **terms, lock_up_dscr=1.3)
    assert (before.life[0], after.life[0]) == pytest.approx(expected, abs=5e-4)
    before, after = compared(better, **LOCKED, **terms)
    assert after.life[0] <= before.life[0] + 1e-9


def test_a_lock_up_holds_cash_that_is_pledged() -> None:
    """A higher price leaves nothing in lock-up: no default more, but less is recovered of each."""
    terms = LOCKED | {"merchant_share": 0.2, "tenor": 10}
    before, after = compared(dearer, **terms, lock_up_dscr=1.3)
    assert after.life[0] == pytest.approx(before.life[0])
    assert after.loss[0] > before.loss[0] + 1
    before, after = compared(dearer, **terms, lock_up_dscr=1.3, reserve_pledged=0.0)
    assert after.loss[0] == pytest.approx(before.loss[0])


def test_a_promise_in_money_is_worth_less_each_year() -> None:
    """The sponsor's 34 carry the cost of an idle plant in years 1 and 2, not in later ones: a firm year
    moves losses from where they do no harm.
    """
    terms = {
        "merchant_haircut": 0.2,
        "retool_months": 12,
        "refill_months": 0,
        "dsra_months": 12,
        "gearing": 0.3,
    }
    before, after = compared(firmer, **terms, operating_support=34.0)
    assert after.life[0] > before.life[0] + 0.03
    before, after = compared(firmer, **terms)
    assert after.life[0] <= before.life[0] + 1e-9


def test_a_contract_that_does_not_carry_the_loan_is_better_lost() -> None:
    """The contract's price falls by a tenth a year, and the market takes all: who loses it in time pays."""
    terms = {"merchant_haircut": 0.0, "retool_months": 0, "refill_months": 0, "escalator": -0.1}
    before, after = compared(firmer, **terms)
    assert before.r.fails_in[0, 0] == after.r.fails_in[0, 0] > 1
    assert after.life[0] > before.life[0] + 0.03


def test_a_default_that_comes_later_may_cost_more() -> None:
    """Collateral that ages faster than the loan is repaid: default is certain, at the end of the contract;
    a year later there is less to sell.
    """
    terms = {
        "gearing": 0.3,
        "merchant_share": 0.5,
        "contract_years": 2,
        "firm_years": 2,
        "tenor": 12,
        "equipment_life": 4.0,
        "shell_life": 8.0,
        "power_life": 8.0,
        "shell_reuse": 0.9,
        "equipment_reuse": 0.8,
    }
    before, after = compared(longer, **terms)
    assert (before.life[0], after.life[0]) == pytest.approx((1, 1))
    assert not before.loss_falls[0]
    assert after.loss[0] > 1.5 * before.loss[0]


def test_what_a_payment_leaves_is_charged_the_loss_of_the_whole_loan() -> None:
    """A larger payment turns a default after the loss of the contract into a loan that goes on, reduced;
    its own default then books the loss given default of a loan that was never prepaid.
    """
    terms = {
        "gearing": 0.6,
        "merchant_share": 0.5,
        "contract_years": 10,
        "tenor": 12,
        "retool_months": 6,
        "dsra_months": 12,
        "pd_base": 0.03,
        "termination": 0.05,
        "lgd_floor": 0.0,
    }
    before, after = compared(with_more_cover, **terms, termination_cover=0.5)
    assert after.life[0] < before.life[0] - 0.1
    assert after.loss[0] > before.loss[0] + 1


RISKLESS: dict[str, Any] = {
    "merchant_haircut": 0.0,
    "retool_months": 0,
    "refill_months": 0,
    "pd_base": 0.0,
    "termination": 0.05,
}


def test_a_loan_that_never_defaults_clears_at_what_it_must_earn() -> None:
    before, _ = compared(with_more_cover, **RISKLESS)
    assert before.life[0] == 0
    assert before.rate[0] == pytest.approx(TODAY.base_rate + TODAY.margin, abs=1e-9)


def test_a_payment_of_what_is_owed_costs_the_bank_nothing() -> None:
    loan = replace(TODAY, **(MARKET | RISKLESS | {"termination_cover": 1.0}))
    assert Loans([loan]).rate[0] == pytest.approx(TODAY.base_rate + TODAY.margin, abs=1e-9)
