"""A book by budget and by sponsor: a row each, and how concentrated the exposure is.

A deal without a name in such a column stands alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bankable.udfs.deal.portfolio import concentration


def codes(names: np.ndarray) -> np.ndarray:
    """An index for each different name, -1 for a blank: that deal stands alone."""
    return pd.factorize(pd.Series(names, dtype=object).where(names != "", None))[0]


def by_group(
    names: np.ndarray, exposure: np.ndarray, column: dict[str, np.ndarray]
) -> tuple[pd.DataFrame, float]:
    """One row a budget or sponsor, the largest exposure first; and the Herfindahl index, deals
    without a name counted singly.
    """
    code = codes(names)
    alone = code < 0
    singles = np.where(alone, code.max(initial=-1) + np.cumsum(alone), code)
    _, index = concentration(exposure, singles, int(singles.max(initial=-1)) + 1)
    table = pd.DataFrame(
        {
            "name": np.where(names == "", "(none named)", names),
            "deals": 1,
            "bank_exposure": exposure,
            "bank_expected_loss": column["bank_loss"],
            "guaranteed": column["guaranteed"],
            "guarantee_expected_cost": column["guarantee_cost"],
            "public_expected_cost": column["public_cost"],
            "budget_authority": column["budget_authority"],
        }
    )
    grouped = (
        table.groupby("name", sort=True)
        .sum()
        .sort_values("bank_exposure", ascending=False, kind="stable")
        .reset_index()
    )
    whole = grouped["bank_exposure"].sum()
    grouped.insert(3, "share_of_exposure", grouped["bank_exposure"] / whole if whole else 0.0)
    return grouped, index
