"""What paper and terminal show of a figure is what its cell shows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankable.templates.workbook.printed import FORMS, printed
from bankable.templates.workbook.styles import FORMATS


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (0.00875, "rate", "0.88%"),  # 0.874999... in binary
        (1.005, "multiple", "1.01x"),
        (2.675, "input number2", "2.68"),
        (0.5, "count", "1"),
        (-1234.55, "total number", "(1,234.6)"),
        (-0.004, "number2", "0.00"),
        (12.0, "level years", "12"),
        ("n/a", "rate", "n/a"),
        (None, "rate", ""),
    ],
)
def test_halves_are_rounded_as_the_cell_rounds_them(value: float, style: str, text: str) -> None:
    assert printed(value, style) == text


@given(
    st.integers(-(10**7), 10**7),
    st.sampled_from(["multiple", "number2", "rate", "share", "number", "price"]),
)
def test_a_typed_half_goes_away_from_zero(whole: int, style: str) -> None:
    """A number typed with one digit more than is shown, that digit being 5."""
    digits = FORMATS[style].split(";")[0].split(".")[1].count("0") + (
        2 if "%" in FORMATS[style] else 0
    )
    typed = Decimal(whole).scaleb(-digits) + Decimal(5).scaleb(-digits - 1).copy_sign(whole)
    away = Decimal(abs(whole) + 1).scaleb(-digits)
    shown = printed(float(typed), style).strip("()x%").replace(",", "")
    assert Decimal(shown) == away * (100 if "%" in FORMS[style] else 1)
