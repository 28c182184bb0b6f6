"""Two saved comparisons held against each other: cases paired by name, inputs and figures compared,
and the reason of each move sought.

A saved figure that today's chain does not give is convention, unless the book's own formulas do not
give it either: then the book was not calculated before it was saved.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from bankable.templates import opening
from bankable.templates.comparison.difference import moves, saved_book
from bankable.templates.comparison.difference.moves import Moves
from bankable.templates.comparison.difference.saved_book import SavedBook, SavedCase, Standing
from bankable.templates.comparison.tie_out import close
from bankable.templates.engine import calculation
from bankable.templates.engine.opened_file import open_package
from bankable.templates.refusal import Refusal
from bankable.udfs.deal.deal import KEYS

ALIKE = 0.25  # of the inputs may differ between a case and the one it may have been renamed to


@dataclass(frozen=True)
class CaseDifference:
    """One case in both books: the inputs that differ, and what they and conventions move."""

    old: SavedCase
    new: SavedCase
    inputs: list[str]
    moves: Moves
    convention: list[str]  # figures that today's chain gives otherwise than the old book
    unlike: list[str]  # figures that it gives otherwise than the new book
    lines: list[dict[str, Any]]  # where in the old book's calculation that begins

    @property
    def stood(self) -> tuple[Standing, Standing]:
        """How it stands in the old book and in the new one; as today where nothing was saved."""
        return (
            self.old.saved if self.old.saved.decision else self.moves.old_today,
            self.new.saved if self.new.saved.decision else self.moves.new_today,
        )

    @property
    def changed(self) -> bool:
        """Whether the decision is another."""
        before, after = self.stood
        return before.decision != after.decision

    @property
    def figures(self) -> list[str]:
        """The headline figures that differ."""
        return moves.moved(*self.stood)


@dataclass(frozen=True)
class Difference:
    """All that differs between two books; `stale` names cells of a book, by its file, that its own
    formulas do not give.
    """

    old: SavedBook
    new: SavedBook
    ours: str
    cases: list[CaseDifference]
    only_old: list[SavedCase]
    only_new: list[SavedCase]
    choices: list[tuple[str, str, Any, Any]]
    stale: dict[str, list[str]] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether nothing of substance differs."""
        return not (
            any(case.inputs or case.figures or case.convention for case in self.cases)
            or self.only_old
            or self.only_new
            or self.choices
            or self.old.scenario != self.new.scenario
            or sorted(self.old.sheets) != sorted(self.new.sheets)
        )


def compare(old: str, new: str, pairs: Sequence[str] = ()) -> Difference:
    """The difference of two workbooks; `pairs` name cases, OLD=NEW, that were renamed."""
    ours = metadata.version("bankable")
    before, after = (saved_book.read(Path(path), ours) for path in (old, new))
    paired = _paired(before, after, pairs)
    gone = [case for case in before.cases if not any(case is one for one, _ in paired)]
    come = [case for case in after.cases if not any(case is one for _, one in paired)]
    if not paired:
        raise Refusal(
            f"{before.name} and {after.name} have no case of the same name:"
            f" {_listed(before.cases)} against {_listed(after.cases)}."
            f" {renamed(gone, come) or _how_to_pair(gone, come)}"
        )
    cases = [_case(before, one, other) for one, other in paired]
    stale: dict[str, list[str]] = {}
    if any(case.convention for case in cases):
        stale[before.name] = _stale(before)
    if any(case.unlike for case in cases):
        stale[after.name] = _stale(after)
    return Difference(before, after, ours, cases, gone, come, _choices(before, after), stale)


def _listed(cases: Sequence[SavedCase]) -> str:
    return ", ".join(case.name for case in cases)


# Cases -----------------------------------------------------------------------------------------


def _paired(
    old: SavedBook, new: SavedBook, pairs: Sequence[str]
) -> list[tuple[SavedCase, SavedCase]]:
    """The cases of one name, letters in any case, and those that the user paired."""
    found: list[tuple[SavedCase, SavedCase]] = []
    left = list(new.cases)
    said = dict(_one_pair(old, new, text) for text in pairs)
    for case in old.cases:
        wanted = said.get(_plain(case.name), _plain(case.name))
        other = next((one for one in left if _plain(one.name) == wanted), None)
        if other is not None:
            left = [one for one in left if one is not other]
            found.append((case, other))
    return found


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _one_pair(old: SavedBook, new: SavedBook, text: str) -> tuple[str, str]:
    before, mark, after = text.partition("=")
    if not mark:
        raise Refusal(f"--pair {text} is no pair: give --pair 'NAME IN OLD=NAME IN NEW'.")
    for book, name in ((old, before), (new, after)):
        names = [_plain(case.name) for case in book.cases]
        if _plain(name) not in names:
            near = difflib.get_close_matches(_plain(name), names, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise Refusal(
                f"{book.name} has no case {name.strip()}; it has {_listed(book.cases)}.{hint}"
            )
    return _plain(before), _plain(after)


def renamed(gone: Sequence[SavedCase], come: Sequence[SavedCase]) -> str:
    """Which unmatched cases look like one that was renamed, and how to compare them; "" where none
    does.
    """
    tried = [
        (len(moves.changed(one.deal, other.deal)) - 1, one.name, other.name)
        for one in gone
        for other in come
    ]
    near = sorted(found for found in tried if found[0] < ALIKE * len(KEYS))
    if not near:
        return ""
    differing, one, other = near[0]
    return (
        f"{other} looks like {one} renamed ({max(differing, 0)} of {len(KEYS) - 1} inputs differ):"
        f" --pair '{one}={other}' compares them."
    )


def _how_to_pair(gone: Sequence[SavedCase], come: Sequence[SavedCase]) -> str:
    return f"Say which belong together, such as --pair '{gone[0].name}={come[0].name}'."


def _case(old: SavedBook, one: SavedCase, other: SavedCase) -> CaseDifference:
    found = moves.of(one.deal, other.deal)
    convention = _unlike(one, found.old_today)
    lines = saved_book.lines_of(old.values, one.sheet) if one.sheet and convention else {}
    return CaseDifference(
        one,
        other,
        [key for key in moves.changed(one.deal, other.deal) if key != "case_name"],
        found,
        convention,
        _unlike(other, found.new_today),
        moves.first_lines(one.deal, lines),
    )


def _unlike(case: SavedCase, today: Standing) -> list[str]:
    """What today's chain gives otherwise than the book: figures, and the decision."""
    other = case.saved.decision not in ("", today.decision)
    return [*(["decision"] if other else []), *moves.moved(case.saved, today)]


# The books -------------------------------------------------------------------------------------


def _choices(old: SavedBook, new: SavedBook) -> list[tuple[str, str, Any, Any]]:
    """Blue cells outside Inputs that differ: place in the new book, label, old and new value."""
    out: list[tuple[str, str, Any, Any]] = []
    for key, after in new.choices.items():
        before = old.choices.get(key)
        if before is None or len(before) != len(after):
            continue  # another version's, or one that goes with the number of cases
        out += [
            (now.where, now.label, then.value, now.value)
            for then, now in zip(before, after, strict=True)
            if then.value != now.value and not _both_close(then.value, now.value)
        ]
    return out


def _both_close(a: Any, b: Any) -> bool:
    return isinstance(a, (int, float)) and isinstance(b, (int, float)) and close(a, b)


def _stale(book: SavedBook) -> list[str]:
    """The cells of Summary whose saved value the book's own formulas do not give; none where they
    cannot be calculated here.
    """
    try:
        fresh = calculation.calculate_opened(open_package(opening.opened(book.path)))
    except Refusal:
        return []
    out = []
    for cell in saved_book.headline_cells(book.values):
        again = fresh.sheets.get(cell.parent.title, {}).get((cell.row - 1, cell.column - 1))
        if cell.value != again and not _both_close(cell.value, again):
            out.append(f"{cell.parent.title}!{cell.coordinate}")
    return out
