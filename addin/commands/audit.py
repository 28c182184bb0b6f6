"""Audit any workbook as a model auditor would: broken rows, typed-over formulas, circles, links,
checks that cannot fail, and more.

The workbook is only read. It ends with 0 where nothing is found at or above --fail-on, with 1 where
something is, and with 2 where the workbook cannot be read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

SUMMARY = (
    "audit any .xlsx or .xlsm workbook: broken rows, typed-over formulas, circles, links, checks"
    " that cannot fail"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workbook", metavar="BOOK.xlsx", help="any .xlsx or .xlsm, of ours or not")
    parser.add_argument(
        "-o", "--output", metavar="FINDINGS.xlsx", help="write the findings as a workbook as well"
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "note"),
        default="error",
        help="the least severity that ends with 1 (default: error)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the findings if they exist")
    parser.add_argument("--json", action="store_true", help="print the report for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.addin.cli import complain
    from bankable.templates import audit
    from bankable.templates.audit import findings_book
    from bankable.templates.refusal import Refusal
    from bankable.udfs.cells import CellError

    try:
        if args.output:
            findings_book.check_target(Path(args.output), Path(args.workbook), args.force)
        report = audit.audit(args.workbook)
        if args.output:
            findings_book.write(report, Path(args.output), args.force)
    except (Refusal, CellError) as error:
        complain(error.sentence)
        return 2
    except OSError as error:
        complain(f"{error.filename or args.workbook}: {error.strerror or error}.")
        return 2
    print(json.dumps(report.figures(), indent=1, allow_nan=False) if args.json else report.text())
    return int(report.fails(args.fail_on))
