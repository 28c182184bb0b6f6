"""Conditions over the figures of a case, by their keys: one object that chooses in Python and, as a
formula, in a cell.

A comparison with a figure that does not apply is false, and so is its opposite: whoever cares asks
`applies`. Numbers are compared with the tolerance of the chain.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from bankable.udfs.deal.chain.axes import TOLERANCE

Cell = Callable[[str], str]  # the reference of the cell that holds a figure


class Fixed(NamedTuple):
    """A limit that is the same for every case, with the key of its cell."""

    key: str
    value: float


class Figures(Protocol):
    """Figures by key: numbers and texts; whatever else stands there does not apply."""

    def __getitem__(self, key: str, /) -> Any: ...


class Condition(ABC):
    """What must hold of the figures."""

    @abstractmethod
    def holds(self, figures: Figures) -> bool:
        """Whether it does."""

    @abstractmethod
    def formula(self, cell: Cell) -> str:
        """The same as a part of a formula, TRUE or FALSE."""

    @property
    @abstractmethod
    def keys(self) -> frozenset[str]:
        """The figures that it looks at."""

    def __and__(self, other: Condition) -> Condition:
        return Joined("AND", (*self._within("AND"), *other._within("AND")))

    def __or__(self, other: Condition) -> Condition:
        return Joined("OR", (*self._within("OR"), *other._within("OR")))

    def __invert__(self) -> Condition:
        return Opposite(self)

    def _within(self, how: str) -> tuple[Condition, ...]:
        """The conditions that it joins in that way: itself, but for one of that kind."""
        return (self,)


@dataclass(frozen=True)
class Joined(Condition):
    """All of several, or any."""

    how: str
    parts: tuple[Condition, ...]

    def _within(self, how: str) -> tuple[Condition, ...]:
        return self.parts if how == self.how else (self,)

    def holds(self, figures: Figures) -> bool:
        each = (part.holds(figures) for part in self.parts)
        return all(each) if self.how == "AND" else any(each)

    def formula(self, cell: Cell) -> str:
        return f"{self.how}({','.join(part.formula(cell) for part in self.parts)})"

    @property
    def keys(self) -> frozenset[str]:
        return frozenset().union(*(part.keys for part in self.parts))


@dataclass(frozen=True)
class Opposite(Condition):
    """Whatever the other is not."""

    of: Condition

    def holds(self, figures: Figures) -> bool:
        return not self.of.holds(figures)

    def formula(self, cell: Cell) -> str:
        return f"NOT({self.of.formula(cell)})"

    @property
    def keys(self) -> frozenset[str]:
        return self.of.keys


@dataclass(frozen=True)
class Applies(Condition):
    """The figure is a number."""

    key: str

    def holds(self, figures: Figures) -> bool:
        return _is_number(figures[self.key])

    def formula(self, cell: Cell) -> str:
        return f"ISNUMBER({cell(self.key)})"

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.key,))


@dataclass(frozen=True)
class Compared(Condition):
    """The figure is a number above a limit, or below it; the limit is a number or another figure that is
    one.
    """

    key: str
    sign: str
    limit: float | Fixed | str

    def holds(self, figures: Figures) -> bool:
        value, limit = figures[self.key], self.limit
        if isinstance(limit, str):
            limit = figures[limit]
        limit = limit.value if isinstance(limit, Fixed) else limit
        if not (_is_number(value) and _is_number(limit)):
            return False
        return bool(value > limit + TOLERANCE if self.sign == ">" else value < limit - TOLERANCE)

    def formula(self, cell: Cell) -> str:
        value, margin = cell(self.key), ("+" if self.sign == ">" else "-") + cell("tolerance")
        if isinstance(self.limit, str):
            limit = cell(self.limit)
            known = f"AND(ISNUMBER({value}),ISNUMBER({limit}))"
            return f"IF({known},{value}{self.sign}{limit}{margin},FALSE)"
        fixed = self.limit
        limit = cell(fixed.key) if isinstance(fixed, Fixed) else f"{fixed:.15g}"
        return f"IF(ISNUMBER({value}),{value}{self.sign}{limit}{margin},FALSE)"

    @property
    def keys(self) -> frozenset[str]:
        return frozenset({self.key, self.limit} if isinstance(self.limit, str) else {self.key})


def above(key: str, limit: float | Fixed | str) -> Condition:
    """The figure is a number above the limit."""
    return Compared(key, ">", limit)


def below(key: str, limit: float | Fixed | str) -> Condition:
    """The figure is a number below the limit."""
    return Compared(key, "<", limit)


@dataclass(frozen=True)
class Says(Condition):
    """The figure is a text, this one."""

    key: str
    text: str

    def holds(self, figures: Figures) -> bool:
        return bool(figures[self.key] == self.text)

    def formula(self, cell: Cell) -> str:
        return f'{cell(self.key)}&""="{self.text}"'

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.key,))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


__all__ = ["Applies", "Cell", "Condition", "Figures", "Fixed", "Says", "above", "below"]
