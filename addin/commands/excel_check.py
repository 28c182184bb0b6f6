"""Drive Excel over the check-list and over cells with random inputs, and keep its answers in one file
to send back.

It starts an Excel of its own and opens nothing of yours. The file holds no names and no paths; read
it through before you send it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

SUMMARY = "let Excel calculate a few thousand cells and keep its answers in a file to send back"
FILE = "bankable-excel-answers.json"
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=f"where to keep the answers (the next free {FILE})"
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite the output file if it exists"
    )
    parser.add_argument("--seed", type=int, metavar="NUMBER", help="which random inputs (else any)")
    parser.add_argument(
        "--no-questions", action="store_true", help="leave out what only your eyes can see"
    )
    parser.add_argument(
        "--replay",
        metavar="FILE",
        help="compare the answers in a file with Python's; no Excel is needed",
    )


def run(args: argparse.Namespace) -> int:
    from bankable.addin.excel import check_answers

    if args.replay:
        return _compared(check_answers.read(Path(args.replay)))
    from bankable.addin.excel.check_excel import Check
    from bankable.addin.excel.system import this_system
    from bankable.templates.workbook import write

    system = this_system()
    addin = _installed(system)
    out = Path(args.output) if args.output else write.free_name(FILE)
    write.refuse_to_overwrite(out, args.force)
    seed = random.SystemRandom().randrange(1_000_000) if args.seed is None else args.seed
    import xlwings

    print("Excel starts now and works by itself for some minutes: please leave it alone.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        check = Check(xlwings, addin, Path(folder), seed)
        check.answers.about |= _about(system, seed)
        try:
            check.run()
            if not args.no_questions and sys.stdin is not None and sys.stdin.isatty():
                _ask(check.answers.eyes)
        finally:
            check_answers.write(check.answers, out)
            print(
                f"Answers: {out}. It holds no names and no paths; read it through, then send it to"
                " whoever gave you Bankable."
            )
    answers = check_answers.read(out)
    failed = any(step["result"] == "no" for step in answers.steps)
    return max(_compared(answers), int(failed))


def _installed(system) -> Path:
    """The installed add-in; without one there is nothing to try."""
    from bankable.addin.excel import installation
    from bankable.templates.refusal import Refusal

    if not system.is_windows:
        raise Refusal(
            "this drives Excel on Windows, and this is another system; `--replay FILE` compares"
            " answers that were kept there."
        )
    for folder in (system.addins_folder, system.startup_folder):
        if (folder / installation.ADDIN_NAME).is_file():
            return folder / installation.ADDIN_NAME
    raise Refusal("the add-in is not installed: run `bankable install`, then this again.")


def _about(system, seed: int) -> dict[str, object]:
    """What the answers depend on, in general words."""
    import bankable
    from bankable.addin.excel import com_server
    from bankable.addin.excel.system import machine_in_words

    return {
        "bankable": bankable.__version__,
        "machine": machine_in_words(),
        "way": "com server" if com_server.is_registered(system) else "dll",
        "seed": seed,
    }


def _ask(eyes: dict[str, str]) -> None:
    """What only eyes can see, a line a point of the check-list."""
    from bankable.addin.excel.check_list import FOR_EYES

    print(
        "\nNow with your own eyes: start Excel as you always do. Type yes, no or what you saw;"
        " Enter passes over."
    )
    for line in FOR_EYES:
        try:
            eyes[line] = input(f"- {line}: ").strip() or "not looked at"
        except EOFError:
            return


def _compared(answers) -> int:
    """Excel's answers beside Python's; 1 where a cell differs."""
    from bankable.addin.excel import check_answers

    held = check_answers.replay(answers)
    for line in held.different[:SHOWN]:
        print(line)
    if len(held.different) > SHOWN:
        print(f"... and {len(held.different) - SHOWN:,} more.")
    print(
        f"{held.compared:,} cells of Excel compared with Python's: {len(held.different):,} differ."
    )
    return 1 if held.different or not held.compared else 0
