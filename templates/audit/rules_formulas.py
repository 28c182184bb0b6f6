"""What a formula should not hold: figures typed into it, volatile functions, too much text, too
many nested IFs.

Each form is looked at once, however many copies of it there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from bankable.templates.audit.evidence import Audit, by_range, cut
from bankable.templates.audit.finding import Finding
from bankable.templates.audit.r1c1 import Form, Token

VOLATILE = {
    "NOW",
    "TODAY",
    "RAND",
    "RANDBETWEEN",
    "RANDARRAY",
    "OFFSET",
    "INDIRECT",
    "INFO",
    "CELL",
}
# Figures that anybody reads without asking: counters, units of time, angles; and every power of
# ten.
PLAIN = {
    0.0,
    1.0,
    2.0,
    3.0,
    4.0,
    0.5,
    0.25,
    6.0,
    7.0,
    12.0,
    13.0,
    24.0,
    30.0,
    31.0,
    52.0,
    60.0,
    180.0,
    360.0,
    364.0,
    365.0,
    365.25,
    366.0,
    3600.0,
    8760.0,
}
# Functions whose figures are places, digits, dates, texts or choices of a method.
_STRUCTURAL = """
    INDEX MATCH XMATCH ROUND ROUNDUP ROUNDDOWN MROUND TRUNC CEILING FLOOR CEILING.MATH FLOOR.MATH VLOOKUP HLOOKUP XLOOKUP LOOKUP
    DATE EDATE EOMONTH TIME WEEKDAY WEEKNUM YEARFRAC DAYS360 DATEDIF LEFT RIGHT MID TEXT FIXED CHAR CODE FIND SEARCH SUBSTITUTE
    REPLACE REPT CHOOSE OFFSET ADDRESS INDIRECT SMALL LARGE RANK RANK.EQ SUBTOTAL AGGREGATE SEQUENCE TAKE DROP EXPAND CHOOSECOLS
    CHOOSEROWS PERCENTILE PERCENTILE.INC PERCENTILE.EXC QUARTILE QUARTILE.INC NORM.S.INV NORMSINV NORM.S.DIST LOG BASE DEC2HEX
    WORKDAY NETWORKDAYS IRR XIRR RATE COUNTIF COUNTIFS SUMIF SUMIFS AVERAGEIF AVERAGEIFS TEXTJOIN HYPERLINK DOLLAR UNICHAR MOD
"""
STRUCTURAL = frozenset(_STRUCTURAL.split())
_ARITHMETIC = {"+", "-", "*", "/", "^"}
_LONGEST, _MOST_IFS = 1_000, 5


def constants(audit: Audit) -> Iterator[Finding]:
    """Figures typed into formulas."""
    rule = "constant-in-formula"
    for sheet, form, cells in audit.by_form:
        audit.look(rule, len(cells))
        grave, light = _figures(form)
        if grave:
            sentence = (
                f"{_listed(grave)} typed into the formula: make it an input with a label, a unit"
                " and a source, and refer to that."
            )
            yield from by_range(rule, "warning", sheet, cells, cut(form.text), sentence)
        elif light:
            sentence = (
                f"{_listed(light)} typed into the formula: an input, or a named constant, would say"
                " what it stands for."
            )
            yield from by_range(rule, "note", sheet, cells, cut(form.text), sentence)


def _listed(figures: list[str]) -> str:
    shown = list(dict.fromkeys(figures))
    more = f" and {len(shown) - 4} more figures" if len(shown) > 4 else ""
    return f"{', '.join(shown[:4])}{more} {'is' if len(shown) == 1 else 'are'}"


def _figures(form: Form) -> tuple[list[str], list[str]]:
    """The figures used in sums and products, and those used otherwise, that are not plain."""
    grave: list[str] = []
    light: list[str] = []
    tokens = form.solid
    braces = 0
    for i, token in enumerate(tokens):
        if token.kind == "mark" and token.text in "{}":
            braces += 1 if token.text == "{" else -1
        if token.kind != "number" or braces:
            continue
        before = tokens[i - 1] if i else None
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        value, said = float(token.text), token.text
        if after is not None and after.text == "%":
            value, said = value / 100, f"{said}%"
            after = tokens[i + 2] if i + 2 < len(tokens) else None
        around = next((name for name, _ in reversed(token.calls) if name), "")
        if (
            value in PLAIN
            or _power_of_ten(value)
            or around in STRUCTURAL
            or (before is not None and before.text == "^")
        ):
            continue
        sign = (
            before is not None
            and before.text in "+-"
            and (i < 2 or tokens[i - 2].kind == "op" or tokens[i - 2].text in "(,;")
        )
        if sign:
            before = tokens[i - 2] if i > 1 else None
        alone = before is None and after is None
        if alone:
            continue
        direct = (before is None or before.text in "(,;") and (after is None or after.text in "),;")
        joined = any(
            one is not None and one.kind == "op" and one.text in _ARITHMETIC
            for one in (before, after)
        )
        small = value == int(value) and value < 100
        if joined or (direct and around == "SUM"):
            (light if small else grave).append(said)
        elif not small:
            light.append(said)
    return grave, light


def _power_of_ten(value: float) -> bool:
    digits = f"{value:e}".partition("e")[0]
    return float(digits) == 1.0


def volatile(audit: Audit) -> Iterator[Finding]:
    """Functions that give another answer, or another reference, at every calculation."""
    for sheet, form, cells in audit.by_form:
        audit.look("volatile", len(cells))
        called = sorted(form.called & VOLATILE)
        if called:
            sentence = f"{', '.join(called)} recalculates at every change" + (
                " and hides what it refers to: use INDEX or a plain reference."
                if {"OFFSET", "INDIRECT"} & set(called)
                else (
                    ", so that the figures are not those that were saved: use an input for the date"
                    " or the draw."
                )
            )
            yield from by_range("volatile", "warning", sheet, cells, cut(form.text), sentence)


def complicated(audit: Audit) -> Iterator[Finding]:
    """Formulas that nobody can read."""
    for sheet, form, cells in audit.by_form:
        audit.look("long-formula", len(cells))
        audit.look("nested-ifs", len(cells))
        length = len(cells[0].formula or "")
        if length > _LONGEST:
            yield from by_range(
                "long-formula",
                "note",
                sheet,
                cells,
                f"{length:,} characters",
                "The formula is too long to be checked by eye: take it apart over rows.",
            )
        deep = max((_ifs(token) for token in form.tokens), default=0)
        if deep > _MOST_IFS:
            yield from by_range(
                "nested-ifs",
                "warning",
                sheet,
                cells,
                f"{deep} IFs deep: {cut(form.text)}",
                "IFs are nested too deep: use flags, or a table and a look-up.",
            )


def _ifs(token: Token) -> int:
    return sum(name == "IF" for name, _ in token.calls)
