"""A book of loans to measure with: the shipped deals, each varied at random, seeded, with budgets
and sponsors.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bankable.templates import deal_file
from bankable.udfs.deal import deal as deals

VARIED = (
    "capex",
    "price",
    "fixed_cost",
    "market_price",
    "pd_base",
    "offtaker_pd",
    "margin",
    "capacity",
)


def table(size: int, seed: int = 1) -> pd.DataFrame:
    """`size` sound deals, one row each, every input given that the shipped deals set other than the
    default.
    """
    shipped = [sourced.deal for sourced in deal_file.load_shipped()]
    rng = np.random.default_rng(seed)
    pick = rng.integers(0, len(shipped), size)
    columns: dict[str, object] = {}
    for key in deals.KEYS:
        values = np.array([getattr(deal, key) for deal in shipped], dtype=object)
        param = deals.param_of(key)
        if param.optional and all(value == param.default for value in values):
            continue
        column = values[pick]
        if key in VARIED:
            column = np.clip(
                column.astype(float) * rng.uniform(0.85, 1.15, size), param.low, param.high
            )
        columns[key] = column
    columns["case_name"] = [f"Deal {i + 1}" for i in range(size)]
    columns["renewal"] = rng.uniform(0.7, 1.0, size).round(3)
    columns["budget"] = [f"Budget {i}" for i in rng.integers(1, 41, size)]
    columns["sponsor"] = [f"Sponsor {i}" for i in rng.integers(1, 1 + max(3, size // 20), size)]
    return pd.DataFrame(columns)


def write(path: Path, size: int) -> Path:
    """The table as .csv."""
    table(size).to_csv(path, index=False)
    return path
