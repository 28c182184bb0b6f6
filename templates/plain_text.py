"""Text is text: what somebody typed, made harmless for the place where it is shown.

A name stays what was typed wherever that can be; only what a terminal or a spreadsheet program
would obey is taken from it.
"""

from __future__ import annotations

import re

_BREAKS = re.compile(r"[ \t]*(?:\r\n|[\r\n\t\v\f\x85\u2028\u2029])[ \t]*")
# Controls, marks that turn the direction of writing, and halves of characters: no name needs them.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# A text that begins so is calculated by spreadsheet programs when they open a .csv; a semicolon, a
# tab or a break begins a new cell where the program takes it for the separator.
_LIVE = re.compile(r"(^|[;\t\r\n\v\f\x85\u2028\u2029])(\s*)(?=[=+\-@\t\r＝＋－＠])")
_LIVE_START = re.compile(r"[=+\-@\t\r\n;＝＋－＠]")


def one_line(text: str) -> str:
    """A text on one line: a line break, a tab or a hard space within it counts as a space."""
    return _BREAKS.sub(" ", text).replace("\xa0", " ").strip()


def unseen(text: str) -> str | None:
    """The first character that cannot be seen and has no place in a name, as U+0007; None where
    there is none.
    """
    found = _UNSEEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def seen(text: str) -> str:
    """A text without the characters that cannot be seen."""
    return _UNSEEN.sub("", one_line(text))


def for_terminal(text: str) -> str:
    """A text without what a terminal obeys: each such character is shown by its number."""
    return _UNSAFE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def for_csv(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: an apostrophe stands before what
    begins like one.
    """
    if not _LIVE_START.search(text):
        return text
    return _LIVE.sub(r"\1\2'", text)
