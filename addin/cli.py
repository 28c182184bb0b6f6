"""The terminal door: `bankable COMMAND`, read here, done in `addin/commands/`.

This file promises what holds for every command: 0 when the work is done, 1 when it could not be, 2
for a command that was typed wrongly, one sentence on the error output, and never a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn, TextIO, cast

COMMANDS = (
    "compare",
    "diff",
    "new",
    "restructure",
    "deals",
    "gallery",
    "portfolio",
    "memo",
    "trace",
    "monitor",
    "audit",
    "calc",
    "rebind",
    "install",
    "uninstall",
    "doctor",
    "excel-check",
    "functions",
    "help",
)

DONE, FAILED, BAD_USAGE, UNEXPECTED, INTERRUPTED = 0, 1, 2, 70, 130


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one sentence, like every other one of Bankable's."""

    def error(self, message: str) -> NoReturn:
        hint = (
            ""
            if "`bankable" in message
            else f" `{self.prog.replace('bankable', 'bankable help', 1)}` shows what is allowed."
        )
        complain(f"{message}.{hint}")
        raise SystemExit(BAD_USAGE)


class ShowVersion(argparse.Action):
    """`--version`, with the look-up of the version left until it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"bankable {version()}")
        parser.exit()


def version() -> str:
    """The version of the installed distribution."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("bankable")
    except PackageNotFoundError:
        return "(not installed)"


def command_module(name: str) -> ModuleType:
    """The module that does a command: its SUMMARY, `add_arguments(parser)` and `run(args) ->
    int`.
    """
    return importlib.import_module(f"bankable.addin.commands.{name.replace('-', '_')}")


def build_parser() -> Parser:
    """The parser of the whole command line, one sub-parser a command."""
    parser = Parser(
        prog="bankable",
        description=(
            "Put long projects side by side as a bank would: workbook, credit decision and the"
            " functions behind them."
        ),
        epilog=(
            "`bankable help COMMAND` and `bankable help NAME` explain a command and a worksheet"
            " function."
        ),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="show the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name in COMMANDS:
        module = command_module(name)
        sub = commands.add_parser(
            name, help=module.SUMMARY, description=module.__doc__, allow_abbrev=False
        )
        module.add_arguments(sub)
        sub.set_defaults(run=module.run, parser=sub)
    return parser


def complain(sentence: str) -> None:
    """One line on the error output."""
    from bankable.templates.plain_text import for_terminal

    print(f"bankable: {for_terminal(sentence)}", file=sys.stderr)


class PlainOutput:
    """Standard output without what a terminal obeys: a name from somebody's file is only shown."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        from bankable.templates.plain_text import for_terminal

        return self._stream.write(for_terminal(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a terminal that lacks a character shows a question mark
    try:
        code = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has had enough
        _drop_output()
        return DONE
    except KeyboardInterrupt:
        complain("stopped.")
        return INTERRUPTED
    except Exception as error:
        sentence = getattr(error, "sentence", None)  # an error of ours, from udfs or templates
        if sentence:
            complain(sentence)
            return FAILED
        if isinstance(error, OSError):
            complain(
                f"{error.filename}: {error.strerror}."
                if error.filename
                else f"{error.strerror or error}."
            )
            _drop_output()
            return FAILED
        package = (
            (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
        )
        if package and package != "bankable":
            complain(
                f"the package {package} is missing from {sys.executable}: `{sys.executable} -m pip"
                " install` Bankable there again."
            )
            return FAILED
        complain(f"this should not have happened ({type(error).__name__}). {_how_to_report()}")
        return UNEXPECTED


def _run(argv: Sequence[str] | None) -> int:
    shown = None if sys.stdout is None else cast(TextIO, PlainOutput(sys.stdout))
    with contextlib.redirect_stdout(shown):
        return _run_plainly(argv)


def _run_plainly(argv: Sequence[str] | None) -> int:
    try:
        parser = build_parser()
        args = parser.parse_args(argv)
        if args.command is None:
            parser.print_help()
            return DONE
        return args.run(args)
    except SystemExit as end:  # argparse ends so after --help, --version and a complaint
        return end.code if isinstance(end.code, int) else DONE


def _how_to_report() -> str:
    """Keep the details of the exception being handled in a file, and say where."""
    import platform
    import traceback

    try:
        handle, path = tempfile.mkstemp(prefix="bankable-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(
                f"bankable {version()}, Python {platform.python_version()},"
                f" {platform.platform()}\n{sys.argv}\n{traceback.format_exc()}"
            )
    except OSError:
        return "Please report it with the command that you typed."
    return f"Please report it with the command that you typed and the file {path}."


def _drop_output() -> None:
    """Point a dead standard output at nothing, so that the interpreter's last flush cannot fail."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
