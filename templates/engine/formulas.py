"""Formula texts made ready for the engine: our functions under any prefix, left-out arguments
marked, array blocks fitted.

Everything here reads texts only; quoted texts, quoted sheet names, brackets and array constants are
passed over as a spreadsheet would.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from bankable.templates.engine import elementwise

# A left-out argument would reach a callback as 0: this text (from Unicode's private area) stands in
# for it.
OMITTED_TEXT = "\ue000left out"
# The callback that puts an array formula's result into its range.
FIT = "BLOCK.FIT"
# What a text that tells a callback its cell begins with.
PLACE_MARK = "\ue001"

# What a program may write before our functions' names; Excel on the web saves BANKABLE.X as
# _xldudf_BANKABLE_X.
SPELLINGS = ("_xll.", "_xludf.", "_xldudf_BANKABLE_", "BANKABLE.")

_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)\s*\(")
_PREFIX = r"(?:(?:'(?:[^']|'')*'|(?:\[[^\]]*\])?[A-Za-z_][\w.\-]*|\[[^\]]*\])!)?"
_NAMESPACE = f"(?:{'|'.join(map(re.escape, SPELLINGS))})?"
_PIECE = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")
    |(?P<call>(?P<where>{_PREFIX}){_NAMESPACE}(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*\()
    |(?P<quoted>'(?:[^']|'')*')
    |(?P<bracket>\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\])
    |(?P<mark>[(){{}},])
    |(?P<space>\s+)
    |(?P<other>[A-Za-z_\\$][\w.$\\]*|.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def our_names() -> frozenset[str]:
    """The names in the register."""
    import bankable.udfs  # noqa: F401  (enters all functions in the register)
    from bankable.udfs.registry import FUNCTIONS

    return frozenset(FUNCTIONS)


def calls_ours(formula: str, names: frozenset[str] | None = None) -> bool:
    """Whether a formula calls a function of ours, under any prefix."""
    names = our_names() if names is None else names
    return "(" in formula and any(_own(found[1], names) for found in _CALL.finditer(formula))


def called_names(formula: str) -> set[str]:
    """The functions that a formula calls, in capitals; texts in quotes are passed over."""
    return {
        found["name"].upper() for found in _PIECE.finditer(formula) if found["name"] is not None
    }


def needs_work(formula: str, names: frozenset[str], array: bool = False) -> bool:
    """Whether `prepare` would change the formula: it calls ours, or maps a one-cell function over
    ranges.
    """
    if "(" not in formula:
        return False
    return _needs_work(tuple(_CALL.findall(formula)), names, array)


@functools.lru_cache(maxsize=4096)  # a row's formulas call the same, each in its column
def _needs_work(called: tuple[str, ...], names: frozenset[str], array: bool) -> bool:
    upper = {name.upper() for name in called}
    if (array or "SUMPRODUCT" in upper) and upper & elementwise.NAMES:
        return True
    return any(_own(name, names) for name in upper)


def _own(name: str, names: frozenset[str]) -> str | None:
    """The register's name of a called function, its namespace taken off; None for a function that
    is not ours.
    """
    upper = name.upper()
    for spelling in SPELLINGS:
        upper = upper.removeprefix(spelling.upper())
    return upper if upper in names else None


def prepare(
    formula: str, names: frozenset[str] | None = None, cell: str = "", array: bool = False
) -> str:
    """The formula with plain names for our functions and a marker for each argument left out of
    their calls.

    Where `cell` names the formula's place, each of our calls gets it as its first argument, so that
    the callback knows in which cell it said what. One-cell functions inside SUMPRODUCT, or anywhere
    in an `array` formula, become their forms over ranges (`elementwise`).

    >>> prepare('=IF(A1,,2)+[1]!DSCR_X(1,,"a,(b")', frozenset({"DSCR_X"})).replace(OMITTED_TEXT, "~")
    '=IF(A1,,2)+DSCR_X(1,"~","a,(b")'
    """
    names = our_names() if names is None else names
    if not needs_work(formula, names, array):
        return formula
    out: list[str] = []
    calls: list[_Call] = []
    braces = 0
    marker = f'"{OMITTED_TEXT}"'
    opening = '"' + PLACE_MARK + cell.replace('"', '""') + '"' if cell else ""
    for piece in _PIECE.finditer(formula):
        text, is_space, name = piece[0], piece["space"] is not None, piece["name"]
        inner = calls[-1] if calls else None
        if inner is not None and inner.awaits_comma and not is_space and text != ")":
            out.append(",")
            inner.awaits_comma = False
        if text == ")" and inner is not None:
            calls.pop()
            if inner.ours and inner.commas and not inner.holds:
                out.append(marker)
        elif text == "," and inner is not None and not braces:
            if inner.ours and not inner.holds:
                out.append(marker)
            inner.commas, inner.holds = True, False
        else:
            if inner is not None and not is_space:
                inner.holds = True
            if name is not None or text == "(":
                own = _own(name, names) if name is not None else None
                over_ranges = array or (inner is not None and inner.array)
                if (
                    own is None
                    and over_ranges
                    and name is not None
                    and name.upper() in elementwise.NAMES
                ):
                    text = f"{elementwise.PREFIX}{name.upper()}("
                calls.append(
                    _Call(
                        own is not None,
                        own is not None and bool(cell),
                        over_ranges or (name or "").upper() == "SUMPRODUCT",
                    )
                )
                text = text if own is None else f"{own}({opening}"
            braces += {"{": 1, "}": -1}.get(text, 0)
        out.append(text)
    return "".join(out)


@dataclass
class _Call:
    """An open parenthesis while a formula is read."""

    ours: bool
    awaits_comma: bool
    array: bool  # whether arrays are mapped over here
    commas: bool = False
    holds: bool = False  # whether the argument being read holds anything


def fitted(
    formula: str, height: int, width: int, names: frozenset[str] | None = None, cell: str = ""
) -> str:
    """An array formula (with its =) as the engine is to evaluate it over a range of that size."""
    return f"={FIT}({prepare(formula, names, cell, array=True).removeprefix('=')},{height},{width})"


def renamed(
    formula: str, opening: str, is_ours: Callable[[str], bool], names: frozenset[str]
) -> tuple[str, int]:
    """The formula with our functions called as `opening` + NAME, and how many calls it has; nothing
    else is touched.

    `is_ours` is asked of each prefix such as `[1]!` whether it stands for our add-in.

    >>> renamed("=[1]!DSCR_X(A1)+'[2]S'!B1", "BANKABLE.", lambda where: where == "[1]!", frozenset({"DSCR_X"}))
    ("=BANKABLE.DSCR_X(A1)+'[2]S'!B1", 1)
    """
    out, calls = [], 0
    for piece in _PIECE.finditer(formula):
        text, name = piece[0], piece["name"]
        if (
            name is not None
            and _own(name, names) is not None
            and (not piece["where"] or _says_bankable(piece) or is_ours(piece["where"]))
        ):
            text = opening + text[piece.start("name") - piece.start() :]
            calls += 1
        out.append(text)
    return "".join(out), calls


def _says_bankable(piece: re.Match[str]) -> bool:
    """The call names us itself; Excel has been seen to put another add-in's link before such a
    name.
    """
    return "BANKABLE" in piece[0][len(piece["where"]) : piece.start("name") - piece.start()].upper()


_RELATIVE = re.compile(r"(?<![\w.$])(?:\$?[A-Za-z]{1,3}[0-9]+|[A-Za-z]{1,3}\$[0-9]+)(?![\w.(!])")


def names_with_calls(defined: dict[str, str], names: frozenset[str]) -> dict[str, str]:
    """Those of the defined names that call a function of ours, in small letters; not those that
    move with their cell.
    """
    found = {name.lower(): text for name, text in defined.items() if calls_ours(text, names)}
    return {
        name: text
        for name, text in found.items()
        if not _RELATIVE.search(re.sub(r'"(?:[^"]|"")*"', '""', text))
    }


def with_names(formula: str, inside: dict[str, str]) -> str:
    """The formula with those defined names replaced by what they stand for: the engine knows no
    function of ours in a name.

    >>> with_names('=npv*2&"npv"', {"npv": "DSCR_X(1)"})
    '=(DSCR_X(1))*2&"npv"'
    """
    if not any(name in formula.lower() for name in inside):
        return formula
    pieces = (piece[0] for piece in _PIECE.finditer(formula))
    return "".join(
        f"({inside[text.lower()]})" if text.lower() in inside else text for text in pieces
    )
