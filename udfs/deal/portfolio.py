"""A book of loans: expected and unexpected loss when renewals share a budget and defaults share an
economy.

Everything is over arrays with one entry a deal; the deals' own figures come from the chain
(`bankable.udfs.deal`). The model is stated at `book_loss`.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from bankable.udfs.deal import chain
from bankable.udfs.deal.chain.axes import TOLERANCE
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.measures import BLOCK, MEASURES, runs
from bankable.udfs.numerics import normal

FACTOR = np.arange(
    -6.0, 6.0 + 1e-9, 0.25
)  # equal steps: the trapezoid rule is all but exact over a bell
WEIGHT = normal.pdf(FACTOR) / normal.pdf(FACTOR).sum()
DRAWS = 20_000
DRAWN_ONE_BY_ONE = 200  # the largest losses of the book; the many small ones go by mean and variance given the causes
BUDGETS_DRAWN = 200
HIGHEST_CORRELATION = 0.9
BUDGET_CORRELATION, DEFAULT_CORRELATION, CONFIDENCE = (
    0.5,
    0.15,
    0.999,
)  # illustrative; the last is the level of the Basel rules

# What a book needs of each deal beside the measures, by name.
LOSS_ROWS = ("bank_loan", "bank_loss", "own_default", "life_default", "guaranteed", "failed_tests")
WATCH = (
    "default before the loan's end is likelier than not",
    "DSCR below lock-up",
    "probability of a missed payment over its limit",
    "bank's loss over its limit",
    "contract ends too early",
)


def deal_rows(x: SimpleNamespace, r: chain.Results) -> dict[str, np.ndarray]:
    """Figures of each deal, shape (S,): every measure as a number (choices by index), LOSS_ROWS and
    the watch reasons as bits.
    """
    rows = {
        name: np.asarray(r[entry.key])[..., 0].astype(float) for name, entry in MEASURES.items()
    }
    uncovered = (1 - x.coverage) * (1 - x.government_loan_share)
    failed = sum((r[f"pass_{key}"] == 0) * 2.0**i for i, (key, *_) in enumerate(TESTS))
    reasons = (
        r.life_default > 0.5,
        r.min_dscr < x.lock_up_dscr - TOLERANCE,
        r.pass_shortfall == 0,
        r.pass_loss_rate == 0,
        r.pass_tail == 0,
    )
    extra = {
        "bank_loan": r.bank_loan,
        "bank_loss": uncovered * r.expected_loss,
        "own_default": 1 - (1 - x.pd_base) ** x.tenor,
        "life_default": r.life_default,
        "guaranteed": x.coverage * r.bank_loan,
        "failed_tests": failed,
        "watch": sum(reason * 2.0**i for i, reason in enumerate(reasons)),
    }
    return rows | {
        name: np.broadcast_to(value, r.debt.shape)[:, 0] for name, value in extra.items()
    }


def evaluate(x: SimpleNamespace, names: tuple[str, ...], block: int = BLOCK) -> np.ndarray:
    """The named rows of `deal_rows` for every deal, shape (S, names); the chain holds `block` deals
    at a time.
    """
    found = np.empty((len(x.tenor), len(names)))
    for alike, group in by_periods(x):
        for start, results in zip(range(0, len(alike), block), runs(group, block), strict=True):
            part = slice(start, start + block)
            rows = deal_rows(_some(group, part), results)
            for i, name in enumerate(names):
                found[alike[part], i] = rows[name]
    return found


def by_periods(x: SimpleNamespace) -> Iterator[tuple[np.ndarray, SimpleNamespace]]:
    """The deals with one number of periods a year, by their places, and their inputs: a deal's figures do
    not hang on who stands beside it.
    """
    a_year = np.maximum(x.periods_per_year, x.payments_per_year)[:, 0]
    for periods in np.unique(a_year):
        alike = np.flatnonzero(a_year == periods)
        yield alike, x if len(alike) == len(a_year) else _some(x, alike)


def _some(x: SimpleNamespace, rows: Any) -> SimpleNamespace:
    """The inputs of some deals."""
    return SimpleNamespace(**{key: column[rows] for key, column in vars(x).items()})


class BookLoss(NamedTuple):
    """Loss of a book over its life: mean, standard deviation, the loss not exceeded at a
    confidence, and the mean beyond it.
    """

    expected: float
    unexpected: float
    unexpected_if_independent: float
    quantile: float
    beyond: float
    quantile_error: float


def book_loss(
    loss: np.ndarray,
    life_default: np.ndarray,
    own_default: np.ndarray,
    budget: np.ndarray,
    budget_correlation: float = BUDGET_CORRELATION,
    default_correlation: float = DEFAULT_CORRELATION,
    confidence: float = CONFIDENCE,
    seed: int = 1,
) -> BookLoss:
    """The loss distribution of a book from each deal's loss if it defaults and the two roads to its
    default.

    A loan defaults on its own account (`own_default` over its life) or through the loss of its
    contract; the probability c of the latter follows from (1 - own)(1 - c) = 1 - life. Own defaults
    share one economy M, contract losses share their budget's fortune B, each by a Gaussian latent
    variable: own | M = N((N^-1(own) - sqrt(rho) M) / sqrt(1 - rho)), and c | B alike. M, the B of
    all budgets, and what remains of each deal are independent. `budget` is an index; a negative one
    is a deal with a budget of its own. Mean and deviation are exact (quadrature over M and B); the
    quantile is simulated, its standard error given.
    """
    own = np.minimum(own_default, life_default)
    lost = np.clip(1 - (1 - life_default) / np.where(own < 1, 1 - own, 1), 0, 1)
    budgets = int(budget.max(initial=-1)) + 1
    large = np.sort(np.argsort(-loss, kind="stable")[:DRAWN_ONE_BY_ONE])
    small = np.setdiff1d(np.arange(loss.size), large, assume_unique=True)
    pooled = by_cause(
        loss, own, lost, budget, small, budgets, budget_correlation, default_correlation
    )
    drawn = by_cause(
        loss, own, lost, budget, large, budgets, budget_correlation, default_correlation
    )
    mean, spread, alone = (few + many for few, many in zip(drawn, pooled, strict=True))
    by_economy = mean @ WEIGHT
    within = (mean**2) @ WEIGHT - by_economy**2 + spread @ WEIGHT
    total_mean = by_economy.sum(axis=0) + alone[0]
    expected = float(WEIGHT @ total_mean)
    variance = float(
        WEIGHT @ (total_mean - expected) ** 2 + WEIGHT @ (within.sum(axis=0) + alone[1])
    )
    sample = draw(
        loss, own, lost, budget, large, pooled, budget_correlation, default_correlation, seed
    )
    quantile, beyond, error = tail(sample, confidence)
    independent = float(np.sqrt(np.sum(loss**2 * life_default * (1 - life_default))))
    return BookLoss(
        expected, float(np.sqrt(max(0.0, variance))), independent, quantile, beyond, error
    )


def by_cause(loss, own, lost, budget, deals, budgets, budget_correlation, default_correlation):
    """Mean and variance of the loss of some deals given their causes.

    (mean, variance) by budget, state of the economy and fortune of the budget, shape (budgets,
    states, states), and both by state of the economy, shape (2, states), for deals with a budget of
    their own.
    """
    mean = np.zeros((budgets, FACTOR.size, FACTOR.size))
    spread, alone = np.zeros_like(mean), np.zeros((2, FACTOR.size))
    order = deals[np.argsort(budget[deals], kind="stable")]
    edges = np.searchsorted(budget[order], np.arange(budgets + 1))
    for g in range(-1, budgets):
        members = order[edges[g] if g >= 0 else 0 : edges[g + 1]]
        for part in np.split(members, range(4096, members.size, 4096)):
            amount, solvent = loss[part, None], 1 - given(own[part], default_correlation)
            if g < 0:
                stays = solvent * (1 - lost[part])[:, None]
                alone += np.stack(
                    [loss[part] @ (1 - stays), loss[part] ** 2 @ (stays * (1 - stays))]
                )
            else:
                renewed = 1 - given(lost[part], budget_correlation)
                paid, squared = amount * solvent, (amount * solvent) * amount
                mean[g] += amount.sum() - paid.T @ renewed
                spread[g] += squared.T @ renewed - (paid**2).T @ renewed**2
    return mean, spread, alone


def given(probability: np.ndarray, correlation: float, factor: np.ndarray = FACTOR) -> np.ndarray:
    """Probability of the event in each state of its common cause, shape (deals, states); a low
    state is a bad one.
    """
    point = normal.quantile(probability)[:, None]
    return normal.cdf((point - np.sqrt(correlation) * factor) / np.sqrt(1 - correlation))


def draw(
    loss, own, lost, budget, large, pooled, budget_correlation, default_correlation, seed
) -> np.ndarray:
    """Losses of the whole book in DRAWS simulated lives."""
    rng = np.random.default_rng(seed)
    half = rng.standard_normal(DRAWS // 2)
    economy = np.concatenate([half, -half])
    pooled_mean, pooled_spread, pooled_alone = pooled
    size = (
        np.sqrt(np.maximum(0, (pooled_mean**2) @ WEIGHT - (pooled_mean @ WEIGHT) ** 2) @ WEIGHT)
        + pooled_mean @ WEIGHT @ WEIGHT
    )
    ranked = np.argsort(-size, kind="stable")
    chosen, others = ranked[:BUDGETS_DRAWN], ranked[BUDGETS_DRAWN:]
    low, share = place(economy)
    mean = between(pooled_alone[0], low, share)
    variance = between(pooled_alone[1], low, share)
    if others.size:
        rest = pooled_mean[others]
        mean += between((rest @ WEIGHT).sum(axis=0), low, share)
        variance += between(
            ((rest**2) @ WEIGHT - (rest @ WEIGHT) ** 2 + pooled_spread[others] @ WEIGHT).sum(
                axis=0
            ),
            low,
            share,
        )
    fortunes: dict[int, np.ndarray] = {}
    for g in sorted({*chosen.tolist(), *(int(b) for b in budget[large] if b >= 0)}):
        fortune = fortunes[g] = np.random.default_rng(
            np.random.SeedSequence(seed, spawn_key=(g,))
        ).standard_normal(DRAWS)
        if g in chosen:
            column, part = place(fortune)
            for target, grid in ((mean, pooled_mean[g]), (variance, pooled_spread[g])):
                at_low = between(grid[low, column], None, part, grid[low, column + 1])
                at_high = between(grid[low + 1, column], None, part, grid[low + 1, column + 1])
                target += at_low + share * (at_high - at_low)
    book = mean + np.sqrt(np.maximum(0, variance)) * rng.standard_normal(DRAWS)
    book = np.maximum(0, book)
    for i in large:
        fortune = fortunes[int(budget[i])] if budget[i] >= 0 else rng.standard_normal(DRAWS)
        latent_own = np.sqrt(default_correlation) * economy + np.sqrt(
            1 - default_correlation
        ) * rng.standard_normal(DRAWS)
        latent_lost = np.sqrt(budget_correlation) * fortune + np.sqrt(
            1 - budget_correlation
        ) * rng.standard_normal(DRAWS)
        points = normal.quantile(np.array([own[i], lost[i]]))
        book += loss[i] * ((latent_own < points[0]) | (latent_lost < points[1]))
    return book


def place(factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The step of FACTOR that each state lies in, and how far along it."""
    position = (np.clip(factor, FACTOR[0], FACTOR[-1] - 1e-9) - FACTOR[0]) / (FACTOR[1] - FACTOR[0])
    low = np.minimum(position.astype(int), FACTOR.size - 2)
    return low, position - low


def between(
    values: np.ndarray, low: np.ndarray | None, share: np.ndarray, upper: np.ndarray | None = None
) -> np.ndarray:
    """Straight line between neighbours."""
    if low is not None:
        values, upper = values[low], values[low + 1]
    return values + share * (upper - values)


def tail(sample: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """(quantile, mean at and beyond it, standard error of the quantile from the ranks around
    it).
    """
    ordered = np.sort(sample)
    n = ordered.size
    rank = min(n - 1, int(np.ceil(confidence * n)) - 1)
    step = int(np.ceil(np.sqrt(n * confidence * (1 - confidence))))
    error = (ordered[min(n - 1, rank + step)] - ordered[max(0, rank - step)]) / 2
    return float(ordered[rank]), float(ordered[rank:].mean()), float(error)


def concentration(exposure: np.ndarray, group: np.ndarray, groups: int) -> tuple[np.ndarray, float]:
    """(share of the exposure by group, Herfindahl index: 1 = all in one, 1/n = evenly over n)."""
    sums = np.bincount(group, exposure, minlength=groups)
    share = sums / sums.sum() if sums.sum() > 0 else np.zeros(groups)
    return share, float(np.sum(share**2))


__all__ = ["LOSS_ROWS", "WATCH", "BookLoss", "book_loss", "concentration", "deal_rows", "evaluate"]
