"""What the register and its reading of cells add to a call: under 15 microseconds for numbers,
under 50 for a range of 30 cells.
"""

from __future__ import annotations

import pytest

from benchmarks import doors


@pytest.mark.parametrize(("kind", "call"), [("scalar", doors.SCALAR), ("range", doors.RANGE)])
def test_reading_and_writing_cells_is_cheap(kind: str, call: tuple[str, list[object]]) -> None:
    rows = {row.what.partition(": ")[2]: row for row in doors.in_python(kind, *call, 60)}
    added = rows["added by reading and writing cells"]
    assert added.met, f"{added.ours * 1e6:.1f} microseconds; {added.target} is asked for"
