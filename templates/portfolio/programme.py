"""From a book of deals to a programme: the deals that a subsidy budget pays for, those first that bring the
most private capital for each dollar of expected public cost, and what they ask of it year by year.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from bankable.udfs.deal.chain.axes import TOLERANCE, YEARS
from bankable.udfs.deal.measures import BLOCK, runs
from bankable.udfs.deal.portfolio import book_loss, by_periods
from bankable.udfs.deal.public_years import ROWS, by_year
from bankable.udfs.deal.settle import part_of


@dataclass(frozen=True)
class Programme:
    """The deals chosen, the programme's figures by name, and its rows by year."""

    chosen: np.ndarray
    figures: dict[str, float]
    years: pd.DataFrame


def counted_cost(column: dict[str, np.ndarray]) -> np.ndarray:
    """Expected public cost of each deal, in which what credit earns pays for nothing else."""
    earned = sum(np.maximum(0, -column[name]) for name in ("guarantee_cost", "loan_cost"))
    return column["public_cost"] + earned


def chosen_within(column: dict[str, np.ndarray], budget: float) -> np.ndarray:
    """Which deals are in: they ask for support and meet every credit test; those that cost nothing first,
    then by private capital for each dollar, each that still fits.
    """
    cost = counted_cost(column)
    asks = (column["decision"] > 0) & ((cost > 0) | (column["budget_authority"] > 0))
    worth = column["private_at_risk"] / np.maximum(cost, TOLERANCE)
    order = np.argsort(np.where(cost > 0, -worth, -np.inf), kind="stable")
    chosen = np.zeros(len(cost), dtype=bool)
    left = budget
    for i in order:
        if asks[i] and max(0.0, cost[i]) <= left + TOLERANCE:
            chosen[i] = True
            left -= max(0.0, cost[i])
    return chosen


def of_book(
    inputs: dict[str, np.ndarray],
    column: dict[str, np.ndarray],
    budgets: np.ndarray,
    subsidy: float,
    budget_correlation: float,
    default_correlation: float,
) -> Programme:
    """The programme that a subsidy budget pays for; defaults are counted with the book's own causes."""
    chosen = chosen_within(column, subsidy)
    part = {name: values[chosen] for name, values in column.items()}
    if chosen.any():
        risk = book_loss(
            np.ones(int(chosen.sum())),
            part["life_default"],
            part["own_default"],
            budgets[chosen],
            budget_correlation,
            default_correlation,
        )
        expected, worst = risk.expected, risk.quantile
    else:
        expected = worst = 0.0
    figures = {
        "subsidy_budget": subsidy,
        "programme_deals": float(chosen.sum()),
        "programme_cost": float(np.maximum(0, counted_cost(part)).sum()),
        "programme_authority": float(part["budget_authority"].sum()),
        "programme_private": float(part["private_at_risk"].sum()),
        "programme_defaults": expected,
        "programme_defaults_worst": worst,
    }
    return Programme(chosen, figures, years_of(inputs, chosen))


def years_of(inputs: dict[str, np.ndarray], chosen: np.ndarray) -> pd.DataFrame:
    """Outlays, authority and liability of the chosen deals by year from each one's completion, $ million."""
    total = {name: np.zeros(1 + YEARS) for name in ROWS}
    if chosen.any():
        x = SimpleNamespace(
            **{key: values[chosen].reshape(-1, 1) for key, values in inputs.items()}
        )
        for alike, group in by_periods(x):
            for start, r in zip(range(0, len(alike), BLOCK), runs(group), strict=True):
                here = part_of(group, slice(start, start + BLOCK))
                for name, rows in by_year(here, r).items():
                    total[name] += rows.sum(axis=0)
    table = pd.DataFrame(total, index=range(1 + YEARS))
    return table.rename_axis("year").reset_index()


__all__ = ["Programme", "chosen_within", "of_book", "years_of"]
