"""Figures within words: each figure that a formula puts into a text by TEXT is rounded by ROUND first, since
some programs cut its digits off instead (0.996 in two decimals reads 0.00 in IronCalc 0.9.1).
"""

from __future__ import annotations

import re

_FORM = re.compile(r',"((?:[^"]|"")*)"')
_CALL = "TEXT("


def rounded(formula: str) -> str:
    """The formula with each figure in TEXT rounded to the digits that are shown.

    >>> rounded('="at "&TEXT(MAX(A1,2),"0.0%")&TEXT(ROUND(B1,2),"0.00")')
    '="at "&TEXT(ROUND(MAX(A1,2),3),"0.0%")&TEXT(ROUND(B1,2),"0.00")'
    """
    start = _next_call(formula)
    if start < 0:
        return formula
    inside = start + len(_CALL)
    end = _end_of_argument(formula, inside)
    figure, rest = rounded(formula[inside:end]), formula[end:]
    form = _FORM.match(rest)
    if form is None:  # its form is no text in quotes, and so may be any
        return formula[:inside] + figure + rounded(rest)
    if not (
        figure.startswith("ROUND(")
        and _end_of_argument(figure, len("ROUND("), ")") == len(figure) - 1
    ):
        figure = f"ROUND({figure},{_digits(form[1])})"
    return formula[:inside] + figure + rounded(rest)


def _next_call(formula: str) -> int:
    """Where TEXT is next called outside a text in quotes; -1 where it is not."""
    quoted = False
    for at, mark in enumerate(formula):
        quoted ^= mark == '"'
        if not quoted and formula.startswith(_CALL, at) and not formula[at - 1 : at].isalnum():
            return at
    return -1


def _end_of_argument(formula: str, start: int, closing: str = ",") -> int:
    """Where the argument ends that begins at `start`: at a comma, or at the bracket that closes the call."""
    depth, quoted = 0, False
    for at in range(start, len(formula)):
        mark = formula[at]
        quoted ^= mark == '"'
        if quoted:
            continue
        if not depth and mark == closing:
            return at
        depth += {"(": 1, ")": -1}.get(mark, 0)
    return len(formula)


def _digits(form: str) -> int:
    """The decimals that a number format shows, those of a percentage as parts of one."""
    shown = re.sub(r'""[^"]*""', "", form).partition(";")[0]
    return len(shown.partition(".")[2].rstrip("%")) + 2 * shown.endswith("%")


__all__ = ["rounded"]
