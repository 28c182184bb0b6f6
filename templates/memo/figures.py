"""A printed figure: taken from a cell by key, formatted as the cell is, and remembered for the
appendix.

Nothing else puts a number on the memo's paper, so what the appendix does not list was not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from bankable.templates.comparison.sheets import years
from bankable.templates.comparison.sheets.inputs import source_column
from bankable.templates.comparison.words import style_of_input
from bankable.templates.memo.paper import typed
from bankable.templates.sentences.of_a_memo import TOPICS
from bankable.templates.sentences.sentence import Slot
from bankable.templates.workbook.book import (
    Book,
    Placed,
    Value,
    address,
    area,
    sheet_prefix,
)
from bankable.templates.workbook.printed import printed
from bankable.templates.workbook.rows import LABEL
from bankable.udfs.deal.deal import KEYS, TEXT_KEYS, Deal


def on_paper(value: Value, style: str) -> str:
    """A printed value; a text in a cell may be somebody's own and holds no markup."""
    text = printed(value, style)
    return typed(text) if isinstance(value, str) else text


def typed_deal(deal: Deal) -> Deal:
    """A deal whose texts are ready for paper."""
    texts: dict[str, Any] = {key: typed(getattr(deal, key)) for key in TEXT_KEYS}
    return replace(deal, **texts)


def counted(text: str, unit: str) -> str:
    """A printed count with its unit: 1 year, 12 years."""
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


class Given(NamedTuple):
    """A figure that no row of the case holds: its value, and what prints it."""

    value: Any
    show: Callable[[], str]


@dataclass(frozen=True)
class Figure:
    """One entry of the appendix: what it is, as it is printed, and the cell or range it came
    from.
    """

    name: str
    text: str
    cell: str


@dataclass
class Figures:
    """The figures of one case of a book; `taken` is the appendix in the order of printing."""

    book: Book
    case: int
    name: str
    taken: dict[tuple[str, str], Figure] = field(default_factory=dict)
    origin: str = ""  # set for the figures of an earlier workbook: its file's name

    def find(self, key: str) -> tuple[str, Placed]:
        """The sheet and place of a key of this case: on Summary, the case sheet, its build sheet or
        Inputs.
        """
        for sheet, name in (
            (s, k)
            for s, k in (
                ("Summary", f"{key}_{self.case}"),
                (self.name, key),
                (f"{self.name} build", key),
                ("Inputs", f"{key}_{self.case}"),
            )
        ):
            if name in self.book[sheet].placed:
                return sheet, self.book[sheet].placed[name]
        raise KeyError(f"no row {key!r} for case {self.case} in the workbook")

    def value(self, key: str, total: bool = False) -> Any:
        """The value alone, for a decision in the text; nothing is printed by it."""
        sheet, place = self.find(key)
        return self.book[sheet].value(place.row, place.col)

    def path(self, key: str) -> list[Any]:
        """A row's values by year, for a chart or a choice."""
        sheet, row = self._by_year(key)
        return self.book[sheet].values_of(row)

    def _by_year(self, key: str) -> tuple[str, str]:
        """Where a row of the case stands by year, sheet and key: on its own sheet, or on Years."""
        if years.NAME not in self.book.sheets:
            return self.name, key
        return years.NAME, key if key == "year" else f"{key}_{self.case}"

    def __call__(self, key: str, style: str | None = None, name: str | None = None) -> str:
        """Print one figure of the case: a scalar, or the total of a row."""
        sheet, place = self.find(key)
        return self.cell(sheet, place.row, place.col, style, name)

    def input(self, key: str) -> str:
        """Print an input from its blue cell, with the digits that it needs."""
        place = self.book["Inputs"].placed[f"{key}_{self.case}"]
        cell = self.book["Inputs"].cells[place.row, place.col]
        return self.cell(
            "Inputs",
            place.row,
            place.col,
            style_of_input(key, cell.value, cell.style),
        )

    def at(self, sheet: str, key: str, position: int, name: str | None = None) -> str:
        """Print one cell of a row: position counts from 0 in the row's own columns."""
        place = self.book[sheet].placed[key]
        assert place.columns is not None
        return self.cell(sheet, place.row, place.columns.first + position, None, name)

    def in_year(self, key: str, position: int, name: str | None = None) -> str:
        """Print one year of a row of the case; the first is 0."""
        return self.at(*self._by_year(key), position, name)

    def row(
        self, key: str, first: int, last: int, sheet: str | None = None, name: str | None = None
    ) -> list[str]:
        """Print part of a row; the appendix lists it as one range."""
        if sheet is None:
            sheet, key = self._by_year(key)
        home = self.book[sheet]
        place = home.placed[key]
        assert place.columns is not None
        cols = range(place.columns.first + first, place.columns.first + last + 1)
        texts = [
            on_paper(home.value(place.row, col), home.cells[place.row, col].style) for col in cols
        ]
        where = f"{self._prefix(home.name)}{area(place.row, cols[0], place.row, cols[-1])}"
        self._take(name or self._label(home.name, place.row), "; ".join(texts), where)
        return texts

    def cell(
        self, sheet: str, row: int, col: int, style: str | None = None, name: str | None = None
    ) -> str:
        """Print the figure in a cell of any sheet."""
        found = self.book[sheet].cells[row, col]
        text = on_paper(found.value, style or found.style)
        self._take(
            name or self._label(sheet, row), text, f"{self._prefix(sheet)}{address(row, col)}"
        )
        return text

    def marked(
        self, sheet: str, key: str, style: str | None = None, name: str | None = None
    ) -> str:
        """Print the figure under a key of any sheet."""
        place = self.book[sheet].placed[key]
        return self.cell(sheet, place.row, place.col, style, name)

    def say(self, topic: str, **given: Given) -> str:
        """The sentence of a topic that is true of this case, its figures printed; empty where an optional
        topic has none.
        """
        known = _Known(self, given)
        sentence = TOPICS[topic].choose(known)
        return "" if sentence is None else sentence.text(known.show)

    def _prefix(self, sheet: str) -> str:
        prefix = typed(sheet_prefix(sheet))
        return f"[{typed(self.origin)}]{prefix}" if self.origin else prefix

    def _label(self, sheet: str, row: int) -> str:
        value = self.book[sheet].value(row, LABEL)
        return typed(str(value)) if value not in (None, "") else f"{sheet} row {row + 1}"

    def _take(self, name: str, text: str, where: str) -> None:
        self.taken.setdefault((where, text), Figure(name, text, where))

    def source(self, key: str) -> str:
        """The source that stands beside an input on Inputs."""
        sheet = self.book["Inputs"]
        place = sheet.placed[f"{key}_{self.case}"]
        cases = sum(1 for name in sheet.placed if name.startswith("case_name_"))
        return typed(str(sheet.value(place.row, source_column(cases, self.case)) or "not stated"))


class _Known:
    """The figures of a case by key, beside those given, as a sentence asks for them."""

    def __init__(self, figures: Figures, given: Mapping[str, Given]) -> None:
        self._figures, self._given = figures, given

    def __getitem__(self, key: str) -> Any:
        return self._given[key].value if key in self._given else self._figures.value(key)

    def show(self, slot: Slot) -> str:
        """The figure of a slot as it is printed, an input with the digits that it needs."""
        if slot.key in self._given:
            text = self._given[slot.key].show()
        elif slot.key in KEYS:
            text = self._figures.input(slot.key)
        else:
            text = self._figures(slot.key, slot.style)
        return counted(text, slot.noun) if slot.noun else text
