"""Put the functions in this user's spreadsheet program: Excel on Windows, or with --libreoffice
LibreOffice Calc.

For Excel the ready add-in goes to the user's add-in folder and a settings file leads it to this
Python.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from typing import Any

from bankable.addin import cli

SUMMARY = "put the functions in Excel (or with --libreoffice in LibreOffice)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--libreoffice", action="store_true", help="install in LibreOffice Calc instead of Excel"
    )
    parser.add_argument(
        "--shared",
        action="store_true",
        help="with --libreoffice: for all users of this machine (as administrator)",
    )
    parser.add_argument(
        "--profile",
        metavar="FOLDER",
        help="with --libreoffice: another user profile than the usual one",
    )
    parser.add_argument(
        "--startup-folder",
        action="store_true",
        help="use Excel's startup folder and write no registry entry",
    )
    parser.add_argument("--force", action="store_true", help="go on although Excel is running")
    parser.add_argument("--json", action="store_true", help="print what was done for programs")


def run(args: argparse.Namespace) -> int:
    if args.libreoffice:
        if args.startup_folder:
            args.parser.error("--startup-folder goes with Excel, not with --libreoffice")
        done: Any = importlib.import_module("bankable.addin.libreoffice.installation").install(
            args.profile, args.shared
        )
    else:
        refuse_profile(args)
        from bankable.addin.excel import installation
        from bankable.addin.excel.system import this_system

        done = installation.install(
            this_system(), startup_folder=args.startup_folder, force=args.force
        )
    show(
        done.steps,
        args.json,
        ""
        if done.fault
        else "Installed. Start Excel and look for the tab Bankable; `bankable doctor` finds out"
        " what is wrong if it is not there.",
        args,
        done.fault,
    )
    return 1 if done.fault else 0


def refuse_profile(args: argparse.Namespace) -> None:
    """--shared and --profile mean nothing to Excel."""
    if args.shared or args.profile:
        args.parser.error("--shared and --profile go with --libreoffice")


def show(
    steps: tuple[str, ...], as_json: bool, ending: str, args: argparse.Namespace, fault: str = ""
) -> None:
    """What was done, a line a step, and what keeps it from working; the ending speaks of Excel
    only.
    """
    if as_json:
        print(json.dumps({"steps": list(steps), "fault": fault}, indent=1))
        return
    for step in steps:
        print(step)
    if ending and not args.libreoffice:
        print(ending)
    if fault:
        sys.stdout.flush()
        cli.complain(fault)
