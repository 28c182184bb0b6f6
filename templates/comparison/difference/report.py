"""The difference of two books as a terminal shows it: the answer first, then case by case inputs,
results and what moved them, and last how the books are made up.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

from bankable.templates.comparison import words
from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference import verdict
from bankable.templates.comparison.difference.differ import CaseDifference, Difference, renamed
from bankable.templates.comparison.difference.moves import HEADLINES, Moves, Step, change, moved
from bankable.templates.comparison.difference.saved_book import SavedBook, Standing
from bankable.udfs.deal.chain.decision import FAILS, MEETS, MEETS_WITH_SUPPORT
from bankable.udfs.deal.measures import MEASURES

WIDTH = 100
ACROSS = 5  # figures beside each other in the table of reasons
HEAD = 13  # width of a figure's column there
SHOWN = 8  # that a line of the make-up names
_SHORT = {FAILS: "fails", MEETS: "meets", MEETS_WITH_SUPPORT: "meets, support"}


def text(found: Difference, every: bool = False) -> str:
    """The whole of it; with `every` figure, not the headlines alone."""
    lines = [*_books(found), ""]
    if found.same:
        return "\n".join([*lines, "No input, no result and no sheet differs.", *_make_up(found)])
    for case in found.cases:
        lines.append(_title(case))
        for sentence in verdict.of(found, case):
            lines += textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    ")
    lines += _unmatched(found)
    for case in found.cases:
        parts = [*_inputs(case), *_results(case, every), *_why(found, case, every)]
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
    yield from _table(rows, left=5)
    if _newer(found.new.version, found.ours) or _newer(found.old.version, found.ours):
        yield (
            f"A book is of a newer Bankable than the {found.ours} installed here: install that one,"
            " or its conventions are not known."
        )


def _newer(version: str, ours: str) -> bool:
    def numbers(said: str) -> list[int]:
        return [int(part) for part in said.split(".")[:3] if part.isdigit()]

    return numbers(version) > numbers(ours)


def _table(rows: Sequence[Sequence[str]], left: int = 1, indent: str = "") -> Iterator[str]:
    """Rows in columns, the first `left` of them ranged left, the others right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield (indent + "  ".join(cells)).rstrip()


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
    yield from _table(rows, left=2)
    yield ""


def _results(case: CaseDifference, every: bool) -> Iterator[str]:
    order = dict.fromkeys((*HEADLINES, *case.figures) if every else HEADLINES)
    wanted = [name for name in order if name in case.figures]
    if not case.figures:
        return
    rows = [["Results that differ", "old", "new", "change"]]
    for name in wanted:
        before, after = (one.saved.figures[name] for one in (case.old, case.new))
        rows.append(
            [
                f"  {shown.label(name)}",
                shown.figure(name, before),
                shown.figure(name, after),
                shown.change(name, after - before),
            ]
        )
    yield from _table(rows)
    more = len(case.figures) - len(wanted)
    if more:
        yield f"  and {more} more {'figure' if more == 1 else 'figures'}: --all shows them"
    by = case.moves.steps
    if len(by) == 1 and not case.convention and not case.unlike:
        yield f"  all of it by {verdict.step_name(case, by[0])}"
    yield ""


# Why -------------------------------------------------------------------------------------------


def _why(found: Difference, case: CaseDifference, every: bool) -> Iterator[str]:
    """The way from the old figures to the new ones, a row a step and a column a figure."""
    moves = case.moves
    anywhere = {
        *case.figures,
        *case.convention,
        *case.unlike,
        *moved(moves.old_today, moves.new_today),
        *(
            name
            for step in moves.steps
            if step.put_in
            for name in moved(moves.old_today, step.put_in)
        ),
    }
    listed = dict.fromkeys((*HEADLINES, *MEASURES) if every else HEADLINES)
    names = [name for name in listed if name in anywhere]
    ways = len(moves.steps) + bool(case.convention) + bool(case.unlike)
    if not names or ways == 0 or (ways == 1 and moves.steps):
        return
    yield "What moved them: each changed input alone in the old case (pp: percentage points)"
    for start in range(0, len(names), ACROSS):
        if start:
            yield ""
        yield from _way(found, case, names[start : start + ACROSS])
    idle = [key for step in moves.steps if not _acts(moves, step) for key in step.keys]
    if idle:
        said = f"Without effect on a headline: {', '.join(map(shown.input_label, idle))}."
        yield from textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield from _first_lines(found, case)


def _acts(moves: Moves, step: Step) -> bool:
    """Whether a step moves a headline figure or the decision, or cannot be told."""
    effects = (moves.effect(step, name) for name in HEADLINES)
    return moves.decides(step) or any(math.isnan(one) or abs(one) > 1e-9 for one in effects)


def _way(found: Difference, case: CaseDifference, names: Sequence[str]) -> Iterator[str]:
    moves = case.moves
    rows: list[list[str]] = []

    def standing(label: str, held: Standing) -> None:
        figures = [shown.figure(name, held.figures.get(name)) for name in names]
        rows.append([label, *figures, _SHORT.get(held.decision, "not saved")])

    def step(label: str, before: Standing, after: Standing) -> None:
        effects = [shown.change(name, change(before, after, name)) for name in names]
        other = before.decision != after.decision and before.decision
        rows.append([label, *effects, _SHORT.get(after.decision, "") if other else ""])

    standing(found.old.name, case.old.saved)
    if case.convention:
        stale = bool(found.stale.get(found.old.name))
        step(
            "  not calculated when saved" if stale else "  convention",
            case.old.saved,
            moves.old_today,
        )
        standing("Old inputs, calculated today", moves.old_today)
    for one in moves.steps:
        if not _acts(moves, one):
            continue
        label = f"  {' + '.join(shown.input_label(key) for key in one.keys)}"
        rows.append([label, *(shown.change(name, moves.effect(one, name)) for name in names)])
        rows[-1].append(_decision_of(moves, one))
    if len(moves.steps) > 1 and any(_is_seen(name, moves.together(name)) for name in names):
        effects = (shown.change(name, moves.together(name)) for name in names)
        rows.append(["  all together, beyond each alone", *effects, ""])
    if case.unlike:
        standing("New inputs, calculated today", moves.new_today)
        step(f"  {_how_saved(found)}", moves.new_today, case.new.saved)
    standing(found.new.name, case.new.saved)
    yield from _headed(rows, names)


def _is_seen(name: str, value: float) -> bool:
    """Whether a change shows in the digits that are printed."""
    return math.isnan(value) or (shown.change(name, value)[0] in "+-" and abs(value) > 1e-9)


def _decision_of(moves: Moves, step: Step) -> str:
    if step.put_in is None:
        return "no deal alone"
    return _SHORT[step.put_in.decision] if moves.decides(step) else ""


def _how_saved(found: Difference) -> str:
    if found.stale.get(found.new.name):
        return "not calculated when saved"
    return f"convention of {found.new.version}"


def _headed(rows: Sequence[Sequence[str]], names: Sequence[str]) -> Iterator[str]:
    """The table under heads of several lines."""
    heads = [textwrap.wrap(shown.label(name), HEAD) for name in names] + [["Decision"]]
    deep = max(len(head) for head in heads)
    tops = [["", *(([""] * (deep - len(head)) + head)[i] for head in heads)] for i in range(deep)]
    yield from _table([*tops, *rows], indent="  ")


def _first_lines(found: Difference, case: CaseDifference) -> Iterator[str]:
    if not case.lines or found.stale.get(found.old.name):
        return
    yield ""
    yield "  The convention comes in at these lines of the case sheet, first to be calculated first:"
    for one in case.lines:
        old, new = (shown.line_figure(one["key"], one[side]) for side in ("saved", "today"))
        yield f"    {one['cell']}  {words.label(one['key'])}: {old} -> {new}"


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
            f"The scenario in force differs: {old.scenario} -> {new.scenario}. What it changes stands"
            " among the inputs."
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
    for case in book.cases:
        if case.placeholders:
            yield (
                f"{book.name}, {case.name}: {len(case.placeholders)} inputs are still placeholders."
            )


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
