"""The chain of one deal as a pandas table, for notebooks, reports and papers: rows by key, years across.

Keys, labels and units are those of the case sheet; the figures come from the same chain.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bankable.templates import deal_file
from bankable.udfs.deal import chain
from bankable.udfs.deal.chain.lines import Line, lines
from bankable.udfs.deal.deal import Deal, check, evaluate, stack


def deal_table(deal: Deal | str | Path, months: bool = False, language: str = "en") -> pd.DataFrame:
    """Every row of a deal's chain: index `key`; columns `section`, `label`, `unit`, `value`, then the
    years of operation 1 to 30 (with `months` the months from close, 1 to 60). With several periods
    a year the columns are the periods, headed by their ends in years: 0.5, 1, 1.5, ...

    Parameters
    ----------
    deal : a Deal, the path of a deal file (.toml), or the name of a shipped deal such as
        "data_centre"
    months : True for the rows of the build instead of those of the years
    language : the language of the labels, where the catalogue has it

    Returns
    -------
    DataFrame. `value` holds a figure that is one for the whole deal, and the sum of a row that may be
    summed; NaN stands where a figure does not apply. Money in $ million, rates and shares as decimals.

    Raises
    ------
    CellError for inputs that contradict each other; Refusal for a file that cannot be read.

    Examples
    --------
    >>> table = deal_table("data_centre")
    >>> table.loc["min_dscr", ["label", "unit"]].tolist()
    ["Minimum DSCR, lender's view", 'x']
    >>> bool(abs(table.loc["interest", 1:30].sum() - table.loc["interest", "value"]) < 1e-9)
    True
    """
    if not isinstance(deal, Deal):
        deal = deal_file.load(_path(deal)).deal
    check(deal)
    rows = evaluate(deal, None)
    x = stack([deal])
    time = chain.axis(x)
    heads = chain.months(x).astype(int).tolist() if months else list(range(1, time.count + 1))
    if time.a_year > 1 and not months:
        heads = time.elapsed.tolist()
    width = len(heads)
    table = []
    for key, line in lines(language).items():
        if key not in rows:
            continue
        figures = np.asarray(rows[key], dtype=float)
        if figures.ndim != 2 or figures.shape[1] not in (1, width):
            continue
        if figures.shape[1] > 1 and months != _by_month(line):
            continue
        scalar = figures.shape[1] == 1
        if scalar and months:
            continue
        value = figures[0, 0] if scalar else float(figures[0].sum()) if line.total else np.nan
        path = np.full(width, np.nan) if scalar else figures[0]
        table.append((key, line.section, line.label, line.unit, value, *path))
    named = ["key", "section", "label", "unit", "value", *heads]
    return pd.DataFrame(table, columns=named).set_index("key")


def _by_month(line: Line) -> bool:
    """Whether a row in time runs by month of the build, not by period of operation."""
    return line.section == "build" or line.key == "equity_paid"


def _path(deal: str | Path) -> Path:
    """A deal file's path, or that of the shipped deal of this name."""
    path = Path(deal)
    return path if path.suffix else deal_file.shipped_path(str(deal))
