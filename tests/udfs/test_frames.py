"""Functions take pandas Series and frames as they take ranges: same answers, missing values as blanks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bankable import udfs
from bankable.udfs.cells import CellError
from bankable.udfs.deal.block import EXAMPLE

CFADS = [120.0, 118.0, 125.0]
SERVICE = [90.0, 90.0, 90.0]


@pytest.mark.parametrize(
    "wrap",
    [
        pd.Series,
        lambda values: pd.DataFrame({"cfads": values}),
        lambda values: pd.Series(values, index=["a", "b", "c"]),
        lambda values: pd.Series(values, dtype="Float64"),
        lambda values: pd.DataFrame([values]),
    ],
    ids=["series", "one column", "own index", "nullable", "one row"],
)
def test_a_series_or_a_frame_of_one_line_is_a_range(wrap) -> None:
    expected = udfs.DSCR_PATH(CFADS, SERVICE)
    assert np.array_equal(udfs.DSCR_PATH(wrap(CFADS), wrap(SERVICE)), expected)
    assert udfs.LLCR(0.06, wrap(CFADS), 200) == udfs.LLCR(0.06, CFADS, 200)


def test_missing_values_are_blanks() -> None:
    blank = udfs.DSCR_PATH([120.0, None, 125.0], SERVICE)
    for missing in (
        pd.Series([120.0, np.nan, 125.0]),
        pd.Series([120, None, 125], dtype="Int64"),
        pd.Series([120, None, 125], dtype=object),
    ):
        assert np.array_equal(udfs.DSCR_PATH(missing, SERVICE), blank, equal_nan=True)


def test_dates_and_texts() -> None:
    days = [dt.date(2026, 1, 1), dt.date(2027, 1, 1), dt.date(2028, 1, 1)]
    flows = [-100.0, 60.0, 60.0]
    by_list = udfs.PROJECT_IRR(flows, 0.1, days)
    assert udfs.PROJECT_IRR(pd.Series(flows), 0.1, pd.Series(pd.to_datetime(days))) == by_list
    frame = pd.DataFrame(EXAMPLE, columns=["key", "value"])
    measures = pd.Series(["min_dscr", "decision"])
    assert udfs.DEAL_METRICS(frame, measures) == udfs.DEAL_METRICS(
        EXAMPLE, ["min_dscr", "decision"]
    )


def test_a_frame_of_several_lines_is_refused_by_name() -> None:
    with pytest.raises(CellError, match="cfads is a block of 3 x 2 cells"):
        udfs.DSCR_PATH(pd.DataFrame({"a": CFADS, "b": CFADS}), SERVICE)
    with pytest.raises(CellError, match="cfads, cell 2, is 'x', not a number"):
        udfs.DSCR_PATH(pd.Series([1.0, "x"]), SERVICE)
