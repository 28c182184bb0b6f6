"""The chain: a deal calculated line by line, without a loop, over many scenarios at once.

`run` takes the inputs as arrays (see `udfs.deal.stack`) and returns every row by its key. The order is:
build, contract, views, rate, capacity, drawdown, schedule, levered tax, ratios, waterfall, returns, loss,
public cost, decision; no line depends on one calculated after it.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from udfs.chain import build, contract, debt, decision, public, returns, risk, views
from udfs.chain.axes import MONTHS, VIEWS, YEARS, Results


def run(x: SimpleNamespace) -> Results:
    """Every row of the chain for the stacked inputs."""
    r = Results()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        build.rows(x, r)
        contract.rows(x, r)
        views.operating_rows(x, r)
        risk.rate_rows(x, r)
        debt.capacity_rows(x, r)
        build.drawdown_rows(x, r)
        debt.schedule_rows(x, r)
        views.levered_rows(x, r)
        debt.ratio_rows(x, r)
        debt.waterfall_rows(x, r)
        returns.rows(x, r)
        risk.loss_rows(x, r)
        public.rows(x, r)
        public.contract_rows(x, r)
        decision.rows(x, r)
    return r


__all__ = ["MONTHS", "VIEWS", "YEARS", "Results", "run"]
