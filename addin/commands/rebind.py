"""Rewrite how a workbook names our functions, and nothing else, so that it works where it is going.

plain (`OFFTAKE_NPV(...)`) is for LibreOffice, for people without the add-in and for sending on;
desktop is as Excel for Windows saves it, with a link to the add-in; web
(`BANKABLE.OFFTAKE_NPV(...)`) is for Excel on the web and the Mac.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

FORMS = ("plain", "web", "desktop")
SUMMARY = "rewrite how a workbook names our functions, for another program or machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workbook", metavar="BOOK.xlsx", help="the workbook to rewrite")
    parser.add_argument(
        "--to", choices=FORMS, default="plain", help="the form to write (default: plain)"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.xlsx",
        help="where to write it (default: the workbook itself, which needs --force)",
    )
    parser.add_argument(
        "--addin",
        metavar="PATH",
        help="with --to desktop: where the add-in lies on the machine that opens the workbook",
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite the output file if it exists"
    )
    parser.add_argument("--json", action="store_true", help="print what was done for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.addin.commands.calc import refuse_other_kind
    from bankable.templates import opening
    from bankable.templates.engine import function_names
    from bankable.templates.workbook import write

    if args.addin and args.to != "desktop":
        args.parser.error("--addin goes with --to desktop")
    path, out = Path(args.workbook), Path(args.output or args.workbook)
    file = opening.opened(path, foreign=False)
    write.refuse_to_overwrite(out, args.force)
    refuse_other_kind(path, out)
    done = function_names.rebind(file, args.to, args.addin or function_names.ADDIN)
    write.put(out, done.data)
    if args.json:
        result = {
            "to": args.to,
            "calls": done.calls,
            "formulas": done.formulas,
            "links": done.links,
            "output": str(out),
        }
        print(json.dumps(result, indent=1))
    else:
        print(f"{done.calls:,} calls in {done.formulas:,} formulas now read {args.to}.")
        for step in done.links:
            print(step)
        print(f"Written: {out}")
    return 0
