"""The chain: a deal calculated line by line, without a loop, over many scenarios at once.

`run` takes the inputs as arrays (see `bankable.udfs.deal.deal.stack`) and returns the rows by their
keys. STAGES is the order: no line depends on one calculated after it, so a caller who wants a few
rows may stop where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain import (
    baseline,
    build,
    collateral,
    contract,
    debt,
    decision,
    default,
    fair_value,
    inputs,
    loss,
    operation,
    periods,
    price,
    public,
    rate,
    ratios,
    returns,
    solved,
    sponsor,
    waterfall,
)
from bankable.udfs.deal.chain.axes import LONGEST_BUILD, VIEWS, YEARS, Results, axis, months

WHATEVER_THE_DEBT = (
    inputs.rows,
    periods.rows,
    build.rows,
    contract.rows,
    operation.rows,
)
TO_THE_DECISION = (
    solved.rows,
    build.drawdown_rows,
    collateral.rows,
    rate.rows,
    debt.capacity_rows,
    debt.schedule_rows,
    ratios.levered_rows,
    ratios.rows,
    waterfall.rows,
    default.rows,
    default.exposure_rows,
    collateral.yearly_rows,
    loss.rows,
    price.rows,
    decision.rows,
)
BEYOND_THE_DECISION = (
    sponsor.flow_rows,
    returns.rows,
    sponsor.decision_rows,
    public.rows,
    baseline.rows,
    fair_value.rows,
    contract.value_rows,
    decision.cost_rows,
)
BY_DEBT = (*TO_THE_DECISION, *BEYOND_THE_DECISION)
STAGES = (*WHATEVER_THE_DEBT, *BY_DEBT)


def run(
    x: SimpleNamespace, wanted: Iterable[str] | None = None, known: Results | None = None
) -> Results:
    """The rows of the chain for the stacked inputs: all of them, or the stages up to the last that
    a wanted row needs. `known` holds the rows that no amount of debt changes, where a caller has them.
    """
    r = Results() if known is None else known
    return _through(STAGES if known is None else BY_DEBT, x, r, wanted)


def before_debt(x: SimpleNamespace) -> Results:
    """The rows that no amount of debt and no rate changes."""
    return _through(WHATEVER_THE_DEBT, x, Results(), None)


def beyond_decision(x: SimpleNamespace, known: Results) -> Results:
    """The rows of deals whose rows up to the decision are known: returns and public cost among them."""
    return _through(BEYOND_THE_DECISION, x, known, None)


def _through(
    stages: Iterable[Callable[[SimpleNamespace, Results], None]],
    x: SimpleNamespace,
    r: Results,
    wanted: Iterable[str] | None,
) -> Results:
    """The stages one after the other, up to the last that a wanted row needs."""
    missing = None if wanted is None else set(wanted)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for stage in stages:
            stage(x, r)
            if missing is not None and missing <= r.keys():
                break
    return r


__all__ = [
    "LONGEST_BUILD",
    "STAGES",
    "VIEWS",
    "YEARS",
    "Results",
    "axis",
    "before_debt",
    "beyond_decision",
    "months",
    "run",
]
