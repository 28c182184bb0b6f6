"""The rows of a case sheet that are solved outside it: one array call on Deals, whose figures the other
rows take as given and prove.
"""

from __future__ import annotations

from collections.abc import Callable

from bankable.templates.comparison.case.entered import scalar
from bankable.templates.workbook.rows import Row, band, note
from bankable.udfs.deal.chain.solved import SOLVED


def rows(given: Callable[[str], str]) -> list[Row]:
    """Gearing of the sized loan, clearing rate, debt permitted; `given` is the cell of each."""
    return [
        band("Solved with the whole deal at each amount of debt and each rate"),
        note(
            "By DEAL_SETTLED, on the sheet Deals; n/a where nothing is found, or functions are absent."
        ),
        *(scalar(key, f'=IF(ISNUMBER({given(key)}),{given(key)},"n/a")') for key in SOLVED),
        scalar("is_settled", "=IF(ISNUMBER({permitted_debt}),1,0)"),
    ]
