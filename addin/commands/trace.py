"""Show how a figure comes about: the tree of cells that it rests on, down to the inputs with their
values and sources.

A cell is named as in the workbook (Summary!D14, 'Factory today'!G120) or by a defined name
(out_llcr, in_gearing).
"""

from __future__ import annotations

import argparse
import json

SUMMARY = "show the cells that a figure rests on, down to the inputs and their sources"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workbook", metavar="BOOK.xlsx", help="a workbook of ours")
    parser.add_argument(
        "cell", metavar="CELL", help="a cell such as Summary!D14, or a defined name"
    )
    parser.add_argument(
        "--depth",
        type=int,
        default=4,
        metavar="N",
        help="levels of the tree to print (default: 4; 0 prints all)",
    )
    parser.add_argument("--json", action="store_true", help="print the tree for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison import trace

    if args.depth < 0:
        args.parser.error("--depth is 0 (everything) or a number of levels")
    found = trace.trace(args.workbook, args.cell)
    print(
        json.dumps(found.figures(), indent=1, allow_nan=False)
        if args.json
        else found.text(args.depth)
    )
    return 0
