"""What a reader wants to know first of a case in two books, in sentences: whether the decision moved,
and by which input or convention.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bankable.templates.comparison import words
from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference.differ import CaseDifference, Difference
from bankable.templates.comparison.difference.moves import HEADLINES, Step
from bankable.templates.comparison.difference.saved_book import SavedCase, Standing

MOST_NAMED = 4  # inputs that a sentence names


def of(found: Difference, case: CaseDifference) -> list[str]:
    """The sentences of one case."""
    before, after = case.decided
    out = [
        f"Decision unchanged: {after}."
        if before == after
        else f"DECISION CHANGED: {before} -> {after}."
    ]
    out += _by_convention(found, case)
    out += _by_inputs(case)
    out += _tests(case)
    out += _by_how_it_was_saved(found, case)
    if before == after:
        out += _largest(case)
    if not case.inputs and not case.figures and not case.convention:
        out.append("No input and no figure differs.")
    for book, held in ((found.old, case.old), (found.new, case.new)):
        if not held.saved.decision:
            out.append(
                f"{book.name} holds no saved results of this case, so today's are taken: calculate"
                " and save it to see its own."
            )
    return out


def names(case: CaseDifference, steps: Sequence[Step]) -> str:
    """Inputs of steps with what they were and are."""
    said = [step_name(case, step) for step in steps[:MOST_NAMED]]
    more = len(steps) - MOST_NAMED
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")


def step_name(case: CaseDifference, step: Step) -> str:
    """The inputs of one step with what they were and are."""
    said = []
    for key in step.keys:
        old, new = shown.inputs(key, getattr(case.old.deal, key), getattr(case.new.deal, key))
        said.append(f"{shown.input_label(key)} ({old} -> {new})")
    return " with ".join(said)


def _by_convention(found: Difference, case: CaseDifference) -> Iterator[str]:
    saved, today = case.old.saved.decision, case.moves.old_today.decision
    if "decision" not in case.convention:
        if case.convention:
            yield f"{len(case.convention)} figures moved by {_convention(found)}, not the decision."
        return
    if found.stale.get(found.old.name):
        yield (
            f"{found.old.name} shows {saved!r}, and its own inputs give {today!r}: it was changed"
            " and not calculated before it was saved."
        )
        return
    yield (
        f"CONVENTION: the inputs of {found.old.name}, unchanged, give {today!r} by"
        f" {_convention(found)}."
    )


def _convention(found: Difference) -> str:
    if found.stale.get(found.old.name):
        return "calculating the old book again (it is stale)"
    if found.old.version == found.ours:
        return f"other formulas than those of Bankable {found.ours}"
    return f"the conventions of Bankable {found.ours} (the old book: {found.old.version})"


def _by_inputs(case: CaseDifference) -> Iterator[str]:
    moves = case.moves
    before, after = moves.old_today.decision, moves.new_today.decision
    alone = [step for step in moves.steps if moves.decides(step)]
    if before == after:
        if alone:
            yield (
                f"{names(case, alone)} would change the decision alone; the other inputs take that"
                " back."
            )
        return
    needed = [step for step in moves.steps if moves.restores(step)]
    if len(alone) == 1:
        yield f"INPUT: {names(case, alone)} changes it alone{_rest(case, alone, needed)}."
    elif alone:
        yield (
            f"INPUTS: each of these changes it alone: {names(case, alone)}"
            f"{_rest(case, alone, needed)}."
        )
    elif needed:
        yield (
            f"INPUTS: no change does it alone, these do together: {names(case, needed)}; without any"
            " one of them the decision stays."
        )
    else:
        yield f"INPUTS: the changed inputs do it together, none alone: {names(case, moves.steps)}."


def _rest(case: CaseDifference, alone: Sequence[Step], needed: Sequence[Step]) -> str:
    """What taking the change back would do, and what else it took."""
    if len(case.moves.steps) == 1:
        return ""
    if len(alone) > 1 and not needed:
        return "; taking one of them back does not restore it"
    if len(alone) == 1 and alone[0] in needed:
        return ", and taking it back restores the decision"
    if len(alone) == 1:
        return ", but taking it back alone does not restore the decision"
    return f"; taking back {names(case, needed)} restores it"


def _tests(case: CaseDifference) -> Iterator[str]:
    """Credit tests that fail in one book and not in the other."""
    old, new = (one.saved if one.saved.decision else today for one, today in _sides(case))
    for word, failing, before in (("Fails now", new, old), ("Passes now", old, new)):
        keys = [key for key in failing.failed if key not in before.failed]
        said = [shown.test(key, *case.moves.new_today.tests[key]) for key in keys]
        if said:
            yield f"{word}: {'; '.join(said)}."
    if old.binding != new.binding:
        yield f"Binding test: {old.binding} -> {new.binding}."


def _sides(case: CaseDifference) -> tuple[tuple[SavedCase, Standing], ...]:
    return ((case.old, case.moves.old_today), (case.new, case.moves.new_today))


def _by_how_it_was_saved(found: Difference, case: CaseDifference) -> Iterator[str]:
    if not case.unlike:
        return
    if found.stale.get(found.new.name):
        cells = ", ".join(found.stale[found.new.name][:3])
        yield (
            f"{found.new.name} is stale: {cells} and others show what its own formulas do not give."
            " Calculate and save it, then compare again."
        )
    elif found.new.version == found.ours:
        yield (
            f"{found.new.name} holds other formulas than Bankable {found.ours} writes: `bankable"
            f" compare {found.new.name}` writes its inputs into a sound book."
        )
    else:
        yield (
            f"{found.new.name} keeps the conventions of Bankable {found.new.version}; `bankable"
            f" compare {found.new.name}` brings it to {found.ours}."
        )


def _largest(case: CaseDifference) -> Iterator[str]:
    """The first headline figure that moved, and the input that moved it most."""
    name = next((name for name in HEADLINES if name in case.figures), None)
    if name is None:
        return
    before, after = (one.saved.figures[name] for one in (case.old, case.new))
    by = max(case.moves.steps, key=lambda step: abs(case.moves.effect(step, name)), default=None)
    said = ""
    if by is not None and abs(case.moves.effect(by, name)) > 0:
        effect = shown.change(name, case.moves.effect(by, name))
        said = f", most by {names(case, [by])}: {effect}"
    yield (
        f"{words.label(name)} {shown.figure(name, before)} -> {shown.figure(name, after)}{said}."
    )
