"""Put the functions in this user's spreadsheet program, and let it calculate one: Excel on Windows,
or with --libreoffice LibreOffice Calc.

For Excel the ready add-in goes to the user's add-in folder and is led to this Python: by a settings
file and xlwings' DLL, or with --com-server by registry entries from which Windows starts Python.
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
        "--com-server",
        action="store_true",
        help=(
            "let Windows' COM service start Python, by registry entries of this user: no DLL, no"
            " cmd.exe, no settings file (not yet seen in Excel)"
        ),
    )
    parser.add_argument(
        "--startup-folder",
        action="store_true",
        help="put the add-in in Excel's startup folder: no registry entry lists it",
    )
    parser.add_argument(
        "--no-proof",
        action="store_true",
        help="do not start the program to let it calculate a formula",
    )
    parser.add_argument("--force", action="store_true", help="go on although Excel is running")
    parser.add_argument("--json", action="store_true", help="print what was done for programs")


def run(args: argparse.Namespace) -> int:
    if args.libreoffice:
        for option in ("startup_folder", "com_server"):
            if getattr(args, option):
                name = option.replace("_", "-")
                args.parser.error(f"--{name} goes with Excel, not with --libreoffice")
        done: Any = importlib.import_module("bankable.addin.libreoffice.installation").install(
            args.profile, args.shared, proven=not args.no_proof
        )
    else:
        refuse_profile(args)
        from bankable.addin.excel import installation
        from bankable.addin.excel.system import this_system

        done = installation.install(
            this_system(),
            startup_folder=args.startup_folder,
            force=args.force,
            by_com_server=args.com_server,
            proven=not args.no_proof,
        )
    show(
        done.steps,
        args.json,
        "Installed. Start Excel and look for the tab Bankable; `bankable doctor` finds out what is"
        " wrong if it is not there.",
        args,
        done.fault,
    )
    return cli.FAILED if done.fault else cli.DONE


def refuse_profile(args: argparse.Namespace) -> None:
    """--shared and --profile mean nothing to Excel."""
    if args.shared or args.profile:
        args.parser.error("--shared and --profile go with --libreoffice")


def show(
    steps: tuple[str, ...], as_json: bool, ending: str, args: argparse.Namespace, fault: str = ""
) -> None:
    """What was done, a line a step, and then what keeps it from working, or the ending, which
    speaks of Excel only.
    """
    if as_json:
        print(json.dumps({"steps": list(steps), "fault": fault}, indent=1))
        return
    for step in steps:
        print(step)
    if fault:
        sys.stdout.flush()
        cli.complain(fault)
    elif not args.libreoffice:
        print(ending)
