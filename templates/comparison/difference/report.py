"""The difference of two books as a terminal shows it: the answer first, then case by case inputs,
results and what moved them, and last how the books are made up.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bankable.templates.comparison.difference import columns, verdict, way_table
from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference.differ import CaseDifference, Difference, renamed
from bankable.templates.comparison.difference.moves import HEADLINES, change
from bankable.templates.comparison.difference.saved_book import SavedBook

SHOWN = 8  # that a line of the make-up names
WIDTH = columns.WIDTH


def text(found: Difference, every: bool = False) -> str:
    """The whole of it; with `every` figure, not the headlines alone."""
    lines = [*_books(found), ""]
    if found.same:
        return "\n".join([*lines, "No input, no result and no sheet differs.", *_make_up(found)])
    changed = [_title(case) for case in found.cases if case.changed]
    of = f" in {len(changed)} of {len(found.cases)} cases" if len(found.cases) > 1 else ""
    lines.append(
        f"DECISION CHANGED{of}: {'; '.join(changed)}." if changed else "No decision changed."
    )
    for case in found.cases:
        lines += ["", _title(case)]
        for sentence in verdict.of(found, case):
            lines += textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    ")
    lines += ["", *unmatched] if (unmatched := [*_unmatched(found)]) else []
    for case in found.cases:
        parts = [*_inputs(case), *_results(found, case, every), *way_table.lay(found, case, every)]
        while parts and not parts[-1]:
            parts.pop()
        if parts:
            lines += ["", f"{_title(case)} {'-' * max(4, WIDTH - len(_title(case)) - 1)}", *parts]
    return "\n".join([*lines, *_make_up(found)])


def _title(case: CaseDifference) -> str:
    same = case.old.name == case.new.name
    return case.new.name if same else f"{case.new.name} (was {case.old.name})"


def _books(found: Difference) -> Iterator[str]:
    rows = [
        [
            word,
            book.name,
            f"Bankable {book.version}",
            f"built {book.built}" if book.built else "",
            f"scenario {book.scenario}",
        ]
        for word, book in (("Old", found.old), ("New", found.new))
    ]
    yield from columns.table(rows, left=5)
    if _newer(found.new.version, found.ours) or _newer(found.old.version, found.ours):
        yield (
            f"A book is of a newer Bankable than the {found.ours} installed here: install that one,"
            " or its conventions are not known."
        )
    elif found.old.version == found.new.version != found.ours:
        yield (
            f"Effects are calculated by Bankable {found.ours}: the rows 'convention' say how far it"
            f" is from {found.old.version}."
        )
    for name, cells in found.stale.items():
        if cells:
            yield (
                f"{name} WAS NOT CALCULATED before it was saved: {cells[0]} and others show what"
                " its inputs do not give.\n  Calculate and save it, then compare again."
            )
    for book, held in ((found.old, "old"), (found.new, "new")):
        if any(not getattr(case, held).saved.decision for case in found.cases):
            yield (
                f"{book.name} holds no saved results: what its inputs give today is shown instead."
            )


def _newer(version: str, ours: str) -> bool:
    def numbers(said: str) -> list[int]:
        return [int(part) for part in said.split(".")[:3] if part.isdigit()]

    return numbers(version) > numbers(ours)


# Inputs and results ----------------------------------------------------------------------------


def _inputs(case: CaseDifference) -> Iterator[str]:
    if not case.inputs:
        return
    rows = [["Inputs that differ", "", "old", "new"]]
    for key in case.inputs:
        old, new = shown.inputs(key, getattr(case.old.deal, key), getattr(case.new.deal, key))
        typed = (getattr(one.typed.deal, key) for one in (case.old, case.new))
        scenario = " (by the scenario)" if next(typed) == next(typed) else ""
        rows.append([f"  {shown.input_label(key)}{scenario}", shown.input_unit(key), old, new])
    yield from columns.table(rows, left=2)
    yield ""


def _results(found: Difference, case: CaseDifference, every: bool) -> Iterator[str]:
    order = dict.fromkeys((*HEADLINES, *case.figures) if every else HEADLINES)
    before, after = case.stood
    wanted = [
        name
        for name in order
        if name in case.figures and (every or shown.is_seen(name, change(before, after, name)))
    ]
    if not case.figures:
        return
    rows = [["Results that differ", "old", "new", "change"]]
    for name in wanted:
        rows.append(
            [
                f"  {shown.label(name)}",
                shown.figure(name, before.figures[name]),
                shown.figure(name, after.figures[name]),
                shown.change(name, change(before, after, name)),
            ]
        )
    yield from columns.table(rows)
    more = len(case.figures) - len(wanted)
    if more:
        yield f"  and {more} more {'figure' if more == 1 else 'figures'}: --all shows them"
    if len(verdict.causes(found, case)) == 1:
        yield f"  all of it by {verdict.causes(found, case)[0]}"
    yield ""


# Make-up ---------------------------------------------------------------------------------------


def _unmatched(found: Difference) -> Iterator[str]:
    for book, cases in ((found.old, found.only_old), (found.new, found.only_new)):
        if cases:
            yield f"Only in {book.name}: {', '.join(case.name for case in cases)}."
    hint = renamed(found.only_old, found.only_new)
    if hint:
        yield from textwrap.wrap(hint, WIDTH, subsequent_indent="  ")


def _make_up(found: Difference) -> Iterator[str]:
    """Scenario, sheets, inputs of another version, choices and placeholders, a line each."""
    old, new = found.old, found.new
    lines = []
    if old.scenario != new.scenario:
        lines.append(
            f"The scenario in force differs: {old.scenario} -> {new.scenario}. What it changes"
            " stands among the inputs."
        )
    own = {case.sheet for book in (old, new) for case in book.cases}
    for book, other in ((old, new), (new, old)):
        sheets = [
            name
            for name in book.sheets
            if name not in other.sheets and name.removesuffix(" build") not in own
        ]
        if sheets:
            lines.append(f"Sheets only in {book.name}: {', '.join(sheets)}.")
        lines += _of_version(book)
    if found.choices:
        said = [
            f"{where} {label + ' ' if label else ''}({_plain(before)} -> {_plain(after)})"
            for where, label, before, after in found.choices[:SHOWN]
        ]
        more = len(found.choices) - SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        lines.append(
            f"Blue cells outside Inputs that differ, none of which moves a figure above: "
            f"{'; '.join(said)}{tail}."
        )
    for line in lines:
        yield ""
        yield from textwrap.wrap(line, WIDTH, subsequent_indent="  ")


def _of_version(book: SavedBook) -> Iterator[str]:
    if book.absent:
        labels = ", ".join(shown.input_label(key) for key in book.absent)
        yield f"{book.name} lacks these inputs, which are taken at their defaults: {labels}."
    if book.unknown:
        yield f"{book.name} holds inputs that are unknown here: {', '.join(book.unknown)}."
    left = [f"{len(case.placeholders)} in {case.name}" for case in book.cases if case.placeholders]
    if left:
        yield f"Inputs of {book.name} that are still placeholders: {', '.join(left)}."


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
