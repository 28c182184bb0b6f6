"""Default is a payment that is not made: the chain against plain loops and against every path walked
forwards, on thousands of random loans; then figures by hand.

The loans are rows drawn at random, given to the chain's stages directly: what a whole deal never
shows (negative cash, odd reserves, ties) is then as frequent as what it does.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain import YEARS, Results, default, waterfall
from bankable.udfs.deal.chain.axes import axis_of
from bankable.udfs.deal.deal import Deal
from tests.random_deals import varied
from tests.udfs import default_by_hand
from tests.udfs.default_by_hand import Loan, brute_force

NO_LOCK = float("-inf")
SHORT, FULL = 1500, 20_000
TOGETHER = 2000  # loans in one call of the stages

SHIPPED = tuple(
    deal_file.load(deal_file.shipped_path(name)).deal
    for name in ("defence_factory", "factory_supported", "data_centre")
)
TODAY, SUPPORTED, DATA_CENTRE = SHIPPED


# Random loans
# ---------------------------------------------------------------------------------------------


def contract_of(rng: random.Random, n: int, end: float) -> tuple[list[float], list[float]]:
    """(alive, lost) by year; nothing moves after the year of the end."""
    stop = min(n, math.ceil(end))
    sort = rng.random()
    alive, lost, now = [], [], 1.0
    for year in range(1, n + 1):
        chance = rng.uniform(0, 0.5) if sort > 0.15 else float(sort > 0.1 and rng.random() < 0.2)
        chance = chance if year <= stop else 0.0
        lost.append(now * chance)
        now -= now * chance
        alive.append(now)
    return alive, lost


def with_years_of_nothing(rng: random.Random, service: list[float]) -> list[float]:
    """The same service with grace at its start, or repaid before its end."""
    n = len(service)
    if rng.random() < 0.5:
        free = rng.randint(0, n) // 2
        return [0.0] * free + service[free:]
    paying = rng.randint(0, n)
    return service[:paying] + [0.0] * (n - paying)


class Reserve(NamedTuple):
    """Months of the next year's service, and cash held to the end of a ramp of so many years."""

    months: int
    ramp: float = 0.0
    ramp_years: float = 0.0


def drawn_reserve(rng: random.Random) -> Reserve:
    months = rng.choice([0, 0, 3, 6, 12, 12, 18, 24])
    return Reserve(months, rng.choice([0.0, 0.0, 5.0]), rng.choice([0.0, 0.5, 1.5, 2.0]))


def drawn_loan(rng: random.Random, reserve: Reserve) -> Loan:
    """A random loan with that reserve: about half on whole numbers, where ties are exact, half on real
    ones.
    """
    n, whole = rng.randint(1, 10), rng.random() < 0.5
    scale = 10 if whole else 100

    def amount(low: float, high: float) -> float:
        if whole:
            return float(rng.randint(int(low * scale), int(high * scale)))
        return rng.uniform(low * scale, high * scale)

    service = [amount(0.7, 1.3) for _ in range(n)]
    service = [service[0]] * n if rng.random() < 0.3 else service
    service = with_years_of_nothing(rng, service) if rng.random() < 0.15 else service
    low = rng.choice([0.9, 0.3, -0.4])
    kept = [amount(rng.choice([0.9, 1.0, 0.5, low]), 2.2) for _ in range(n)]
    after_loss = [[amount(low, rng.choice([0.9, 1.5, 2.5])) for _ in range(n)] for _ in range(3)]
    end = rng.choice([99.0, 99.0, 0.0, rng.uniform(0, n + 1), float(rng.randint(0, n + 1))])
    alive, lost = contract_of(rng, n, end)
    return Loan(
        service,
        kept,
        after_loss[0],
        after_loss[1],
        after_loss[2],
        [
            reserve.months / 12 * due + reserve.ramp * (math.ceil(reserve.ramp_years) > year)
            for year, due in enumerate((*service[1:], 0.0), 1)
        ],
        reserve.months / 12 * service[0] + reserve.ramp,
        rng.choice([NO_LOCK, NO_LOCK, 0.0, 1.0, 1.2, 1.3, 1.5, 3.0]),
        rng.choice([0.0, 0.01, 0.05, 1.0]),
        alive,
        lost,
        end,
        [loss * rng.choice([0.0, 1.0, rng.random()]) for loss in lost],
        rng.choice([0.0, 0.0, 0.25, 0.5, 0.9, 1.0, rng.random()]),
        [rng.choice([0.0, amount(0.0, 1.0)]) for _ in range(n)],
    )


def by_the_chain(loans: list[Loan], reserves: list[Reserve], build_stops: int = 0) -> Results:
    """Waterfall, default and exposure of the chain, given the loans' rows; what stands after the tenor
    is noise, and may move nothing.
    """
    noise = np.random.default_rng(5)

    def path(name: str, rough: bool = False) -> np.ndarray:
        rows = (
            noise.uniform(-200, 200, (len(loans), YEARS)) if rough else np.zeros((len(loans), 30))
        )
        for i, loan in enumerate(loans):
            values = getattr(loan, name)
            rows[i, : len(values)] = values
        return rows

    def column(values: Sequence[float]) -> np.ndarray:
        return np.array(values, dtype=float).reshape(-1, 1)

    tenor = column([len(loan.service) for loan in loans])
    r, service = Results(), path("service")
    x = SimpleNamespace(
        tenor=tenor,
        payments_per_year=0 * tenor + 1,
        periods_per_year=0 * tenor,
        dsra_months=column([reserve.months for reserve in reserves]),
        ramp_reserve=column([reserve.ramp for reserve in reserves]),
        lock_up_dscr=column([loan.lock_up_dscr for loan in loans]),
        operating_support=0 * tenor,
        pd_base=column([loan.pd_base for loan in loans]),
        termination_cover=column([loan.cover for loan in loans]),
        termination_settlement=0 * tenor + 1,
    )
    r.in_loan = (x.tenor >= axis_of(1).elapsed).astype(float)
    r.debt, r.debt_service, r.opening = 0 * tenor + 1, service, 0 * service + 1
    r.cfads_promised = path("kept_cash", rough=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        r.dscr_promised = np.where(service > 0, r.cfads_promised / service, np.nan)
    r.lender_cfads = r.cfads_expected = 0 * service
    r.lender_dscr = r.dscr_expected = np.nan * service
    for phase in (1, 2, 3):
        r[f"cash_after_loss_{phase}"] = path(f"remaining_{phase}", rough=True)
    r.ramp_years = column([reserve.ramp_years for reserve in reserves])
    r.reserve_in_debt = 0 * tenor
    r.build_stops = 0 * tenor + build_stops
    r.contract_end_year = column([loan.end for loan in loans])
    r.in_contract = 0 * service + 1
    r.contract_bill = path("settlement")
    r.lost, r.lost_paid, r.alive = path("lost"), path("lost_paid"), path("alive")
    for i, loan in enumerate(loans):
        r.alive[i, len(loan.alive) :] = loan.alive[-1]
    with np.errstate(all="ignore"):
        waterfall.rows(x, r)
        default.rows(x, r)
        default.exposure_rows(x, r)
    return r


def in_batches(count: int, seed: int) -> list[tuple[Loan, Results, int]]:
    """Random loans, each with the chain's rows and its place in them."""
    rng, out = random.Random(seed), []
    for first in range(0, count, TOGETHER):
        reserves = [drawn_reserve(rng) for _ in range(min(TOGETHER, count - first))]
        loans = [drawn_loan(rng, each) for each in reserves]
        r = by_the_chain(loans, reserves)
        out += [(loan, r, i) for i, loan in enumerate(loans)]
    return out


def cells_equal_the_loops(count: int, seed: int) -> None:
    """Every row of default, cell by cell."""
    seen = dict.fromkeys(
        ("fails", "hurts", "spared by payment", "expires", "negative", "locked"), 0
    )
    for loan, r, i in in_batches(count, seed):
        hand, n = default_by_hand.default_path(loan), len(loan.service)
        assert r.fails_in[i, 0] == hand.fails_in, loan
        stop = hand.fails_in or n
        # a path that expires has no pool of its own after the year of the loss
        last = min(stop, len(hand.pools), default_by_hand.last_due(loan.service))
        assert r.pool_before[i, :last] == pytest.approx(hand.pools[:last], abs=1e-9), loan
        happens = [chance > 0 for chance in hand.loss[:stop]]
        for key, expected in (("hurts", hand.hurts), ("paid_hurts", hand.paid_hurts)):
            counted = (r[key][i, :stop] * happens).tolist()
            assert counted == [d * h for d, h in zip(expected[:stop], happens, strict=True)], loan
        kept = n if len(hand.pools) < 2 else len(hand.pools) - 1
        assert r.need[i, :kept] == pytest.approx(hand.need[:kept], rel=1e-12, abs=1e-11), loan
        for key, row in {
            "need_1": hand.need_1,
            "missed_by_contract": hand.missed,
            "missed_paid": hand.missed_paid,
            "performing": hand.survival,
            "default_own": hand.own,
            "default_contract": hand.contract,
            "exposed": hand.exposed,
        }.items():
            assert r[key][i, :n] == pytest.approx(row, rel=1e-12, abs=1e-11), (key, loan)
        before = np.array([1.0, *hand.survival[:-1]])
        clear = before > 1e-6  # of less than that the ratio is rounding
        assert r.pd_counted[i, :n][clear] == pytest.approx(np.array(hand.pd)[clear], abs=1e-8), loan
        assert r.life_default[i, 0] == pytest.approx(hand.life_pd, abs=1e-11), loan
        assert r.shortfall_probability[i, 0] == pytest.approx(hand.missed[-1], abs=1e-11), loan
        seen["fails"] += hand.fails_in > 0
        seen["hurts"] += any(hand.hurts)
        seen["spared by payment"] += hand.hurts != hand.paid_hurts
        seen["expires"] += default_by_hand.contract_years(loan) is not None
        seen["negative"] += min(loan.kept_cash + loan.remaining_1) < 0
        seen["locked"] += r.lock_up_promised[i].any()
    assert min(seen.values()) > count / 12, seen  # what the draw is for does occur


def paths_walked_say_the_same(count: int, seed: int) -> None:
    """Each loss year and each cause walked forwards; the sum of their chances; recursion and waterfall."""
    for loan, r, i in in_batches(count, seed):
        n, years = len(loan.service), default_by_hand.contract_years(loan)
        fails = int(r.fails_in[i, 0])
        no_cause = brute_force(loan)
        if years == 0:
            assert fails == (no_cause > 0), loan  # booked in year 1
        elif years is None or 0 < no_cause <= years:
            assert fails == no_cause, loan
        else:
            assert (fails, bool(r.hurts[i, years])) == (0, no_cause > 0), (
                loan
            )  # once it has expired
        reaches = r.need[i, 0] <= loan.opening_pool + 1e-9 * max(1, loan.service[0])
        assert reaches == (no_cause == 0), loan  # the need backwards, the waterfall forwards
        missed = 0.0
        last = 0 if years == 0 else n if years is None else years
        for year in range(1, last + 1):
            if fails and year > fails:
                break
            lost, paid = loan.lost[year - 1], loan.lost_paid[year - 1]
            at_all = brute_force(loan, year) > 0
            assert at_all == bool(r.hurts[i, year - 1]), (year, loan)
            after_payment = brute_force(loan, year, paid=True) > 0
            assert after_payment == bool(r.paid_hurts[i, year - 1]), (year, loan)
            if year == fails:  # a loss in the year in which the payment fails anyhow: as if unpaid
                paid = 0.0
            missed += paid * after_payment + (lost - paid) * at_all
        standing = 1.0 if years == 0 else loan.alive[(fails or last) - 1]
        missed += standing * (no_cause > 0)
        life = 1 - (1 - loan.pd_base) ** n * (1 - missed)
        assert r.life_default[i, 0] == pytest.approx(life, abs=1e-11), loan


def test_rows_equal_plain_loops() -> None:
    cells_equal_the_loops(SHORT, 20251)


def test_rows_equal_every_path_walked() -> None:
    paths_walked_say_the_same(SHORT, 20252)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [1, 2])
def test_rows_equal_loops_and_paths_on_many_loans(seed: int) -> None:
    cells_equal_the_loops(FULL, seed)
    paths_walked_say_the_same(FULL, 100 + seed)


# Figures by hand
# ---------------------------------------------------------------------------------------------


def plain(**change: object) -> Loan:
    """Three years of 10 due, a contract that is as often lost as kept, and 10 of cash without it."""
    values: dict[str, object] = {
        "service": [10.0] * 3,
        "kept_cash": [20.0] * 3,
        "remaining_1": [10.0] * 3,
        "remaining_2": [10.0] * 3,
        "remaining_3": [10.0] * 3,
        "reserve_target": [0.0] * 3,
        "opening_pool": 0.0,
        "lock_up_dscr": NO_LOCK,
        "pd_base": 0.0,
        "alive": [0.5, 0.25, 0.125],
        "lost": [0.5, 0.25, 0.125],
        "end": 99.0,
        "lost_paid": [0.0] * 3,
        "cover": 0.0,
        "settlement": [0.0] * 3,
    }
    return Loan(**(values | change))  # type: ignore[arg-type]


def both(loan: Loan) -> tuple[Results, default_by_hand.Path]:
    """The chain's rows of a loan without reserve, and the plain loops'."""
    return by_the_chain([loan], [Reserve(0)]), default_by_hand.default_path(loan)


def test_a_loss_that_is_survived_is_not_charged_again() -> None:
    """The contract stands with 1, 0.5, 0.25, 0.125; only its loss in year 2 hurts: 25%. The product of
    the years' chances, 1 - 1 x 0.5 x 1, would be 50%.
    """
    r, hand = both(plain(remaining_1=[10.0, 5.0, 10.0]))
    assert r.hurts[0, :3].tolist() == hand.hurts == [0, 1, 0]
    assert r.life_default[0, 0] == hand.life_pd == 0.25


@pytest.mark.parametrize(
    ("service", "fails"),
    [(79, 0), (79.9, 0), (81, 2), (100, 2), (100.1, 0), (105, 0), (106, 2)],
)
def test_a_lock_up_may_carry_a_larger_loan_where_a_smaller_one_fails(
    service: float, fails: int
) -> None:
    """Cash 130, 80, 130, lock-up 1.30x, no reserve: from 100.1 on the covenant holds back in year 1 what
    is missing in year 2, up to 105 (130 + 80 = 2 x 105).
    """
    loan = plain(
        service=[service] * 3,
        kept_cash=[130.0, 80.0, 130.0],
        lock_up_dscr=1.3,
        alive=[1.0] * 3,
        lost=[0.0] * 3,
    )
    r, hand = both(loan)
    assert r.fails_in[0, 0] == hand.fails_in == brute_force(loan) == fails
    assert r.life_default[0, 0] == (fails > 0)


def test_who_loses_the_contract_in_the_year_it_fails_may_pay() -> None:
    """In year 1 the kept contract pays 5 of 10, without it 12 come in: half loses it and pays."""
    r, hand = both(plain(kept_cash=[5.0, 20.0, 20.0], remaining_1=[12.0] * 3))
    assert r.fails_in[0, 0] == hand.fails_in == 1
    assert r.life_default[0, 0] == hand.life_pd == 0.5


def test_a_contract_that_ends_is_lost_in_the_year_after() -> None:
    ends = {"remaining_1": [0.0] * 3, "alive": [0.9] * 3, "lost": [0.1, 0.0, 0.0], "end": 1.0}
    r, hand = both(plain(**ends))
    assert r.default_loss[0, :3].tolist() == hand.loss == [0.1, 0.9, 0.0]
    assert r.life_default[0, 0] == hand.life_pd == 1
    r, hand = both(plain(**ends | {"end": 2.5, "alive": [0.9, 0.9, 0.9]}))
    assert hand.life_pd == pytest.approx(0.1)
    assert r.life_default[0, 0] == pytest.approx(0.1)  # the part-year belongs to the contract


def test_a_reserve_that_just_suffices_does_suffice() -> None:
    """What is missing equals the reserve but for the last binary digit: in the year of the loss, where it
    is held against the pool, and in the year after it, where it is held against the cap.
    """
    loans, reserves = [], []
    for months, tenths in itertools.product((1, 3, 5, 7, 9, 11), range(1, 100)):
        due = tenths / 10
        enough, short = [due] * 3, [max(0.0, due - months / 12 * due)] * 3
        for first, second in ((short, enough), (enough, short)):
            loan = plain(service=enough, kept_cash=[2 * due] * 3, remaining_3=enough)
            reserve = months / 12 * due
            reserves.append(Reserve(months))
            loans.append(
                loan._replace(
                    remaining_1=first,
                    remaining_2=second,
                    reserve_target=[reserve, reserve, 0.0],
                    opening_pool=reserve,
                )
            )
    assert any(
        due - cash > loan.opening_pool
        for loan in loans
        for due, cash in zip(loan.service, loan.remaining_1, strict=True)
    )  # rounding alone would call some of them a default
    assert (by_the_chain(loans, reserves).life_default == 0).all()
    assert all(default_by_hand.default_path(loan).life_pd == 0 for loan in loans)
    assert all(brute_force(loan, 1) == 0 for loan in loans)


def test_nothing_due_is_no_default() -> None:
    """The plant loses money for ever once the contract is lost, but the loan is repaid after year 1."""
    idle = {"service": [10.0, 0.0, 0.0], "remaining_2": [-9.0] * 3, "remaining_3": [-9.0] * 3}
    r, hand = both(plain(**idle, kept_cash=[20.0, -9.0, -9.0]))
    assert r.life_default[0, 0] == hand.life_pd == 0
    r, hand = both(plain(remaining_1=[-4.0] * 3, lost_paid=[0.5, 0.25, 0.125], cover=1.0))
    assert r.life_default[0, 0] == hand.life_pd == 0  # the payment has repaid all of it


def life(deal: Deal, **change: object) -> float:
    return float(deals.evaluate(replace(deal, **change)).life_default[0, 0])


def test_life_default_of_the_shipped_deals() -> None:
    assert life(TODAY) == pytest.approx(0.700, abs=5e-4)
    assert life(SUPPORTED) == pytest.approx(0.162, abs=5e-4)
    assert life(DATA_CENTRE) == pytest.approx(0.101, abs=5e-4)


@pytest.mark.parametrize(("months", "expected"), [(0, 1), (3, 1), (6, 0.1616), (12, 0.1616)])
def test_a_reserve_carries_a_slow_ramp(months: int, expected: float) -> None:
    """Year 1 of a ramp of 11 months does not pay its interest; half a year of service is what lacks."""
    assert life(SUPPORTED, ramp_months=11, dsra_months=months) == pytest.approx(expected, abs=5e-5)


def test_running_costs_of_a_ramp_come_out_of_the_pool() -> None:
    """A ramp of 18 months loses 14 in year 1: the reserve of a year pays the interest but not that too;
    the sponsor's promise does.
    """
    slow = {"ramp_months": 18, "dsra_months": 12}
    assert life(SUPPORTED, **slow) == 1
    assert life(SUPPORTED, **slow, operating_support=14.0) == pytest.approx(0.1616, abs=5e-5)


def test_a_longer_contract_with_one_firm_year_is_cheaper() -> None:
    """Ten years of debt, a contract of 1, 2, 3, 5, 10 years: at 1 no rate clears."""
    lengths = [
        replace(TODAY, gearing=0.3, contract_years=years, pricing="clearing")
        for years in (1, 2, 3, 5, 10)
    ]
    first, *rates = deals.evaluate(lengths).clearing_rate[:, 0]
    assert np.isnan(first)
    assert rates == sorted(rates, reverse=True)
    assert rates == pytest.approx([0.202, 0.159, 0.125, 0.103], abs=5e-4)


def test_what_must_stand_at_first_tells_default_as_the_waterfall_does() -> None:
    """Two ways to one answer, on whole deals: the need backwards, the first arrears forwards."""
    rng = random.Random(71)
    r = deals.evaluate([varied(rng, rng.choice(SHIPPED)) for _ in range(600)])
    short = default.does_not_reach(r.need, r.pool_before, r.debt_service)[:, 0] > 0
    expiry = (r.kept_until > 0) & (r.kept_until + 1 == axis_of(1).elapsed) & (r.in_loan > 0)
    after_the_end = (r.hurts * expiry).any(axis=-1)
    fails = r.fails_in[:, 0] > 0
    assert (short == (fails | after_the_end)).all()
    assert 100 < short.sum() < 500
    assert fails.any()
    assert (after_the_end & ~fails).any()


def test_a_build_that_stops_is_a_default_in_year_1() -> None:
    stopped = by_the_chain([plain()], [Reserve(0)], build_stops=1)
    assert (stopped.fails_in[0, 0], stopped.life_default[0, 0]) == (1, 1)
