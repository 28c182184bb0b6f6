"""The table through the embedded engine, from a real .xlsx: the values and error codes of the
register.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bankable.templates.engine import calculation
from tests.doors import workbook
from tests.doors.values import TABLE


@pytest.mark.parametrize("typed", [False, True], ids=["in cells", "typed"])
def test_the_engine_answers_as_the_register_does(typed: bool, tmp_path: Path) -> None:
    places = workbook.build(tmp_path / "table.xlsx", TABLE, typed)
    values = calculation.calculate_file(tmp_path / "table.xlsx").sheets["Calls"]
    wrong = []
    for place in places:
        found = place.found_in(values)
        if not all(
            workbook.same(f, d)
            for fs, ds in zip(found, place.answer, strict=True)
            for f, d in zip(fs, ds, strict=True)
        ):
            wrong.append(f"{place.row} {place.formula}: {found}, due {place.answer}")
    assert not wrong, f"{len(wrong)} of {len(places)}:\n" + "\n".join(wrong[:15])
