"""A sentence with slots for figures, and the topics of which one sentence is chosen.

No digit stands outside a slot. A slot is `{key:format}`, or `{key:format noun}` for a figure that is
counted: {tenor:count year} is "1 year" or "12 years".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bankable.templates.sentences.condition import Cell, Condition, Figures

TEXT = "text"  # the format of a slot that holds words
YEARS = "years"  # of a date in years from completion, whole or a part of one
_SLOT = re.compile(r"\{([a-z_][a-z_0-9.]*):([a-z0-9]+)(?: ([a-z -]+))?\}")
# number format: decimals of the figure, its form in TEXT, what follows it
_FORMS = {
    "number": (1, "#,##0.0", ""),
    "number2": (2, "#,##0.00", ""),
    "integer": (0, "#,##0", ""),
    "price": (4, "#,##0.0000", ""),
    "multiple": (2, "0.00", "x"),
    "rate": (4, "0.00%", ""),
    "share": (3, "0.0%", ""),
    "level": (3, "0.0%", ""),
    "count": (0, "0", ""),
}


class Slot(NamedTuple):
    """A place for a figure."""

    key: str
    style: str
    noun: str = ""

    def formula(self, cell: Cell) -> str:
        """The figure as words, as a part of a formula; its rounding is the spreadsheet's."""
        value = cell(self.key)
        if self.style == TEXT:
            return value
        if self.style == YEARS:
            return f'IF(ISNUMBER({value}),ROUND({value},2)&"","n/a")'
        digits, form, after = _FORMS[self.style]
        rounded = f"ROUND({value},{digits})"
        after = f'&"{after}"' if after else ""
        plain = f'TEXT(ABS({rounded}),"{form}"){after}'
        shown = f'IF({rounded}<0,"("&{plain}&")",{plain})'
        if self.noun:
            shown += f'&IF({rounded}=1," {self.noun}"," {self.noun}s")'
        return f'IF(ISNUMBER({value}),{shown},"n/a")'


@dataclass(frozen=True)
class Sentence:
    """Words that are true when the condition holds."""

    id: str
    when: Condition
    words: str

    @property
    def parts(self) -> list[str | Slot]:
        """The words and slots in order."""
        found: list[str | Slot] = []
        end = 0
        for slot in _SLOT.finditer(self.words):
            found += [self.words[end : slot.start()], Slot(slot[1], slot[2], slot[3] or "")]
            end = slot.end()
        return [part for part in (*found, self.words[end:]) if part]

    @property
    def keys(self) -> frozenset[str]:
        """The figures that it looks at or prints."""
        slots = {part.key for part in self.parts if isinstance(part, Slot)}
        return self.when.keys | slots

    def text(self, show: Callable[[Slot], str]) -> str:
        """The words with their figures."""
        return "".join(part if isinstance(part, str) else show(part) for part in self.parts)

    def formula(self, cell: Cell) -> str:
        """The same as a part of a formula."""
        return "&".join(
            '"' + part.replace('"', '""') + '"' if isinstance(part, str) else part.formula(cell)
            for part in self.parts
        )


@dataclass(frozen=True)
class Topic:
    """Sentences of which exactly one is true; where a topic is `optional`, at most one."""

    sentences: tuple[Sentence, ...]
    optional: bool = False

    def choose(self, figures: Figures) -> Sentence | None:
        """The one that is true; LookupError where the topic is not closed."""
        true = [one for one in self.sentences if one.when.holds(figures)]
        if len(true) > 1 or not (true or self.optional):
            names = [one.id for one in true or self.sentences]
            raise LookupError(f"{'several' if true else 'none'} of {names} hold")
        return true[0] if true else None

    def formula(self, cell: Cell) -> str:
        """The sentence that is true, as a formula; an empty text where an optional topic has none."""
        each = (f'IF({one.when.formula(cell)},{one.formula(cell)},"")' for one in self.sentences)
        return "=" + "&".join(each)


def topic(*sentences: tuple[str, Condition, str], optional: bool = False) -> Topic:
    """The topic of sentences given as id, condition and words."""
    return Topic(tuple(Sentence(*one) for one in sentences), optional)


__all__ = ["TEXT", "Sentence", "Slot", "Topic", "topic"]
