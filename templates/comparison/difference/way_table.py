"""What moved the figures of a case, as a table: from the old book's figures to the new one's, a row
a step and a column a figure, with the decision that each step gives.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from bankable.templates.comparison import words
from bankable.templates.comparison.difference import columns, verdict
from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference.differ import CaseDifference, Difference
from bankable.templates.comparison.difference.moves import HEADLINES, Moves, Step, change
from bankable.templates.comparison.difference.saved_book import Standing
from bankable.udfs.deal.chain.decision import FAILS, MEETS, MEETS_WITH_SUPPORT
from bankable.udfs.deal.measures import MEASURES

ACROSS = 5  # figures beside each other
HEAD = 13  # width of a figure's column
_SHORT = {FAILS: "fails", MEETS: "meets", MEETS_WITH_SUPPORT: "meets, support"}


def lay(found: Difference, case: CaseDifference, every: bool) -> Iterator[str]:
    """The way from the old figures to the new ones, a row a step and a column a figure."""
    moves = case.moves
    before, after = case.stood
    pairs = [
        (before, moves.old_today),
        (moves.old_today, moves.new_today),
        (moves.new_today, after),
    ]
    pairs += [(moves.old_today, step.put_in) for step in moves.steps if step.put_in]
    listed = dict.fromkeys((*HEADLINES, *MEASURES) if every else HEADLINES)
    names = [
        name
        for name in listed
        if not MEASURES[name].texts
        and any(shown.is_seen(name, change(*pair, name)) for pair in pairs)
    ]
    if not names or len(verdict.causes(found, case)) < 2:
        yield from _first_lines(found, case)
        return
    yield "What moved them: each changed input alone in the old case (pp: percentage points)"
    for start in range(0, len(names), ACROSS):
        if start:
            yield ""
        yield from _way(found, case, names[start : start + ACROSS], [*listed])
    idle = [key for step in moves.steps if not _acts(moves, step, listed) for key in step.keys]
    if idle:
        said = f"Without effect alone on these figures: {', '.join(map(shown.input_label, idle))}."
        yield from textwrap.wrap(said, columns.WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield from _first_lines(found, case)


def _acts(moves: Moves, step: Step, names: Iterable[str]) -> bool:
    """Whether a step moves one of the figures or the decision, or cannot be told."""
    effects = (moves.effect(step, name) for name in names if not MEASURES[name].texts)
    return moves.decides(step) or any(math.isnan(one) or abs(one) > 1e-9 for one in effects)


def _way(
    found: Difference, case: CaseDifference, names: Sequence[str], every: Sequence[str]
) -> Iterator[str]:
    """The table of some figures; a step that moves none of `every` has no row."""
    moves = case.moves
    rows: list[list[str]] = []

    def standing(label: str, held: Standing) -> None:
        figures = [shown.figure(name, held.figures.get(name)) for name in names]
        rows.append([label, *figures, _SHORT.get(held.decision, "not saved")])

    def step(label: str, before: Standing, after: Standing) -> None:
        effects = [shown.change(name, change(before, after, name)) for name in names]
        other = before.decision != after.decision and before.decision
        rows.append([label, *effects, _SHORT.get(after.decision, "") if other else ""])

    before, after = case.stood
    acting = [one for one in moves.steps if _acts(moves, one, every)]
    standing(found.old.name, before)
    if case.convention:
        stale = bool(found.stale.get(found.old.name))
        step("  not calculated when saved" if stale else "  convention", before, moves.old_today)
        if acting:
            standing("Old inputs, calculated today", moves.old_today)
    for one in acting:
        label = f"  {' + '.join(shown.input_label(key) for key in one.keys)}"
        rows.append([label, *(shown.change(name, moves.effect(one, name)) for name in names)])
        rows[-1].append(_decision_of(moves, one))
    if len(moves.steps) > 1 and any(shown.is_seen(name, moves.together(name)) for name in names):
        effects = (shown.change(name, moves.together(name)) for name in names)
        rows.append(["  all together, beyond each alone", *effects, ""])
    if case.unlike:
        if acting:
            standing("New inputs, calculated today", moves.new_today)
        step(f"  {_how_saved(found)}", moves.new_today, after)
    standing(found.new.name, after)
    yield from _headed(rows, names)


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
    yield from columns.table([*tops, *rows], indent="  ")


def _first_lines(found: Difference, case: CaseDifference) -> Iterator[str]:
    if not case.lines or found.stale.get(found.old.name):
        return
    yield "  The convention comes in at these lines, first calculated first:"
    for one in case.lines:
        old, new = (shown.line_figure(one["key"], one[side]) for side in ("saved", "today"))
        yield f"    {one['cell']}  {words.label(one['key'])}: {old} -> {new}"
