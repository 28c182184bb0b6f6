"""A formula as its R1C1 form: the text that copies of one formula share, taken apart into tokens
once for all of them.

References are kept relative to the cell, so that a form read once tells what each of its cells
refers to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bankable.templates.workbook.book import cell_at

LAST_ROW, LAST_COL = 1_048_575, 16_383
Area = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0

_WHERE = r"(?:'(?:[^']|''){1,400}'|(?:\[[^\[\]]+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?|\[[^\[\]]+\](?:\w[\w.]*)?|[\w.]+)!"
_POINT = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_END = r"(?![\w.(!])"
_TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")
    |(?P<error>\#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA))
    |(?P<ref>(?P<where>{_WHERE})?(?:(?P<a>{_POINT})(?::(?P<b>{_POINT}))?{_END}
        |(?P<cols>\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}){_END}|(?P<rows>\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}}){_END}))
    |(?P<call>(?:{_WHERE})?[^\W\d][\w.]*\()
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)
    |(?P<table>[^\W\d]?[\w.]*\[(?:[^\[\]]|'.|\[[^\[\]]*\])*\])
    |(?P<name>(?:{_WHERE})?[^\W\d\\]?[\w.?\\]+)
    |(?P<broken>{_WHERE}\#REF!)
    |(?P<mark>[(){{}},;])
    |(?P<space>\s+)
    |(?P<op><=|>=|<>|[-+*/^&=<>%:@\#!]|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference of a form: rows and columns are fixed, or steps from the cell."""

    where: str | None
    area: Area
    fixed: tuple[bool, bool, bool, bool]

    def at(self, row: int, col: int) -> Area:
        """The cells it means in a cell of the form."""
        a, f = self.area, self.fixed
        r1, c1 = a[0] if f[0] else a[0] + row, a[1] if f[1] else a[1] + col
        r2, c2 = a[2] if f[2] else a[2] + row, a[3] if f[3] else a[3] + col
        return min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2)


@dataclass(slots=True)
class Token:
    """A piece of a formula; `calls` are the functions around it with the number of the argument
    (from 0).
    """

    kind: str
    text: str
    reference: Reference | None = None
    calls: tuple[tuple[str, int], ...] = ()


@dataclass
class Form:
    """What all copies of a formula share."""

    text: str
    tokens: list[Token] = field(default_factory=list)

    @cached_property
    def references(self) -> list[Token]:
        return [token for token in self.tokens if token.kind == "ref"]

    @cached_property
    def called(self) -> set[str]:
        return {token.text for token in self.tokens if token.kind == "call"}

    @cached_property
    def names(self) -> list[str]:
        return [token.text for token in self.tokens if token.kind == "name"]

    @cached_property
    def solid(self) -> list[Token]:
        """The tokens without the spaces."""
        return [token for token in self.tokens if token.kind != "space"]


def sheet_of(where: str | None) -> str | None:
    """The sheet's name in a prefix such as 'My sheet'! (with [1] before it where it is another
    book's).
    """
    if where is None:
        return None
    plain = where[:-1]
    return plain[1:-1].replace("''", "'") if plain.startswith("'") else plain


def _column(letters: str) -> int:
    spot = cell_at(letters.replace("$", "") + "1")
    return spot[1] if spot else 0


def _point(text: str, row: int, col: int) -> tuple[int, int, bool, bool] | None:
    spot = cell_at(text)
    if spot is None or spot[0] > LAST_ROW or spot[1] > LAST_COL or spot[0] < 0:
        return None
    row_fixed, col_fixed = "$" in text[1:], text.startswith("$")
    return (
        spot[0] if row_fixed else spot[0] - row,
        spot[1] if col_fixed else spot[1] - col,
        row_fixed,
        col_fixed,
    )


def _written(letter: str, number: int, fixed: bool) -> str:
    return f"{letter}{number + 1}" if fixed else f"{letter}[{number}]" if number else letter


def _reference(found: re.Match[str], row: int, col: int) -> tuple[Reference, str] | None:
    where, said = sheet_of(found["where"]), found["where"] or ""
    if found["a"]:
        a = _point(found["a"], row, col)
        b = _point(found["b"], row, col) if found["b"] else a
        if a is None or b is None:
            return None
        text = said + _written("R", a[0], a[2]) + _written("C", a[1], a[3])
        if found["b"]:
            text += ":" + _written("R", b[0], b[2]) + _written("C", b[1], b[3])
        return Reference(where, (a[0], a[1], b[0], b[1]), (a[2], a[3], b[2], b[3])), text
    first, _, last = (found["cols"] or found["rows"]).partition(":")
    fixed = first.startswith("$"), last.startswith("$")
    if found["cols"]:
        c1, c2 = (
            _column(part) - (0 if is_fixed else col)
            for part, is_fixed in zip((first, last), fixed, strict=True)
        )
        text = f"{said}{_written('C', c1, fixed[0])}:{_written('C', c2, fixed[1])}"
        return Reference(where, (0, c1, LAST_ROW, c2), (True, fixed[0], True, fixed[1])), text
    r1, r2 = (
        int(part.strip("$")) - 1 - (0 if is_fixed else row)
        for part, is_fixed in zip((first, last), fixed, strict=True)
    )
    text = f"{said}{_written('R', r1, fixed[0])}:{_written('R', r2, fixed[1])}"
    return Reference(where, (r1, 0, r2, LAST_COL), (fixed[0], True, fixed[1], True)), text


def _pieces(formula: str, row: int, col: int) -> Iterator[Token]:
    for found in _TOKEN.finditer(formula):
        kind, text = found.lastgroup or "op", found[0]
        if kind in ("where", "a", "b", "cols", "rows", "ref"):
            made = _reference(found, row, col)
            yield Token("ref", made[1], made[0]) if made else Token("name", text)
        elif kind == "call":
            yield Token(
                "call",
                text[:-1].rpartition("!")[2].upper().removeprefix("_XLFN.").removeprefix("_XLWS."),
            )
            yield Token("mark", "(")
        elif kind == "broken":
            yield Token("error", "#REF!")
        elif kind == "name" and text.upper() in ("TRUE", "FALSE"):
            yield Token("truth", text.upper())
        else:
            yield Token(kind, text)


class Forms:
    """The forms met so far, each read once; a formula's text in one cell is taken apart only where
    its form is new.
    """

    def __init__(self) -> None:
        self._forms: dict[str, Form] = {}

    def form(self, formula: str, row: int, col: int) -> Form:
        """The form of a formula (without its =) in that cell."""
        pieces = list(_pieces(formula, row, col))
        text = "".join(piece.text for piece in pieces)
        known = self._forms.get(text)
        if known is None:
            _put_calls(pieces)
            known = Form(text, pieces)
            self._forms[text] = known
        return known


def _put_calls(pieces: list[Token]) -> None:
    """Tell each token the calls that it stands in."""
    open_calls: list[tuple[str, int]] = []
    pending, braces = "", 0
    for piece in pieces:
        if piece.kind == "mark" and piece.text == ")" and open_calls:
            open_calls.pop()
        piece.calls = tuple(open_calls)
        if piece.kind == "call":
            pending = piece.text
        elif piece.text == "(" and piece.kind == "mark":
            open_calls.append((pending, 0))
            pending = ""
        elif piece.kind == "mark" and piece.text in "{}":
            braces += 1 if piece.text == "{" else -1
        elif piece.kind == "mark" and piece.text in ",;" and open_calls and not braces:
            open_calls[-1] = (open_calls[-1][0], open_calls[-1][1] + 1)
