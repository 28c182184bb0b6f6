"""Gnumeric calculates the native cells of a shipped workbook to their saved values, but for the last
digit of figures in texts. Needs Gnumeric's `ssconvert` (Debian: `apt-get install gnumeric`).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.calc import shipped_variants
from tests.calc.other_programs import Differing, differing, gnumeric, gnumeric_values, native

# TEXT(0.855, "0.00") is 0.85 there and 0.86 in Excel, LibreOffice and our engine: figures that lie
# just between two last digits. 2 cells of the comparison (one shows the other), none or one of the
# other books.
MOST = {
    "comparison": 8,
    "blank_comparison": 8,
    "single_factory": 8,
    "single_data_centre": 8,
}
_DIGITS = re.compile(r"\d")


@pytest.mark.exhaustive
@pytest.mark.parametrize("variant", MOST)
def test_only_last_digits_in_texts_differ(variant: str, tmp_path: Path) -> None:
    if gnumeric() is None:
        pytest.skip("needs Gnumeric's ssconvert (Debian: apt-get install gnumeric)")
    book = native(shipped_variants.path_of(variant), tmp_path)
    compared, found = differing(book, gnumeric_values(book.path, tmp_path))
    assert compared == sum(map(len, book.formulas.values())) > 10_000
    assert len(found) <= MOST[variant], "\n".join(map(str, found))
    assert not [str(cell) for cell in found if not _differs_in_last_digits(cell)]


def _differs_in_last_digits(cell: Differing) -> bool:
    """Two texts that are equal but for digits, each a figure that TEXT shows one lower."""
    if not (isinstance(cell.ours, str) and isinstance(cell.theirs, str)):
        return False
    if _DIGITS.sub("0", cell.ours) != _DIGITS.sub("0", cell.theirs):
        return False
    figures = (re.findall(r"\d+(?:\.\d+)?", text) for text in (cell.ours, cell.theirs))
    return all(
        abs(int(mine.replace(".", "")) - int(other.replace(".", ""))) <= 1
        for mine, other in zip(*figures, strict=True)
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "good"),
    [
        ("worth 0.86x, $1,049m", "worth 0.85x, $1,049m", True),
        ("worth 0.86x, $1,049m", "worth 0.84x, $1,049m", False),
        ("passed", "FAILED", False),
        (0.86, 0.85, False),
    ],
)
def test_a_last_digit_is_told_from_another_figure(ours: object, theirs: object, good: bool) -> None:
    assert _differs_in_last_digits(Differing("S", (0, 0), "=", ours, theirs)) is good
