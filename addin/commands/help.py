"""Explain a worksheet function or a command."""

from __future__ import annotations

import argparse
import json
import shutil

SUMMARY = "explain a worksheet function or a command"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "topic",
        nargs="?",
        metavar="NAME",
        help="a worksheet function such as SURVIVAL, or a command such as compare",
    )
    parser.add_argument(
        "--json", action="store_true", help="give everything known of the function, for programs"
    )


def run(args: argparse.Namespace) -> int:
    from bankable.addin import cli

    topic = (args.topic or "").strip()
    if not topic or topic in cli.COMMANDS:
        if args.json:
            args.parser.error("--json goes with the name of a worksheet function")
        cli.build_parser().parse_args([topic, "--help"] if topic else ["--help"])  # prints and ends

    from bankable.udfs import reference, registry

    try:
        entry = registry.lookup(topic)
    except KeyError as error:
        args.parser.error(f"{str(error.args[0]).rstrip('.')}; `bankable functions` lists them all")
    if args.json:
        print(json.dumps(reference.as_dict(entry), indent=1, allow_nan=False))
    else:
        print(reference.terminal_help(entry, min(shutil.get_terminal_size().columns, 100)))
    return 0
