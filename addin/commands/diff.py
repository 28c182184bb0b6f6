"""Show what differs between two comparison workbooks of any version, and which input or which
convention of Bankable moved each decision and figure.

Cases are paired by name. The old inputs are calculated anew, then each changed input is put in
alone, then all. Nothing is written.
"""

from __future__ import annotations

import argparse
import json

SUMMARY = (
    "show what differs between two workbooks, and which input or convention moved the decision"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD.xlsx", help="the earlier workbook, of any version")
    parser.add_argument("new", metavar="NEW.xlsx", help="the later workbook, of any version")
    parser.add_argument(
        "--pair",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="a case that was renamed: its name in each workbook; may be given several times",
    )
    parser.add_argument(
        "--all", action="store_true", help="show every figure that differs, not the headlines alone"
    )
    parser.add_argument("--json", action="store_true", help="print the difference for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison.difference import differ, for_programs, report

    found = differ.compare(args.old, args.new, args.pair)
    print(
        json.dumps(for_programs.figures(found), indent=1, allow_nan=False)
        if args.json
        else report.text(found, args.all)
    )
    return 0
