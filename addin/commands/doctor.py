"""Find out what keeps the functions from working in Excel on this machine, and say how to mend it.

Python is started as Excel would start it, and answers a function. With --report the findings are
written to a file together with a check-list of ten minutes to fill in and send back.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

SUMMARY = "find out what keeps the functions from working in Excel, and how to mend it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report",
        nargs="?",
        const="bankable-report.txt",
        metavar="FILE",
        help="write the findings and a check-list (bankable-report.txt)",
    )
    parser.add_argument(
        "--book",
        metavar="BOOK.xlsx",
        help="look at a workbook too: the version it was written by, and what lies beside it",
    )
    parser.add_argument("--json", action="store_true", help="print the findings for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.addin import cli
    from bankable.addin.excel import doctor
    from bankable.addin.excel.diagnosis.finding import FAULT
    from bankable.addin.excel.system import this_system
    from bankable.templates.refusal import Refusal

    book = Path(args.book) if args.book else None
    if book is not None and not book.is_file():
        raise Refusal(f"{book} does not exist: name a workbook after --book.")
    findings = doctor.examine(this_system(), book)
    if args.json:
        print(json.dumps(doctor.as_dicts(findings), indent=1))
    else:
        print(doctor.as_text(findings))
    if args.report:
        Path(args.report).write_text(doctor.report(findings, cli.version()), encoding="utf-8")
        if not args.json:
            print(f"Report with check-list: {args.report}")
    return 1 if any(finding.state == FAULT for finding in findings) else 0
