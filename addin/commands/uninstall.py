"""Take the functions out of this user's spreadsheet program again: all that `bankable install` did
is undone.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from bankable.addin.commands.install import refuse_profile, show

SUMMARY = "undo `bankable install`"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--libreoffice",
        action="store_true",
        help="take them out of LibreOffice Calc instead of Excel",
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
    parser.add_argument("--force", action="store_true", help="go on although Excel is running")
    parser.add_argument("--json", action="store_true", help="print what was done for programs")


def run(args: argparse.Namespace) -> int:
    if args.libreoffice:
        done: Any = importlib.import_module("bankable.addin.libreoffice.installation").uninstall(
            args.profile, args.shared
        )
    else:
        refuse_profile(args)
        from bankable.addin.excel import installation
        from bankable.addin.excel.system import this_system

        done = installation.uninstall(this_system(), force=args.force)
    show(
        done.steps,
        args.json,
        "Uninstalled. `python -m pip uninstall bankable` removes the package itself.",
        args,
    )
    return 0
