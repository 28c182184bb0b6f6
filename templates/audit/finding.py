"""What a rule says of a workbook: the rule, how grave it is, where, the evidence, and one sentence
of what is wrong and what to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bankable.templates.workbook.book import address

SEVERITIES = ("error", "warning", "note")  # from the gravest


@dataclass(frozen=True)
class Finding:
    """One fault, of one run of cells."""

    rule: str
    severity: str
    sheet: str
    range: str
    evidence: str
    sentence: str


def in_ranges(spots: Iterable[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Cells gathered into rectangles: runs along a row, like runs below each other joined, and runs
    down a column.
    """
    by_row: dict[int, list[int]] = defaultdict(list)
    for row, col in spots:
        by_row[row].append(col)
    open_runs: dict[tuple[int, int], list[int]] = {}
    done: list[tuple[int, int, int, int]] = []
    for row in sorted(by_row):
        runs: list[tuple[int, int]] = []
        for col in sorted(set(by_row[row])):
            if runs and runs[-1][1] == col - 1:
                runs[-1] = (runs[-1][0], col)
            else:
                runs.append((col, col))
        still: dict[tuple[int, int], list[int]] = {}
        for run in runs:
            above = open_runs.pop(run, None)
            still[run] = [above[0], row] if above and above[1] == row - 1 else [row, row]
            if above and above[1] != row - 1:
                done.append((above[0], run[0], above[1], run[1]))
        done += [(rows[0], run[0], rows[1], run[1]) for run, rows in open_runs.items()]
        open_runs = still
    done += [(rows[0], run[0], rows[1], run[1]) for run, rows in open_runs.items()]
    return sorted(done)


def written(where: tuple[int, int, int, int]) -> str:
    """A rectangle as A1:B2, or A1 where it is one cell."""
    first, last = address(where[0], where[1]), address(where[2], where[3])
    return first if first == last else f"{first}:{last}"
