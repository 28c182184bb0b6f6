"""The chain as a table: the same rows, words and figures as the case sheet."""

from __future__ import annotations

import numpy as np
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare
from bankable.templates.deal_table import deal_table
from bankable.templates.refusal import Refusal
from bankable.udfs.deal import chain
from bankable.udfs.deal.deal import KEYS


def test_it_is_the_case_sheet_row_by_row() -> None:
    sourced = deal_file.load_shipped()[2]
    book = compare.calculated([sourced])
    sheet, build = list(book)[4], list(book)[5]
    assert build.name == f"{sheet.name} build"
    for table, page in ((deal_table(sourced.deal), sheet), (deal_table(sourced.deal, True), build)):
        compared = 0
        for key, place in page.placed.items():
            if key in KEYS or key not in table.index:
                continue
            compared += 1
            row = table.loc[key]
            assert page.value(place.row, 1) == row["label"]
            assert page.value(place.row, 2) == row["unit"]
            shown = [page.value_of(key)] if place.columns is None else page.values_of(key)
            numbers = np.array([v if isinstance(v, (int, float)) else np.nan for v in shown], float)
            mine = row[["value"]] if place.columns is None else row[list(range(1, len(shown) + 1))]
            np.testing.assert_allclose(mine.to_numpy(float), numbers, rtol=1e-9, atol=1e-9)
        assert compared > (20 if page is build else 300)


def test_a_deal_by_name_by_file_and_as_an_object() -> None:
    path = deal_file.shipped_path("warehouse")
    by_file = deal_table(path)
    assert by_file.equals(deal_table("warehouse"))
    assert by_file.equals(deal_table(deal_file.load(path).deal))
    assert list(by_file.columns[4:]) == list(range(1, chain.YEARS + 1))
    with pytest.raises(Refusal):
        deal_table("no_such_deal")
