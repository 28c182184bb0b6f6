"""Default of one loan by plain loops over years, written from the definitions alone by someone who had
not seen the chain: it knows nothing of ours, and the tests hold the chain against it.

`default_path` reckons backwards, as the chain does; `brute_force` walks one path of states forwards
and knows no recursion. Where the definitions leave a point open, the choice stands at the function.
Years are counted 1..n in the text; the index of a list is the year less one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

NEVER = 1e99  # a need that no pool meets
RELATIVE = 1e-9
DUST = 1e-12  # a probability below this is rounding


class Loan(NamedTuple):
    """One loan: rows of the length of its tenor, amounts in one currency, probabilities 0 to 1."""

    service: list[float]  # due in each year
    kept_cash: list[float]  # with the contract kept; negative where costs exceed revenue
    remaining_1: list[float]  # cash of the year in which the contract is lost
    remaining_2: list[float]  # of the year after
    remaining_3: list[float]  # of any later year
    reserve_target: list[float]  # at the end of each year
    opening_pool: float  # reserve at completion
    lock_up_dscr: float  # below it distributions are locked; 0 still locks a year of negative cash
    pd_base: float  # own default a year, independent of the contract
    alive: list[float]  # chance that the contract stands after year t, constant after its end
    lost: list[float]  # loss in the year by the causes before its end
    end: float  # planned end in years; 0: never contracted
    lost_paid: list[float]  # part of `lost` on which the termination payment is due
    cover: float  # share of the debt that the payment prepays
    settlement: list[float]  # what the seller receives in the year of such a loss


class Path(NamedTuple):
    """Default of a loan by year, and what it rests on."""

    hurts: list[int]  # 1 where a loss of the contract in the year leads to default
    paid_hurts: list[int]  # the same after a termination payment
    fails_in: int  # the year in which the kept contract misses a payment; 0: never
    need: list[float]  # pool that must stand at the start of each year while the contract is kept
    need_1: list[float]  # and where it is lost in the year
    pools: list[float]  # at the start of each year of the kept contract
    loss: list[float]  # of the contract by year, its end counted as one
    missed: list[float]  # chance that a payment has been missed through the contract, by the year
    missed_paid: list[float]  # the year's part of it after a termination payment
    survival: list[float]
    pd: list[float]  # of the year, for a loan that has survived so far
    own: list[float]  # the year's default by the borrower's own cause
    contract: list[float]  # and through the contract
    exposed: list[float]  # share of the schedule still out, less what payments have prepaid
    life_pd: float


def tolerance(service: float) -> float:
    """1e-9 x max(1, service)."""
    return RELATIVE * max(1.0, service)


def is_locked(cash: float, service: float, lock_up_dscr: float) -> bool:
    """Distributions are locked where DSCR is below the lock-up; a year without service has none."""
    return service > 0.0 and cash / service < lock_up_dscr - RELATIVE


def last_due(service: Sequence[float]) -> int:
    """The last year in which anything is due, 0 where nothing ever is."""
    return max((year for year, due in enumerate(service, 1) if due > RELATIVE), default=0)


def contract_years(loan: Loan) -> int | None:
    """Whole years that belong to the contract, the year of its end with them; None where it does not
    expire inside the loan, 0 where there never was one.
    """
    if loan.end <= 0.0:
        return 0
    years = math.ceil(loan.end)
    return None if years >= len(loan.service) else years


def left(loan: Loan, paid: bool) -> list[float]:
    """Service that is left after a termination payment, or as it was."""
    return [(1.0 - loan.cover) * due if paid else due for due in loan.service]


def needs(
    loan: Loan,
    cash: Sequence[float],
    paid: bool = False,
    following: Sequence[float] | None = None,
    years: int | None = None,
    at_end: float = 0.0,
) -> list[float]:
    """Pool that must stand at the start of each year so that no payment is missed.

    need_t = never where need_{t+1} is above the reserve's target and the year is not locked, otherwise
    max(0, service_t - cash_t + need_{t+1}); nothing is needed from where nothing is due. The cap is
    compared with the tolerance of the pool, since a waterfall pays within it. `following`: the needs of
    the phase that comes next (itself, where there is none); `years`: the path is this long, and then
    `at_end` must stand. After a payment the lock-up is judged on the service as it was, and the cap
    stays whole: then a larger payment never raises a need.
    """
    service = left(loan, paid)
    n = len(service) if years is None else years
    answer = [0.0] * len(service)
    for year in range(min(n, last_due(service)), 0, -1):
        i = year - 1
        after = at_end if year == n else (answer if following is None else following)[year]
        locked = is_locked(cash[i], loan.service[i], loan.lock_up_dscr)
        if not locked and after > loan.reserve_target[i] + tolerance(service[i]):
            answer[i] = NEVER
        else:
            answer[i] = max(0.0, service[i] - cash[i] + after)
    return answer


def needs_after_loss(
    loan: Loan, paid: bool = False
) -> tuple[list[float], list[float], list[float]]:
    """Needs of a year in which the contract is lost, of the year after, and of any later one."""
    counted = paid and loan.cover > 0.0  # without a claim on it the lenders count no settlement
    first = [
        cash + (paid_in if counted else 0.0)
        for cash, paid_in in zip(loan.remaining_1, loan.settlement, strict=True)
    ]
    third = needs(loan, loan.remaining_3, paid)
    second = needs(loan, loan.remaining_2, paid, following=third)
    return needs(loan, first, paid, following=second), second, third


class Kept(NamedTuple):
    """Forward waterfall of the contract kept."""

    pools: list[float]  # at the start of each year, and after the last
    arrears: list[float]


def kept_waterfall(loan: Loan) -> Kept:
    """Year by year to the contract's end: pool and cash pay service and arrears; a locked year keeps all
    of the rest, any other no more than the reserve's target.
    """
    years = contract_years(loan)
    pool, arrears = loan.opening_pool, 0.0
    out = Kept([pool], [])
    for i in range(len(loan.service) if years is None else years):
        service = loan.service[i]
        rest = pool + loan.kept_cash[i] - service - arrears
        if rest < -tolerance(service):
            pool, arrears = 0.0, -rest
        elif is_locked(loan.kept_cash[i], service, loan.lock_up_dscr):
            pool, arrears = max(0.0, rest), 0.0
        else:
            pool, arrears = min(loan.reserve_target[i], max(0.0, rest)), 0.0
        out.pools.append(pool)
        out.arrears.append(arrears)
    return out


def loss_with_end(loan: Loan) -> tuple[list[float], list[float]]:
    """(loss, still alive) by year: the contract's end is a loss, in the year after it, of what then still
    stands. Never contracted: nothing is lost.
    """
    n, years = len(loan.service), contract_years(loan)
    if years == 0:
        return [0.0] * n, [1.0] * n
    if years is None:
        return list(loan.lost), list(loan.alive)
    lost = loan.lost[:years] + [loan.alive[years - 1]] + [0.0] * (n - years - 1)
    return lost, loan.alive[:years] + [0.0] * (n - years)


def leads_to_default(loan: Loan, pools: Sequence[float], paid: bool = False) -> list[int]:
    """1 where a loss in the year needs more than the pool that stood while the contract was kept; 0 in
    years in which nothing can be lost any more.
    """
    years, service = contract_years(loan), left(loan, paid)
    first, _, _ = needs_after_loss(loan, paid)
    row = [0] * len(service)
    last = 0 if years == 0 else len(service) if years is None else years + 1
    for i in range(last):
        row[i] = int(first[i] > pools[i] + tolerance(service[i]))
    return row


def default_path(loan: Loan) -> Path:
    """Default of one loan, by year and by cause.

    missed_t = SUM(s<=t) of the losses that lead to default; in year k, in which the kept contract misses
    a payment, all that is still alive joins it, and a loss in k counts as unpaid whatever its cause. A
    plant that never had a contract and does not last defaults in year 1, as after a loss: on the largest
    balance. Probabilities of losing the contract are added up, never multiplied from conditional chances.
    """
    n, years = len(loan.service), contract_years(loan)
    kept = kept_waterfall(loan)
    need_1, _, need_3 = needs_after_loss(loan)
    if years == 0:
        need = need_3
        fails = int(need[0] > loan.opening_pool + tolerance(loan.service[0]))
    else:
        need = needs(
            loan, loan.kept_cash, years=years, at_end=0.0 if years is None else need_1[years]
        )
        late = (
            year
            for year, arrears in enumerate(kept.arrears, 1)
            if arrears > 0.0 and year <= last_due(loan.service)
        )
        fails = next(late, 0)
    hurts = leads_to_default(loan, kept.pools)
    paid_hurts = leads_to_default(loan, kept.pools, paid=True)
    loss, alive = loss_with_end(loan)

    out = Path(
        hurts, paid_hurts, fails, need, need_1, kept.pools, loss, [], [], [], [], [], [], [], 0.0
    )
    missed, survived, prepaid = 0.0, 1.0, 0.0
    for year in range(1, n + 1):
        i = year - 1
        paid = unpaid = 0.0
        if fails == 0 or year < fails:
            paid = loan.lost_paid[i] * paid_hurts[i]
            unpaid = (loss[i] - loan.lost_paid[i]) * hurts[i]
            if year <= last_due(loan.service):
                prepaid += loan.cover * loan.lost_paid[i] * (1 - paid_hurts[i])
        elif year == fails:
            unpaid = loss[i] * hurts[i] + alive[i]
        missed += paid + unpaid
        if 1.0 - missed < DUST:
            missed = 1.0
        stays = (1.0 - loan.pd_base) ** year
        survives = stays * (1.0 - missed)
        out.missed.append(missed)
        out.missed_paid.append(paid)
        out.survival.append(survives)
        out.pd.append(1.0 - survives / survived if survived > 0.0 else 0.0)
        out.own.append(survived * loan.pd_base)
        out.contract.append(stays * (paid + unpaid))
        out.exposed.append(stays * (1.0 - missed - prepaid))
        survived = survives
    return out._replace(life_pd=1.0 - survived)


def brute_force(loan: Loan, loss_year: int | None = None, paid: bool = False) -> int:
    """The year of the first missed payment on one path of states, 0 where every payment is made.

    The contract is kept before `loss_year`, then the plant lives on remaining_1, remaining_2 and
    remaining_3 for good. Without a loss year no cause strikes: the contract is kept, or expires in the
    year after its end; without a contract it is remaining_3 throughout. `paid`: a termination payment
    cuts every instalment from the loss year on. The walk ends with the last year in which anything is
    due: what happens later is no default.
    """
    years = contract_years(loan)
    if loss_year is None and years is not None:
        loss_year = years + 1
    service = [
        due * (1.0 - loan.cover) if paid and loss_year is not None and year >= loss_year else due
        for year, due in enumerate(loan.service, 1)
    ]
    pool = loan.opening_pool
    for year in range(1, last_due(service) + 1):
        i = year - 1
        if years == 0:
            cash = loan.remaining_3[i]
        elif loss_year is None or year < loss_year:
            cash = loan.kept_cash[i]
        elif year == loss_year:
            cash = loan.remaining_1[i]
            cash += loan.settlement[i] if paid and loan.cover > 0.0 else 0.0
        elif year == loss_year + 1:
            cash = loan.remaining_2[i]
        else:
            cash = loan.remaining_3[i]
        rest = pool + cash - service[i]
        if rest < -RELATIVE * max(1.0, service[i]):
            return year
        due = loan.service[i]
        locked = due > 0.0 and cash / due < loan.lock_up_dscr - RELATIVE
        pool = max(0.0, rest) if locked else min(loan.reserve_target[i], max(0.0, rest))
    return 0


def clearing_pass(
    rate: float,
    base: float,
    margin: float,
    guaranteed_spread: float,
    fee: float,
    coverage: float,
    covers_interest: bool,
    opening: Sequence[float],
    survival_before: Sequence[float],
    pd: Sequence[float],
    lgd: Sequence[float],
) -> tuple[float | None, float]:
    """(the rate that one pass of the price asks, what the rate given brings over what it must, per $).

    d = base + (1-c) margin + c spread; w_t = (1+d)^-t S_{t-1} B_t; rec_t = c + (1-c)(1-LGD_t), and
    c x rate where interest is covered; excess = SUM w_t [(1-p_t)(1+r-c f) + p_t rec_t - (1+d)];
    pass: the rate at which excess is 0 with these balances and probabilities. No pass where nothing that
    comes in rests on the rate. The first opening balance is 1.
    """
    required = base + (1.0 - coverage) * margin + coverage * guaranteed_spread
    excess = by_rate = 0.0
    for year, (owed, survived, p, loss) in enumerate(
        zip(opening, survival_before, pd, lgd, strict=True), 1
    ):
        weight = (1.0 + required) ** -year * survived * owed
        recovered = coverage + (1.0 - coverage) * (1.0 - loss)
        if covers_interest:
            recovered += coverage * rate
        by_rate += weight * (1.0 - p + (p * coverage if covers_interest else 0.0))
        excess += weight * (
            (1.0 - p) * (1.0 + rate - coverage * fee) + p * recovered - (1.0 + required)
        )
    return None if by_rate <= 0.0 else rate - excess / by_rate, excess
