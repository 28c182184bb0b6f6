"""A figure as paper and terminal show it: in its cell's format, rounded as a spreadsheet program
rounds what it shows.

Such a program takes the fifteen digits that it holds of a number and rounds halves away from zero;
Python's own formatting rounds the binary fraction behind them, so that 0.875% would read 0.88% in
the cell and 0.87% in the memo.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from bankable.templates.workbook.book import Value

FORMS = {
    "number": "{:,.1f}",
    "number2": "{:,.2f}",
    "integer": "{:,.0f}",
    "price": "{:,.4f}",
    "multiple": "{:.2f}x",
    "rate": "{:.2%}",
    "share": "{:.1%}",
    "level": "{:.1%}",
    "years": "{:.4g}",
    "year": "{:.0f}",
    "count": "{:.0f}",
    "flag": "{:.0f}",
    "factor": "{:.4f}",
}


def printed(value: Value, style: str) -> str:
    """A value in the format that the style's last word names: negatives in brackets, texts and n/a
    as they are.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    form = FORMS.get(style.split()[-1], "{:,.4g}")
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        text = form.format(Decimal(f"{abs(value):.15g}"))
    nothing = not any(digit in text for digit in "123456789")
    return f"({text})" if value < 0 and not nothing else text
