"""`python -m benchmarks [--json FILE] [--quick]`: every figure of speed that the README quotes,
each beside its peer in the same run.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator

from bankable.templates.portfolio.blocks import cores
from benchmarks import loan_books, project_finance, rates_of_return, simulations, workbooks
from benchmarks.measuring import Row

PARTS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "returns": rates_of_return.rows,
    "deals": project_finance.rows,
    "simulation": simulations.rows,
    "workbook": workbooks.all_rows,
    "books": loan_books.rows,
}


def memory() -> int:
    """Memory of this machine in GiB, 0 where it does not say."""
    try:
        import os

        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (AttributeError, ValueError, OSError):
        return 0


def duration(seconds: float) -> str:
    """Seconds in a unit that reads well."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return (
                f"{seconds / size:,.3g} {unit}"
                if seconds < 1000 * size
                else f"{seconds / size:,.0f} {unit}"
            )
    return f"{seconds / 1e-6:,.3g} µs"


def line(row: Row) -> str:
    """A row of the table."""
    peer = "" if row.theirs is None else f"{row.peer}: {duration(row.theirs)} = {row.ratio:,.3g}x"
    verdict = "" if row.met is None else ("met" if row.met else "MISSED")
    return (
        f"{row.what:<58}{duration(row.ours):>10}  {peer:<66}{row.target:>8} {verdict:<7} {row.note}"
    )


def main(argv: list[str] | None = None) -> int:
    """Measure, print, and write the JSON that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="smaller work and fewer runs, to see that all is in order",
    )
    parser.add_argument("--only", choices=tuple(PARTS), nargs="+", help="only these parts")
    args = parser.parse_args(argv)
    parts = {name: part for name, part in PARTS.items() if not args.only or name in args.only}
    if importlib.util.find_spec("benchmarks.doors") and (not args.only):
        doors = importlib.import_module("benchmarks.doors")
        if hasattr(doors, "rows"):
            parts["doors"] = doors.rows
    print(
        f"{cores()} cores, {memory()} GiB of memory, Python"
        f" {sys.version_info.major}.{sys.version_info.minor}"
    )
    found: list[Row] = []
    for part in parts.values():
        for row in part(args.quick):
            found.append(row)
            print(line(row), flush=True)
    if args.json:
        whole = {
            "cores": cores(),
            "memory_gib": memory(),
            "quick": args.quick,
            "rows": [row.as_dict() for row in found],
        }
        with open(args.json, "w", encoding="utf-8", newline="\n") as file:
            json.dump(whole, file, indent=1, ensure_ascii=False)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
