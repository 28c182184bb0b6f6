"""What is solved outside the chain (`settle`) and given to it as columns of the inputs: the lines take
these figures as they come and prove them; NaN stands where nothing was solved.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bankable.udfs.deal.chain.axes import Results

# the credit tests by the keys of their limits, in the order of the tests
TESTED = (
    "min_dscr",
    "avg_dscr",
    "llcr",
    "plcr",
    "gearing",
    "tail",
    "contracted",
    "shortfall",
    "loss_rate",
    "loss_life",
    "equity",
    "retained",
)
SOLVED = (
    "sized_gearing",
    "clearing_rate",
    "permitted_debt",
    "smaller_fails",
    *(f"permits_{key}" for key in TESTED),
)
SIZED = tuple(key for key in SOLVED if key != "clearing_rate")
# rows that rest on a solved figure, with those figures: nothing else asks for a solution
RESTS_ON = {
    **{key: (key,) for key in SOLVED},
    "permitted_headroom": ("permitted_debt",),
    "binding_test": tuple(f"permits_{key}" for key in TESTED),
}


def rows(x: SimpleNamespace, r: Results) -> None:
    """Gearing of the sized loan, rate that clears the loss, debt that all tests and each alone permit, and
    the largest smaller loan that fails one.
    """
    for key in SOLVED:
        r[key] = getattr(x, key, np.full(x.gearing.shape, np.nan))
    r.is_settled = (~np.isnan(r.permitted_debt)).astype(float)
