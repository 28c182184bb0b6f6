"""What a reader wants to know first of a case in two books, in sentences: whether the decision
moved, and by which input or convention.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bankable.templates.comparison import words
from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference.differ import CaseDifference, Difference
from bankable.templates.comparison.difference.moves import HEADLINES, Step, change

MOST_NAMED = 4  # inputs that a sentence names


def of(found: Difference, case: CaseDifference) -> list[str]:
    """The sentences of one case."""
    before, after = (standing.decision for standing in case.stood)
    if not (case.inputs or case.figures or case.convention or case.unlike or case.changed):
        return [f"Decision unchanged: {after}; no input and no figure differs."]
    return [
        f"DECISION CHANGED: {before} -> {after}."
        if case.changed
        else f"Decision unchanged: {after}.",
        *_by_convention(found, case),
        *_by_inputs(case),
        *_by_how_it_was_saved(found, case),
        *_tests(case),
        *([] if case.changed else _largest(case)),
    ]


def causes(found: Difference, case: CaseDifference) -> list[str]:
    """What lies between the figures of both books: convention, each changed input, how the new book
    was saved.
    """
    out = []
    if case.convention and case.old.saved.decision:
        stale = bool(found.stale.get(found.old.name))
        out.append("the old book, not calculated before it was saved" if stale else "convention")
    out += [step_name(case, step) for step in case.moves.steps]
    if case.unlike and case.new.saved.decision:
        stale = bool(found.stale.get(found.new.name))
        out.append("the new book, not calculated before it was saved" if stale else "convention")
    return out


def step_name(case: CaseDifference, step: Step) -> str:
    """The inputs of one step with what they were and are."""
    said = []
    for key in step.keys:
        old, new = shown.inputs(key, getattr(case.old.deal, key), getattr(case.new.deal, key))
        said.append(f"{shown.input_label(key)} ({old} -> {new})")
    return " with ".join(said)


def _names(case: CaseDifference, steps: Sequence[Step]) -> str:
    said = [step_name(case, step) for step in steps[:MOST_NAMED]]
    more = len(steps) - MOST_NAMED
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")


# Conventions, and how a book was saved ---------------------------------------------------------


def _by_convention(found: Difference, case: CaseDifference) -> Iterator[str]:
    book, today = found.old, case.moves.old_today.decision
    if not case.convention:
        return
    if found.stale.get(book.name):
        yield f"{book.name} was not calculated before it was saved: its inputs give '{today}'."
    elif "decision" in case.convention:
        yield (
            f"CONVENTION: the inputs of {book.name}, unchanged, give '{today}' by"
            f" {_conventions(found, book.version)}."
        )
    else:
        count = len(case.convention)
        yield (
            f"Convention moved {count} {'figure' if count == 1 else 'figures'}, not the decision"
            f" ({_conventions(found, book.version)})."
        )


def _conventions(found: Difference, version: str) -> str:
    if version == found.ours:
        return f"the formulas of Bankable {found.ours}; the book holds others"
    return f"the conventions of Bankable {found.ours}; the book is of {version}"


def _by_how_it_was_saved(found: Difference, case: CaseDifference) -> Iterator[str]:
    book, today = found.new, case.moves.new_today.decision
    if not case.unlike:
        return
    if found.stale.get(book.name):
        yield f"{book.name} was not calculated before it was saved: its inputs give '{today}'."
        return
    other = "decision" in case.unlike
    yield (
        f"{'CONVENTION: t' if other else 'T'}he inputs of {book.name} give"
        f" {f'{today!r}' if other else 'the same decision, with other figures,'} by"
        f" {_conventions(found, book.version)}. `bankable compare {book.name}` writes them into a"
        " book of today's."
    )


# Inputs ----------------------------------------------------------------------------------------


def _by_inputs(case: CaseDifference) -> Iterator[str]:
    moves = case.moves
    before, after = moves.old_today.decision, moves.new_today.decision
    if before == after:
        alone = [step for step in moves.steps if moves.decides(step)]
        if alone:
            yield (
                f"{_names(case, alone)} would alone change the decision; the other changes take"
                " that back."
            )
        return
    alone = [step for step in moves.steps if step.put_in and step.put_in.decision == after]
    needed = [step for step in moves.steps if moves.restores(step)]
    word = "INPUT" if len(alone) == 1 else "INPUTS"
    if len(alone) == 1:
        yield f"{word}: {_names(case, alone)} alone gives '{after}'{_back(case, alone, needed)}."
    elif alone:
        yield (
            f"{word}: each of these alone gives '{after}': {_names(case, alone)}"
            f"{_back(case, alone, needed)}."
        )
    elif needed:
        yield (
            f"{word}: no change alone gives '{after}', these do together: {_names(case, needed)};"
            f" without any one of them it stays '{before}'."
        )
    else:
        yield f"{word}: no change alone gives '{after}', all do together."


def _back(case: CaseDifference, alone: Sequence[Step], needed: Sequence[Step]) -> str:
    """What taking a change back would do."""
    if len(case.moves.steps) == 1:
        return ""
    if len(alone) == 1:
        if alone[0] in needed:
            return "; taking it back restores the decision"
        return "; so do the other changes together"
    if needed:
        return f"; taking back {_names(case, needed)} restores the decision"
    return "; taking back one of them does not restore the decision"


# Tests and figures -----------------------------------------------------------------------------


def _tests(case: CaseDifference) -> Iterator[str]:
    """Credit tests that fail in one book and not in the other, and the one that binds."""
    old, new = case.stood
    for word, failing, others in (("Fails now", new, old), ("Passes now", old, new)):
        said = []
        for key in failing.failed:
            if key not in others.failed and key in new.tests:
                value, limit = new.tests[key]
                said.append(f"{shown.TEST[key][0]} {value} (limit {limit})")
        if said:
            yield f"{word}: {'; '.join(said)}."
    if old.binding != new.binding:
        yield f"Binding test: {old.binding} -> {new.binding}."


def _largest(case: CaseDifference) -> Iterator[str]:
    """The first headline figure that moved visibly, and what moved it most."""
    before, after = case.stood
    moves = case.moves
    figures = {
        name: tuple(shown.figure(name, held.figures[name]) for held in (before, after))
        for name in HEADLINES
        if name in case.figures
    }
    name = next(
        (
            name
            for name, (old, new) in figures.items()
            if old != new and shown.is_seen(name, change(before, after, name))
        ),
        None,
    )
    if name is None:
        return
    by = [(moves.effect(step, name), step_name(case, step)) for step in moves.steps]
    if case.convention and case.old.saved.decision:
        by.append((change(before, moves.old_today, name), "convention"))
    by = [cause for cause in by if math.isfinite(cause[0]) and cause[0]]
    said = ""
    if by:
        effect, cause = max(by, key=lambda one: abs(one[0]))
        said = f", most by {cause}: {shown.change(name, effect)}"
    yield f"{words.label(name)} {' -> '.join(figures[name])}{said}."
