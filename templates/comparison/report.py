"""What a calculated comparison says outside the workbook: to a terminal, and to programs as JSON.

The scenario in force comes first, then the figures, then what in the inputs should be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bankable.templates.comparison import placeholders
from bankable.templates.comparison.read_files import Carried
from bankable.templates.comparison.sheets import frame, plausible, summary
from bankable.templates.comparison.words import label as label_of
from bankable.templates.comparison.words import shown
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.workbook.book import Book, address
from bankable.templates.workbook.printed import printed
from bankable.udfs.deal.chain.decision import TESTS

SHOWN = 8  # inputs that a line names


NOTHING = Carried()


def figures(
    book: Book, deals: Sequence[SourcedDeal], path: Path, carried: Carried = NOTHING
) -> dict[str, Any]:
    """The scenario in force, what was found in the inputs, and the Summary's figures for programs:
    one dictionary a case.
    """
    n = len(deals)
    sheet = book["Summary"]
    cases = []
    for i in range(1, n + 1):
        figures = {
            key[: -len(f"_{i}")]: sheet.value_of(key)
            for key in sheet.placed
            if key.endswith(f"_{i}")
        }
        cases.append(
            {
                "case": book["Inputs"].value_of(f"case_name_{i}"),
                **{k: None if v == "n/a" else v for k, v in figures.items()},
            }
        )
    return {
        "scenario": book["Scenarios"].value_of("scenario"),
        "workbook": str(path),
        "placeholders": {
            case.deal.case_name: keys for case in deals if (keys := placeholders.untouched(case))
        },
        "plausibility": plausible.unusual(book, n),
        "left_out": list(carried.left_out),
        "of_version": carried.version or None,
        "inputs_at_default": list(carried.absent),
        "master_check": book["Checks"].value_of("master"),
        "formulas": book.formulas(),
        "cases": cases,
    }


def text(book: Book, deals: Sequence[SourcedDeal], carried: Carried = NOTHING) -> str:
    """What a terminal shows: the scenario in force, the table, and what to look at in the inputs."""
    scenario = book["Scenarios"].value_of("scenario")
    place = book["Scenarios"].placed["scenario"]
    head = f"{frame.IN_FORCE}{scenario}"
    if scenario != "Base":
        head += (
            f" (Scenarios!{address(place.row, place.col)}). The figures are those of this scenario;"
            " choose Base there for the base case."
        )
    return "\n".join([head, "", table(book, len(deals)), *_looks(book, deals, carried)])


def _looks(book: Book, deals: Sequence[SourcedDeal], carried: Carried) -> Iterator[str]:
    """What a reader should look at before believing the figures, one line each."""
    for case in deals:
        keys = placeholders.untouched(case)
        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            yield (
                f"\n{case.deal.case_name}: {len(keys)} inputs are still placeholders"
                f" ({', '.join(keys[:SHOWN])}{more}). Type them, or their source if the figure"
                " stands; until then no memo is written of this case."
            )
    found = plausible.unusual(book, len(deals))
    for name in dict.fromkeys(one["case"] for one in found):
        said = [
            f"{one['measure']} is {one['value']:.4g} where {one['usual'][0]:g} to"
            f" {one['usual'][1]:g} is usual (look at {one['look_at']})"
            for one in found
            if one["case"] == name
        ]
        yield f"\n{name}: a unit may have slipped by a thousand. {'; '.join(said)}."
    if carried.absent:
        names = [label_of(key) for key in carried.absent]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        yield (
            f"\nThe workbook is of Bankable {carried.version}: {len(names)} inputs came after it and stand at"
            f" their defaults ({', '.join(names[:SHOWN])}{more}). `bankable diff OLD NEW` says what the"
            " new version moves."
        )
    if carried.left_out:
        shown = "; ".join(carried.left_out[:SHOWN])
        more = (
            f"; and {len(carried.left_out) - SHOWN} more" if len(carried.left_out) > SHOWN else ""
        )
        yield f"\nNot carried into the new workbook: {shown}{more}."


def table(book: Book, n: int) -> str:
    """The side-by-side table for a terminal."""
    sheet = book["Summary"]
    heads = ["", *(str(book["Inputs"].value_of(f"case_name_{i}")) for i in range(1, n + 1))]
    lines: list[list[str]] = []
    for key in ("decision_words", "binding_name"):
        lines.append([label_of(key), *(str(sheet.value_of(f"{key}_{i}")) for i in range(1, n + 1))])
    for title, rows in summary.ROWS:
        lines.append([])
        lines.append([title])
        for key, label, unit, style in shown(*rows):
            values = [printed(sheet.value_of(f"{key}_{i}"), style) for i in range(1, n + 1)]
            lines.append(
                [
                    f"  {label}" + (f", {unit}" if unit in ("$m", "years", "months", "$") else ""),
                    *values,
                ]
            )
    lines += [[], ["Credit tests: value / limit"]]
    for key, label, _, _ in TESTS:
        lines.append(
            [f"  {label}", *(str(sheet.value_of(f"test_{key}_{i}")) for i in range(1, n + 1))]
        )
    first = max(len(line[0]) for line in lines if len(line) > 1)
    widths = [max(len(row[c]) for row in [heads, *lines] if len(row) > c) for c in range(1, n + 1)]
    out = []
    for line in [heads, *lines]:
        if len(line) > 1:
            out.append(
                "  ".join(
                    [
                        line[0].ljust(first),
                        *(text.rjust(width) for text, width in zip(line[1:], widths, strict=True)),
                    ]
                ).rstrip()
            )
        else:
            out.append(line[0] if line else "")
    out.append(
        f"\nMaster check: {book['Checks'].value_of('master')} ({book.formulas():,} formulas)"
    )
    return "\n".join(out)
