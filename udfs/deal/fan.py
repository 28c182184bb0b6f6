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
from bankable.udfs.deal import chain
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.block import EXAMPLE, deal_param
from bankable.udfs.deal.chain.axes import MONTHS, YEAR, YEARS, previous
from bankable.udfs.deal.chain.contract import indexed
from bankable.udfs.deal.chain.operation import deductible_interest, idled, tax_with_losses
from bankable.udfs.deal.deal import Deal
from bankable.udfs.registry import function
from bankable.udfs.revenue import price_in_band

FAMILY = "Sensitivity"
DRAWN = 8192  # paths that share one stream of random numbers; part of what a seed means
BLOCK = 2048  # paths calculated at once: their arrays fit the processor's cache
BUILDS = 20  # equally likely outcomes of the build
MOST_NUMBERS = 2e8
NEVER = 1000  # year in which a contract is lost that is never lost


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
    mean DSCR by year.
    """

    percentiles: np.ndarray
    below: np.ndarray
    any_year: float
    mean: np.ndarray


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
        x.delay_months + np.round(noise.delay * slip), MONTHS - x.build_months
    )
    return x


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


def year_lost(lost: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The year in which each path loses its contract, from a uniform number; NEVER where it stands
    to the end.
    """
    year = np.searchsorted(np.cumsum(lost), u, side="right") + 1
    return np.where(year > lost.size, NEVER, year)


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


class Rows(NamedTuple):
    """One outcome of the build: the deal's inputs as numbers, the chain's rows as columns (years,
    1).
    """

    inputs: SimpleNamespace
    rows: SimpleNamespace


_NEEDED = (
    *(
        "capacity_available",
        "contracted_capacity",
        "in_contract",
        "resold_promised",
        "refill_1",
        "refill_2",
        "billed_volume",
    ),
    *(
        "market_volume_beside",
        "volume_refilled",
        "market_price_path",
        "contract_price",
        "floor_path",
        "cap_path",
        "ramped",
    ),
    *(
        "unit_cost_promised",
        "fixed_cost_path",
        "maintenance",
        "open_promised",
        "depreciation",
        "interest",
        "debt_service",
    ),
)


def rows_of(x: SimpleNamespace, r: chain.Results, k: int, years: int) -> Rows:
    """The inputs and rows of build outcome k."""
    inputs = SimpleNamespace(**{key: float(column[k, 0]) for key, column in vars(x).items()})
    rows = {key: np.ascontiguousarray(r[key][k, :years].reshape(-1, 1)) for key in _NEEDED}
    return Rows(inputs, SimpleNamespace(**rows))


def cash_flow(deal: Rows, market: Any, demand: Any, lost: np.ndarray) -> np.ndarray:
    """CFADS on each path (years, paths), as the chain counts it: with the contract on the promised
    view, after tax; once it is lost what remains, after the bank's haircut and before tax. `market`
    and `demand` are factors on the rows, or None.
    """
    x, r = deal
    year = YEAR[: len(r.debt_service), None]
    price_path = r.market_price_path if market is None else r.market_price_path * market
    price = r.contract_price
    if market is not None and x.price_basis == 1:
        price = price_in_band(
            price_path, r.floor_path, r.cap_path if x.price_cap > 0 else np.inf, x.upside_share
        )
    billed, beside, refilled = r.billed_volume, r.market_volume_beside, r.volume_refilled
    if demand is not None:
        called = np.maximum(x.take_or_pay, np.minimum(x.buyer_demand * demand, x.max_volume))
        billed = np.minimum(r.capacity_available, called * r.contracted_capacity)
        sells = np.minimum(1, x.merchant_share * demand)
        beside = sells * (r.capacity_available - billed)
        refilled = sells * billed
    stands = year < lost
    kept_free = (1 - r.in_contract) * r.resold_promised
    counted = np.where(stands, 1.0, 1 - x.merchant_haircut)
    freed = np.where(
        stands,
        kept_free,
        np.where(year == lost, r.refill_1, np.where(year == lost + 1, r.refill_2, 1.0)),
    )
    contracted = stands * (r.in_contract * billed)
    sold = counted * (beside + freed * refilled)
    unit = r.unit_cost_promised
    if demand is not None and x.learning_rate > 0:
        promised = np.cumsum(r.in_contract * billed + beside + kept_free * refilled, axis=0)
        first = indexed(x.variable_cost * (1 + x.input_tariff), x.inflation)[: len(year), None]
        unit = first * np.maximum(1, promised / x.learning_volume) ** (
            np.log(1 - x.learning_rate) / np.log(2)
        )
    revenue = contracted * price + sold * price_path
    fixed = r.fixed_cost_path + r.maintenance
    running = revenue - (contracted + sold) * unit - fixed
    standing = idled(running, r.ramped, x.idle_cost * r.fixed_cost_path)
    earnings = np.where(stands, standing * r.open_promised, standing)
    deducted, _ = deductible_interest(
        earnings.T, r.interest.T, x.interest_limit_applies, x.interest_limit
    )
    taxable = earnings - r.depreciation - deducted.T
    _, tax = tax_with_losses(taxable.T, x.tax_rate, x.loss_limit)
    tied = revenue * r.open_promised * (x.working_capital_days / 365 * (x.operating_years > year))
    return earnings - stands * (tax.T + tied - previous(tied.T).T)


def sliced(factor: np.ndarray | None, part: slice) -> np.ndarray | None:
    """Some of the paths of a factor that may be absent."""
    return None if factor is None else factor[:, part]


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
    r = chain.run(x)
    serviced = r.serviced[0] > 0
    if not serviced.any():
        raise cells.no_answer("the deal has no debt service in any year: there is no DSCR.")
    years = int(np.flatnonzero(serviced)[-1]) + 1
    outcomes = len(r.debt)
    dscr = np.empty((years, paths), dtype=np.float32)
    failed = np.zeros(paths, dtype=bool)
    jobs = []
    start = 0
    for k in range(outcomes):
        size = paths // outcomes + (k < paths % outcomes)
        jobs += [
            (k, i, start + at, min(DRAWN, size - at)) for i, at in enumerate(range(0, size, DRAWN))
        ]
        start += size
    counts = np.zeros((len(jobs), years))
    sums = np.zeros((len(jobs), years))

    def work(job: int) -> None:
        k, i, first, size = jobs[job]
        rows = rows_of(x, r, k, years)
        vol, lost = rows.inputs.price_vol, r.lost[k]
        z, demand_z, u = draws(seed, (k, i), size, years, vol, noise)
        market = None if z is None else market_noise(z, vol, float(r.completion_month[k, 0]))
        demand = (
            None
            if demand_z is None
            else demand_noise(demand_z, noise.volume_vol, noise.persistence)
        )
        lost_in = year_lost(lost, u)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            service = np.where(
                serviced[:years, None] & (rows.rows.debt_service > 0),
                rows.rows.debt_service,
                np.nan,
            )
            for a in range(0, size, block):
                b = min(a + block, size)
                part = slice(a, b)
                cover = (
                    cash_flow(rows, sliced(market, part), sliced(demand, part), lost_in[part])
                    / service
                )
                short = cover < 1
                dscr[:, first + a : first + b] = cover
                failed[first + a : first + b] = short.any(axis=0)
        piece = dscr[:, first : first + size]
        counts[job] = np.count_nonzero(piece < 1, axis=1)
        sums[job] = piece.sum(axis=1, dtype=float)

    for job in range(len(jobs)):
        work(job)
    quantiles = np.full((years, len(levels)), np.nan)
    for t in np.flatnonzero(serviced[:years]):
        quantiles[t] = np.quantile(dscr[t], levels)
    below = np.where(serviced[:years], counts.sum(axis=0) / paths, np.nan)
    return Fan(quantiles, below, float(np.count_nonzero(failed) / paths), sums.sum(axis=0) / paths)


@function(
    FAMILY,
    "How far can the whole deal's DSCR fall when prices, demand, renewals and the build go their"
    " own ways?",
    registry.block(
        "one row a year under a heading: DSCR at each percentile, probability of DSCR < 1, its"
        " standard error; last row: in any year"
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
        high=YEARS,
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
    contract lost in year t with the probability that the chain gives it: renewal, lapse, termination, default
    DSCR_t = CFADS_t of the path / debt service_t

    Conventions
    -----------
    Price band, take-or-pay, volume cap, idle cost, learning, tax and losses carried forward act on
    each path. With the contract the path earns what the chain counts as promised; from the year of
    its loss what remains, after retooling, the bank's haircut and before tax, as in
    shortfall_probability: with price_vol and volume_vol at 0 both agree to the error of simulation.
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
    ['year', 'p10', 'p50', 'probability DSCR < 1', 'standard error']
    [1, 1.913, 1.913, 0.0, 0.0]
    [2, 1.96, 1.96, 0.1, 0.003]
    ['any year', None, None, 0.613, 0.005]
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
        ["year", *(f"p{100 * p:g}" for p in levels), "probability DSCR < 1", "standard error"]
    ]
    for t, chance in enumerate(found.below):
        error = float(np.sqrt(chance * (1 - chance) / paths))
        rows.append([t + 1, *found.percentiles[t].tolist(), float(chance), error])
    if years is not None and years < deal.tenor:
        raise cells.impossible(
            f"years {years} does not hold the loan's {deal.tenor}: give at least its tenor, or"
            " leave it out."
        )
    rows += [
        [year, *[None] * (levels.size + 2)]
        for year in range(len(found.below) + 1, (years or 0) + 1)
    ]
    error = float(np.sqrt(found.any_year * (1 - found.any_year) / paths))
    return [*rows, ["any year", *[None] * levels.size, found.any_year, error]]


__all__ = ["DEAL_FAN", "EXAMPLE", "Fan", "Noise", "simulate"]
