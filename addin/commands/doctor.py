"""Find out what keeps the functions from working in Excel on this machine, and say how to mend it.

With --report the findings are written to a file together with a check-list of ten minutes to fill
in and send back.
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
    parser.add_argument("--json", action="store_true", help="print the findings for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.addin import cli
    from bankable.addin.excel import doctor
    from bankable.addin.excel.system import this_system

    findings = doctor.examine(this_system())
    if args.json:
        print(json.dumps(doctor.as_dicts(findings), indent=1))
    else:
        print(doctor.as_text(findings))
    if args.report:
        Path(args.report).write_text(doctor.report(findings, cli.version()), encoding="utf-8")
        if not args.json:
            print(f"Report with check-list: {args.report}")
    return 1 if any(finding.state == doctor.FAULT for finding in findings) else 0
