"""The table through the register itself: the kind of answer that each row says, and every function
in it.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from bankable import udfs
from bankable.udfs.cells import CellError
from tests.doors.values import TABLE, Row


def kind_of(answer: Any) -> str:
    if isinstance(answer, CellError):
        return answer.code
    return (
        "block"
        if isinstance(answer, list)
        else {bool: "logical", float: "number", str: "text"}[type(answer)]
    )


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_answer_is_of_the_kind_stated(row: Row) -> None:
    answer = row.answer
    assert kind_of(answer) == row.expect, answer
    for cells in answer if isinstance(answer, list) else [[answer]]:
        for cell in cells:
            assert cell is None or isinstance(cell, (str, bool, CellError)) or math.isfinite(cell)


def test_the_table_is_large_and_holds_every_function() -> None:
    assert len(TABLE) >= 150
    assert {row.function for row in TABLE} == set(udfs.FUNCTIONS)
    for kind in ("number", "block", "#VALUE!", "#NUM!", "#N/A", "#DIV/0!"):
        assert any(row.expect == kind for row in TABLE), kind
