"""The DSCR of a whole deal on many simulated paths: prices, volumes, a contract that may be lost, a
build that may slip.

What no path changes comes from the chain's own rows; what it changes goes through the chain's own
line functions, block by block. Arrays here have time first: shape (years, paths).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.deal import chain, settle
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain import contract, operation, ratios
from bankable.udfs.deal.chain.axes import LONGEST_BUILD, TOLERANCE, axis, on_one_axis, pays
from bankable.udfs.deal.chain.inputs import IN_BAND
from bankable.udfs.deal.deal import Deal
from bankable.udfs.registry import function
from bankable.udfs.revenue import price_in_band

FAMILY = "Sensitivity"
DRAWN = 8192  # paths that share one stream of random numbers; part of what a seed means
BLOCK = 2048  # paths calculated at once: their arrays fit the processor's cache
BUILDS = 20  # equally likely outcomes of the build
MOST_NUMBERS = 2e8
NEVER = 1000  # period in which a contract is lost that is never lost
BEFORE = -1000  # and one that there never was


class Noise(NamedTuple):
    """What is uncertain beyond the deal's own inputs: demand, and how far cost and time of the
    build may slip on average.
    """

    volume_vol: float = 0.0
    persistence: float = 0.5
    correlation: float = 0.0
    overrun: float = 0.0
    delay: float = 0.0


class Fan(NamedTuple):
    """DSCR percentiles by year (years, levels), probability of DSCR < 1 by year and in any year,
    mean DSCR by year, probability that the first payment is missed in a year.
    """

    percentiles: np.ndarray
    below: np.ndarray
    any_year: float
    mean: np.ndarray
    missed: np.ndarray


def builds(deal: Deal, noise: Noise) -> SimpleNamespace:
    """The chain's inputs for equally likely outcomes of the build; one outcome where none is
    uncertain.

    Overrun and delay beyond the deal's own are exponential and go together: outcome k is the mean
    of its slice of the distribution, delay in whole months.
    """
    x = deals.stack([deal])
    if noise.overrun == 0 and noise.delay == 0:
        return x
    p = np.arange(BUILDS + 1) / BUILDS
    mass = p + np.where(p < 1, (1 - p) * np.log(np.where(p < 1, 1 - p, 1)), 0)
    slip = (BUILDS * np.diff(mass)).reshape(-1, 1)
    for key, column in vars(x).items():
        setattr(x, key, np.repeat(column, BUILDS, axis=0))
    x.overrun = (1 + x.overrun) * (1 + noise.overrun * slip) - 1
    x.delay_months = np.minimum(
        x.delay_months + np.round(noise.delay * slip), LONGEST_BUILD - x.build_months
    )
    return on_one_axis(x)


def market_noise(z: np.ndarray, vol: float, months: float) -> np.ndarray:
    """Factor of mean 1 on the market price, a random walk from financial close; year t lies
    months/12 + t from it.
    """
    time = months / 12 + np.arange(1.0, len(z) + 1)[:, None]
    z[0] *= np.float32(np.sqrt(time[0, 0]))
    walk = np.cumsum(z, axis=0, out=z)
    return np.exp(np.float32(vol) * walk - (vol**2 * time / 2).astype(np.float32))


def demand_noise(z: np.ndarray, vol: float, persistence: float) -> np.ndarray:
    """Factor of mean 1 on demand: lognormal, each year's shock lasting by `persistence`; 1 is a
    random walk.
    """
    kept, fresh = (
        np.float32(persistence),
        np.float32(1.0 if persistence == 1 else np.sqrt(1 - persistence**2)),
    )
    for t in range(1, len(z)):
        z[t] = kept * z[t - 1] + fresh * z[t]
    time = np.arange(1.0, len(z) + 1)[:, None] if persistence == 1 else np.ones((1, 1))
    return np.exp(np.float32(vol) * z - (vol**2 * time / 2).astype(np.float32))


def period_lost(lost: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The period in which each path loses its contract, from a uniform number; NEVER where it stands
    to the end.
    """
    period = np.searchsorted(np.cumsum(lost), u, side="right") + 1
    return np.where(period > lost.size, NEVER, period)


def losses(r: chain.Results, outcome: int, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(period in which each path loses its contract, its end counted; whether the buyer pays for it)."""
    by_period = r.default_loss[outcome]
    lost = period_lost(by_period, u)
    if r.kept_until[outcome, 0] == 0:
        lost = np.full_like(lost, BEFORE)
    place = np.clip(lost, 1, by_period.size) - 1
    from_there = (np.cumsum(by_period) - by_period)[place]
    paid = (lost >= 1) & (lost <= by_period.size) & (u < from_there + r.lost_paid[outcome][place])
    return lost, paid


def draws(
    seed: int, stream: tuple[int, int], paths: int, years: int, vol: float, noise: Noise
) -> tuple[Any, Any, np.ndarray]:
    """(normals for the price, normals for demand, uniforms for the contract) of one stream, in
    mirrored pairs.
    """
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=stream)))
    pairs = (paths + 1) // 2
    u = (np.arange(pairs) + generator.random(pairs)) / pairs
    price = generator.standard_normal((years, pairs), dtype=np.float32) if vol > 0 else None
    demand = (
        generator.standard_normal((years, pairs), dtype=np.float32)
        if noise.volume_vol > 0
        else None
    )
    if price is not None and demand is not None and noise.correlation:
        share = np.float32(noise.correlation)
        demand = share * price + np.sqrt(1 - share * share) * demand
    mirrored = [None if z is None else np.concatenate([z, -z], axis=1) for z in (price, demand)]
    return mirrored[0], mirrored[1], np.concatenate([u, 1 - u])


class Outcome:
    """One outcome of the build as the line functions of the chain read it: the rows of the chain as
    columns (periods, 1), each taken when it is first asked for.
    """

    def __init__(self, r: chain.Results, outcome: int, periods: int) -> None:
        self._rows, self._outcome, self._periods = r, outcome, periods

    def __getattr__(self, key: str) -> Any:
        row = self._rows[key][self._outcome, : self._periods]
        column = np.ascontiguousarray(row.reshape(-1, 1))
        setattr(self, key, column)
        return column


def inputs_of(x: SimpleNamespace, outcome: int) -> SimpleNamespace:
    """The inputs of one outcome of the build, as numbers."""
    return SimpleNamespace(**{key: float(column[outcome, 0]) for key, column in vars(x).items()})


def prices(x: SimpleNamespace, r: Outcome, market: Any) -> tuple[Any, Any]:
    """(market price, contract price) on each path; `market` is the factor on the market price."""
    if market is None:
        return r.market_price_path, r.contract_price
    path = r.market_price_path * market
    if x.price_basis != IN_BAND:
        return path, r.contract_price
    cap = r.cap_path if x.price_cap > 0 else np.inf
    return path, price_in_band(path, r.floor_path, cap, x.upside_share)


def volumes(x: SimpleNamespace, r: Outcome, demand: Any) -> tuple[Any, Any, Any]:
    """(billed, beside the contract, free once it is lost) on each path; `demand` is a factor."""
    if demand is None:
        return r.billed_volume, r.market_volume_beside, r.volume_refilled
    called = contract.called_share(x, demand)
    billed = contract.billed_volume(r.capacity_available, called, r.contracted_capacity)
    return billed, *contract.market_volumes(x, r.capacity_available, billed, demand)


def unit_costs(x: SimpleNamespace, r: Outcome, demand: Any, promised: Any) -> Any:
    """Variable cost a unit on each path: it learns from the output promised on that path."""
    if demand is None or x.learning_rate == 0:
        return r.unit_cost_promised
    output = np.cumsum(promised, axis=0)
    first = x.variable_cost * (1 + x.input_tariff)
    exponent = operation.learning_exponent(x.learning_rate)
    return operation.unit_cost(axis(x), output.T, first, x.inflation, exponent, x.learning_volume).T


def cash_flow(
    x: SimpleNamespace, r: Outcome, market: Any, demand: Any, lost: np.ndarray
) -> np.ndarray:
    """CFADS on each path (periods, paths), as the chain counts it: with the contract on the promised
    view, after tax; once it is lost what remains, after the bank's haircut and before tax. `market`
    and `demand` are factors on the rows, or None.
    """
    time, count = axis(x), len(r.debt_service)
    number, m = time.number[:count, None], time.a_year
    market_price, contract_price = prices(x, r, market)
    billed, beside, refilled = volumes(x, r, demand)
    stands = number < lost
    kept_free = (1 - r.in_contract) * r.resold_promised
    second = np.where(number < lost + 2 * m, r.refill_2, 1.0)
    after = np.where(number < lost + m, r.refill_1, second)  # where the contract stands no more
    counted = np.where(stands, 1.0, 1 - x.merchant_haircut)
    freed = np.where(stands, kept_free, after)
    contracted = stands * (r.in_contract * billed)
    sold = counted * operation.market_volume(beside, refilled, freed)
    promised = r.in_contract * billed + operation.market_volume(beside, refilled, kept_free)
    unit = unit_costs(x, r, demand, promised)
    ready = stands * (r.in_contract * r.capacity_payment)  # paid for, whatever is called
    revenue = contracted * contract_price + ready + sold * market_price
    running = operation.running_cash(r, revenue - (contracted + sold) * unit)
    standing = operation.standing_cash(x, r, running)
    earnings = np.where(stands, standing * r.open_promised, standing)
    tax = ratios.levered_tax(x, earnings.T, r.depreciation.T, r.interest.T).tax
    tied_up = operation.working_capital(
        revenue * m * r.open_promised,
        x.working_capital_days,
        x.operating_years > time.elapsed[:count, None],
    )
    with_contract = ratios.cash_available(
        operation.cash_before_tax(earnings.T, tied_up.T, x.opening_working_capital), tax
    )
    return np.where(stands, with_contract.T, earnings)


def missed_in(
    x: SimpleNamespace, r: Outcome, cash: np.ndarray, lost: np.ndarray, paid: np.ndarray
) -> np.ndarray:
    """The period in which each path first misses a payment, 0 for none: debt service and negative cash
    are paid from one pool, of which the reserve's target stays over a period's end, or all of it where
    distributions are locked.
    """
    time = axis(x)
    number = time.number[: len(cash), None]
    after = paid & (number >= lost)
    share = np.where(after, r.uncovered_claim, 1.0)
    flow = operation.supported_cash(
        cash + (after & (number == lost)) * r.settlement_due, x.operating_support / time.a_year
    )
    due = np.where(after, r.uncovered_ahead, r.due_ahead) > 0
    a_year = r.debt_service * (
        x.payments_per_year / time.a_year
    )  # at the rate of the period's cash
    waits = np.broadcast_to(pays(x, time) == 0, time.count)[: len(cash), None]
    locked = waits | (flow < (x.lock_up_dscr - TOLERANCE) * a_year)
    first = np.zeros(cash.shape[1], dtype=int)
    pool = np.broadcast_to(r.dsra_at_completion[0], first.shape)
    for t in range(len(cash)):
        service = share[t] * r.debt_service[t]
        rest = pool + flow[t] - service
        short = due[t] & (rest < -TOLERANCE * np.maximum(1, service))
        first = np.where(short & (first == 0), t + 1, first)
        rest = np.maximum(0, rest)
        pool = np.where(locked[t], rest, np.minimum(r.dsra_target[t], rest))
    return first


class Job(NamedTuple):
    """Paths that share one outcome of the build and one stream of random numbers."""

    outcome: int
    stream: int
    first: int
    size: int


def jobs_of(outcomes: int, paths: int) -> list[Job]:
    """The paths dealt out evenly over the outcomes of the build, in pieces of one stream each."""
    jobs, start = [], 0
    for k in range(outcomes):
        size = paths // outcomes + (k < paths % outcomes)
        pieces = enumerate(range(0, size, DRAWN))
        jobs += [Job(k, i, start + at, min(DRAWN, size - at)) for i, at in pieces]
        start += size
    return jobs


def cover(
    x: SimpleNamespace, r: chain.Results, job: Job, years: int, seed: int, noise: Noise, block: int
) -> tuple[np.ndarray, np.ndarray]:
    """(DSCR on the paths of one job (years, paths), NaN in years without debt service; year in which
    each first misses a payment, 0 for none). Price and demand are drawn by year.
    """
    m = axis(x).a_year
    inputs, rows = inputs_of(x, job.outcome), Outcome(r, job.outcome, years * m)
    vol = inputs.price_vol
    z, demand_z, u = draws(seed, (job.outcome, job.stream), job.size, years, vol, noise)
    months = float(r.completion_month[job.outcome, 0])
    market = None if z is None else market_noise(z, vol, months)
    demand = None
    if demand_z is not None:
        demand = demand_noise(demand_z, noise.volume_vol, noise.persistence)
    if m > 1:
        market, demand = (None if z is None else np.repeat(z, m, axis=0) for z in (market, demand))
    lost, paid = losses(r, job.outcome, u)
    due = axis(x).by_years(rows.debt_service)
    serviced = (axis(x).by_years(r.serviced[0, : years * m, None]) > 0) & (due > 0)
    service = np.where(serviced, due, np.nan)
    found = np.empty((years, job.size), dtype=np.float32)
    missed = np.empty(job.size, dtype=int)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for a in range(0, job.size, block):
            part = slice(a, min(a + block, job.size))
            price_factor = None if market is None else market[:, part]
            called_factor = None if demand is None else demand[:, part]
            cash = cash_flow(inputs, rows, price_factor, called_factor, lost[part])
            found[:, part] = axis(x).by_years(cash) / service
            missed[part] = -(-missed_in(inputs, rows, cash, lost[part], paid[part]) // m)
    return found, missed


def simulate(
    deal: Deal,
    paths: int = 10_000,
    seed: int = 1,
    levels: Any = (0.1, 0.5, 0.9),
    noise: Noise = Noise(),  # noqa: B008 - a tuple of numbers
    block: int = BLOCK,
) -> Fan:
    """The deal's DSCR on many paths; the same for every `block`."""
    x = builds(deal, noise)
    r = settle.run(x)
    serviced = axis(x).by_years(r.serviced[0]) > 0
    if not serviced.any():
        raise cells.no_answer("the deal has no debt service in any year: there is no DSCR.")
    years = int(np.flatnonzero(serviced)[-1]) + 1
    dscr = np.empty((years, paths), dtype=np.float32)
    short, sums, missed = np.zeros(years), np.zeros(years), np.zeros(years)
    for job in jobs_of(len(r.debt), paths):
        piece = dscr[:, job.first : job.first + job.size]
        piece[:], first = cover(x, r, job, years, seed, noise, block)
        missed += np.bincount(first, minlength=years + 1)[1:]
        short += np.count_nonzero(piece < 1, axis=1)
        sums += piece.sum(axis=1, dtype=float)
    quantiles = np.full((years, len(levels)), np.nan)
    for t in np.flatnonzero(serviced[:years]):
        quantiles[t] = np.quantile(dscr[t], levels)
    below = np.where(serviced[:years], short / paths, np.nan)
    any_year = float(np.count_nonzero((dscr < 1).any(axis=0)) / paths)
    return Fan(quantiles, below, any_year, sums / paths, missed / paths)


@function(
    FAMILY,
    "How far can the whole deal's DSCR fall when prices, demand, renewals and the build go their"
    " own ways?",
    registry.block(
        "one row a year under a heading: DSCR at each percentile, probability of DSCR < 1, its"
        " standard error, probability that the first payment is missed; last row: in any year"
    ),
    deal=deal_param(),
    paths=cells.count("paths drawn", low=100, high=5_000_000),
    seed=cells.count(
        "start of the random numbers; the same seed gives the same answer", high=1_000_000
    ),
    percentiles=cells.path("percentiles shown: 0.1 is the bad one in ten", low=0, high=1),
    volume_vol=cells.number(
        "volatility of demand, the buyer's and the market's: 10% = 0.1", low=0, high=2
    ),
    persistence=cells.probability(
        "how much of a year's shock to demand lasts to the next: 0 none, 1 a random walk"
    ),
    correlation=cells.number(
        "correlation of the yearly shocks to demand and to the market price", low=-1, high=1
    ),
    overrun=cells.probability(
        "mean cost overrun beyond the deal's own, as a share of capital cost"
    ),
    delay=cells.number("mean delay beyond the deal's own, in months", low=0, high=24),
    years=cells.count(
        "rows of years shown, blank after the loan's last; left out: the loan's years",
        low=1,
        high=chain.YEARS,
    ),
)
def DEAL_FAN(
    deal,
    paths=10_000,
    seed=1,
    percentiles=((0.1,), (0.5,), (0.9,)),
    volume_vol=0.0,
    persistence=0.5,
    correlation=0.0,
    overrun=0.0,
    delay=0.0,
    years=None,
):
    """The range of a whole deal's DSCR year by year on simulated paths, and the probability that it
    falls below 1.

    Equation
    --------
    market price_t = expected price_t exp(v W - v^2 time / 2), v = price_vol, W a random walk from financial close
    demand_t = expected demand exp(volume_vol x_t - volume_vol^2 / 2), x_t = persistence x_{t-1} + fresh shock
    contract lost in year t with the probability that the chain gives it: renewal, lapse, termination, default, end
    DSCR_t = CFADS_t of the path / debt service_t; a payment is missed where the pool (cash flow, reserve, cash
    held by lock-up) does not reach

    Conventions
    -----------
    Price band, take-or-pay, volume cap, idle cost, learning, tax and losses carried forward act on
    each path. With the contract the path earns what the chain counts as promised; from the year of
    its loss what remains, after retooling, the bank's haircut and before tax; a contract that ends
    within the loan is lost in the year after. A missed payment is that of shortfall_probability: with
    price_vol and volume_vol at 0 both agree to the error of simulation.
    Volatility of demand, overrun and delay are 0 unless given; price_vol comes from the deal.
    Overrun and delay are exponential, go together, and are counted in 20 equally likely outcomes,
    each with the facility and schedule that the chain gives it; on each, debt service is certain.
    Random numbers: numpy's PCG64, one stream for each 8,192 paths, mirrored pairs, the loss of the
    contract stratified; the standard error shown is that of independent paths, and the true one is
    as a rule smaller. The answer is the same on any number of processors. p10 is the bad side; a
    percentile is no scenario, no single path follows it. The balloon is no debt service.

    Errors
    ------
    #N/A where the deal has no debt service; #NUM! where paths x years is above 200 million or a
    percentile is 0 or 1; as DEAL_METRICS for the deal.

    Source
    ------
    Geometric random walk and autoregression: Hull, Options, Futures and Other Derivatives; mirrored
    and stratified draws: Glasserman, Monte Carlo Methods in Financial Engineering (2003).

    See also
    --------
    DSCR_FAN, DEAL_METRICS, SURVIVAL, TORNADO

    Examples
    --------
    A plant on yearly renewed orders, the first two years and the last row:

    >>> rows = DEAL_FAN(EXAMPLE, 10000, 1, [0.1, 0.5], 0.1)
    >>> for row in [*rows[:3], rows[-1]]:
    ...     print([round(cell, 3) if isinstance(cell, float) else cell for cell in row])
    ['year', 'p10', 'p50', 'probability DSCR < 1', 'standard error', 'payment missed']
    [1, 1.913, 1.913, 0.0, 0.0, 0.0]
    [2, 1.96, 1.96, 0.1, 0.003, 0.1]
    ['any year', None, None, 0.613, 0.005, 0.613]
    """
    levels = np.ravel(percentiles)
    if not np.all((levels > 0) & (levels < 1)):
        raise cells.impossible("percentiles must lie between 0 and 1, such as 0.1, 0.5 and 0.9.")
    if paths * deal.tenor > MOST_NUMBERS:
        raise cells.impossible(f"paths x years is above {MOST_NUMBERS:,.0f}: take fewer paths.")
    found = simulate(
        deal, paths, seed, levels, Noise(volume_vol, persistence, correlation, overrun, delay)
    )
    rows: list[list[Any]] = [
        [
            "year",
            *(f"p{100 * p:g}" for p in levels),
            "probability DSCR < 1",
            "standard error",
            "payment missed",
        ]
    ]
    for t, chance in enumerate(found.below):
        error = float(np.sqrt(chance * (1 - chance) / paths))
        missed = float(found.missed[t])
        rows.append([t + 1, *found.percentiles[t].tolist(), float(chance), error, missed])
    if years is not None and years < deal.tenor:
        raise cells.impossible(
            f"years {years} does not hold the loan's {deal.tenor}: give at least its tenor, or"
            " leave it out."
        )
    rows += [
        [year, *[None] * (levels.size + 3)]
        for year in range(len(found.below) + 1, (years or 0) + 1)
    ]
    error = float(np.sqrt(found.any_year * (1 - found.any_year) / paths))
    missed = float(found.missed.sum())
    return [*rows, ["any year", *[None] * levels.size, found.any_year, error, missed]]


__all__ = ["DEAL_FAN", "EXAMPLE", "Fan", "Noise", "simulate"]
