"""Write the template workbooks into a folder: the comparison of the shipped deals, a blank one, a
single factory, a single data centre, and a playground that calls every worksheet function.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

SUMMARY = "write the template workbooks into a folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="where to write; made if it is not there")
    parser.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="NAME",
        help="just these, such as comparison or function_playground",
    )
    parser.add_argument("--force", action="store_true", help="overwrite workbooks that exist")
    parser.add_argument("--json", action="store_true", help="print what was written for programs")


def run(args: argparse.Namespace) -> int:
    from bankable.templates.comparison import shipped

    written = shipped.gallery(Path(args.folder), args.only, args.force)
    if args.json:
        print(json.dumps({"written": [str(path) for path in written]}, indent=1))
    else:
        print("\n".join(f"Written: {path}" for path in written))
    return 0
