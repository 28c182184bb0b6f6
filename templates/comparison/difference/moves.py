"""Why a case stands otherwise in a second book: what the conventions of Bankable moved, and what
each changed input did, alone and taken back out.

Between the figure saved in the old book and that in the new one stand two that today's chain gives:
of the old inputs and of the new ones. From saved to old inputs today is convention, from old to new
inputs today is inputs, what is then left is how the new book was saved.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference.saved_book import Standing
from bankable.templates.comparison.tie_out import close
from bankable.templates.workbook.rows import CONSTANT, FIRST_TIME_COLUMN
from bankable.udfs.cells import CellError
from bankable.udfs.deal import deal as deals
from bankable.udfs.deal.chain.decision import TESTS
from bankable.udfs.deal.chain.lines import lines
from bankable.udfs.deal.deal import KEYS, TEXT_KEYS, Deal
from bankable.udfs.deal.measures import MEASURES, measure
from bankable.udfs.deal.rules import RULES

HEADLINES = (
    "min_dscr",
    "avg_dscr",
    "llcr",
    "permitted_debt",
    "loss_share",
    "all_in_rate",
    "debt",
    "equity_irr_expected",
    "public_cost",
)  # the measures that are shown first, and by which inputs are ranked


_TIME = FIRST_TIME_COLUMN - CONSTANT  # where time begins in the cells of a line


@dataclass(frozen=True)
class Step:
    """One changed input, or several that only together make a deal: how the old inputs stand with
    it put in, and the new ones with it taken back out (None where they make no deal).
    """

    keys: tuple[str, ...]
    put_in: Standing | None
    taken_out: Standing | None


@dataclass(frozen=True)
class Moves:
    """The way from the old book's figures to the new one's, steps with the largest effect first."""

    old_today: Standing
    new_today: Standing
    steps: tuple[Step, ...]

    def effect(self, step: Step, name: str) -> float:
        """What a step alone does to a figure; NaN where it cannot be said."""
        return change(self.old_today, step.put_in, name)

    def together(self, name: str) -> float:
        """What all steps do that the sum of each alone does not; NaN where one cannot be said."""
        return change(self.old_today, self.new_today, name) - math.fsum(
            self.effect(step, name) for step in self.steps
        )

    def decides(self, step: Step) -> bool:
        """Whether the step alone gives another decision."""
        return step.put_in is not None and step.put_in.decision != self.old_today.decision

    def restores(self, step: Step) -> bool:
        """Whether the decision of the old inputs comes back without the step."""
        return (
            self.old_today.decision != self.new_today.decision
            and step.taken_out is not None
            and step.taken_out.decision == self.old_today.decision
        )


def change(before: Standing, after: Standing | None, name: str) -> float:
    """How far a figure went; NaN where it is n/a or was not saved on one side, 0 where on both."""
    if after is None:
        return math.nan
    first, last = (standing.figures.get(name, math.nan) for standing in (before, after))
    if same(first, last):
        return 0.0
    return last - first


def same(a: float, b: float) -> bool:
    """Whether two figures are the same, n/a with n/a."""
    return (math.isnan(a) and math.isnan(b)) or close(a, b)


def moved(before: Standing, after: Standing) -> list[str]:
    """The measures that differ among those that both have."""
    return [
        name
        for name in MEASURES
        if name in before.figures
        and name in after.figures
        and not same(before.figures[name], after.figures[name])
    ]


def of(old: Deal, new: Deal) -> Moves:
    """What each changed input does, by today's chain."""
    keys = changed(old, new)
    groups = _that_make_deals(old, new, [key for key in keys if key not in TEXT_KEYS])
    tried = [old, new]
    for group in groups:
        tried += [_with(old, new, group), _with(new, old, group)]
    found = standings(tried)
    steps = [
        Step(
            group,
            found[2 + 2 * i] if _is_deal(tried[2 + 2 * i]) else None,
            found[3 + 2 * i] if _is_deal(tried[3 + 2 * i]) else None,
        )
        for i, group in enumerate(groups)
    ]
    moves = Moves(found[0], found[1], tuple(steps))
    return dataclasses.replace(moves, steps=tuple(_largest_first(moves)))


def changed(old: Deal, new: Deal) -> list[str]:
    """The inputs that differ, in the order of Inputs; a rest of rounding is no difference."""
    return [key for key in KEYS if not _same_input(getattr(old, key), getattr(new, key))]


def _same_input(a: Any, b: Any) -> bool:
    if isinstance(a, (str, bool)) or isinstance(b, (str, bool)):
        return bool(a == b)
    return close(float(a), float(b))


def standings(tried: Sequence[Deal]) -> list[Standing]:
    """How each deal stands by today's chain."""
    results = deals.evaluate(tried, None)
    figures = {name: measure(results, name) for name in MEASURES}
    out = []
    for i in range(len(tried)):
        numbers = {
            name: float(values[i]) for name, values in figures.items() if not MEASURES[name].texts
        }
        failed = tuple(key for key, *_ in TESTS if results[f"pass_{key}"][i, 0] == 0)
        decision, binding = (str(figures[name][i]) for name in ("decision", "binding_test"))
        tests = {
            key: shown.test(
                key, float(results[f"test_{key}"][i, 0]), getattr(tried[i], f"limit_{key}")
            )
            for key, *_ in TESTS
        }
        out.append(Standing(decision, binding, failed, numbers, tests))
    return out


def _with(deal: Deal, other: Deal, keys: Sequence[str]) -> Deal:
    return dataclasses.replace(deal, **{key: getattr(other, key) for key in keys})


def _is_deal(deal: Deal) -> bool:
    try:
        deals.check(deal)
    except CellError:
        return False
    return True


def _that_make_deals(old: Deal, new: Deal, keys: Sequence[str]) -> list[tuple[str, ...]]:
    """The changed inputs one by one; with it those without which the old inputs and it would
    contradict each other, such as a longer tenor and the longer life that it needs.
    """
    groups: list[tuple[str, ...]] = []
    for key in keys:
        group = {key}
        while True:
            broken = [rule for rule in RULES if rule.broken(_with(old, new, [*group]))]
            more = {other for rule in broken for other in rule.keys if other in keys} - group
            if not more:
                break
            group |= more
        ordered = tuple(k for k in keys if k in group)
        if ordered not in groups:
            groups.append(ordered)
    return [group for group in groups if not any(set(group) < set(other) for other in groups)]


def _largest_first(moves: Moves) -> list[Step]:
    """Steps that change the decision first, then by the sum of their shares of the largest effect
    on each headline figure.
    """
    most = {
        name: max((abs(_finite(moves.effect(step, name))) for step in moves.steps), default=0.0)
        for name in HEADLINES
    }

    def rank(step: Step) -> tuple[bool, float]:
        shares = (
            abs(_finite(moves.effect(step, name))) / largest
            for name, largest in most.items()
            if largest > 0
        )
        return moves.decides(step) or moves.restores(step), math.fsum(shares)

    return sorted(moves.steps, key=rank, reverse=True)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


# Where a convention comes in -------------------------------------------------------------------


def first_lines(old: Deal, saved: Mapping[str, list[Any]], most: int = 3) -> list[dict[str, Any]]:
    """The first lines of the calculation whose saved figures are others than today's chain gives of
    the same inputs; `saved` are the cells of the case sheet by label.
    """
    results = deals.evaluate(old, None)
    catalogue, out = lines(), []
    for key in results:
        row = saved.get(catalogue[key].label) if key in catalogue else None
        if row is None or catalogue[key].section == "solved":  # what follows from the other lines
            continue
        theirs = [float(value) for value in results[key][0]]
        cells = row[:1] if len(theirs) == 1 else row[_TIME : _TIME + len(theirs)]
        for cell, value in zip(cells, theirs, strict=False):
            if _is_figure(cell.value) and not _shows(cell.value, value):
                where = f"{cell.parent.title}!{cell.coordinate}"
                out.append({"key": key, "cell": where, "saved": cell.value, "today": value})
                break
        if len(out) == most:
            break
    return out


def _is_figure(value: Any) -> bool:
    return value == "n/a" or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _shows(held: Any, value: float) -> bool:
    return math.isnan(value) if held == "n/a" else not math.isnan(value) and close(held, value)
