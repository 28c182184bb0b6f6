"""The difference of two books for programs: every input, figure and step by key, in plain numbers;
n/a is null.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from bankable.templates.comparison.difference import printed_figures as shown
from bankable.templates.comparison.difference.differ import CaseDifference, Difference
from bankable.templates.comparison.difference.moves import change
from bankable.templates.comparison.difference.saved_book import SavedBook, Standing
from bankable.udfs.deal.measures import MEASURES


def figures(found: Difference) -> dict[str, Any]:
    """All of it, in the order of the text."""
    return {
        "same": found.same,
        "calculated_by": found.ours,
        "old": _book(found, found.old),
        "new": _book(found, found.new),
        "cases": [_case(case) for case in found.cases],
        "only_in_old": [case.name for case in found.only_old],
        "only_in_new": [case.name for case in found.only_new],
        "choices": [
            {"cell": where, "label": label, "old": _plain(before), "new": _plain(after)}
            for where, label, before, after in found.choices
        ],
    }


def _book(found: Difference, book: SavedBook) -> dict[str, Any]:
    return {
        "file": str(book.path),
        "version": book.version,
        "built_on": book.built,
        "scenario": book.scenario,
        "sheets": book.sheets,
        "inputs_absent": book.absent,
        "inputs_unknown": book.unknown,
        "placeholders": {case.name: case.placeholders for case in book.cases if case.placeholders},
        "stale_cells": found.stale.get(book.name, []),
    }


def _case(case: CaseDifference) -> dict[str, Any]:
    before, after = case.stood
    moves = case.moves
    return {
        "case": case.new.name,
        "case_in_old": case.old.name,
        "decision": {
            "old": before.decision,
            "new": after.decision,
            "changed": case.changed,
        },
        "inputs": [
            {
                "key": key,
                "label": shown.input_label(key),
                "old": getattr(case.old.deal, key),
                "new": getattr(case.new.deal, key),
            }
            for key in case.inputs
        ],
        "results": [
            {
                "key": name,
                "label": shown.label(name),
                "old": _plain(before.figures[name]),
                "new": _plain(after.figures[name]),
                "change": _plain(change(before, after, name)),
            }
            for name in case.figures
        ],
        "old_saved": _standing(case.old.saved),
        "old_inputs_today": _standing(moves.old_today),
        "new_inputs_today": _standing(moves.new_today),
        "new_saved": _standing(case.new.saved),
        "moved_by_convention": case.convention,
        "new_book_differs_from_today": case.unlike,
        "first_lines": [{k: _plain(v) for k, v in one.items()} for one in case.lines],
        "steps": [
            {
                "inputs": list(step.keys),
                "changes_the_decision_alone": moves.decides(step),
                "restores_the_decision_taken_out": moves.restores(step),
                "effects": {
                    name: _plain(moves.effect(step, name))
                    for name, measure in MEASURES.items()
                    if not measure.texts
                },
            }
            for step in moves.steps
        ],
    }


def _standing(held: Standing) -> dict[str, Any]:
    return {
        "decision": held.decision or None,
        "binding_test": held.binding or None,
        "failed": list(held.failed),
        "tests": {key: {"value": one, "limit": limit} for key, (one, limit) in held.tests.items()},
        "figures": {name: _plain(value) for name, value in held.figures.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value
