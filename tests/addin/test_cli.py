"""The terminal door: every command for people and for programs, exit codes, and one sentence
instead of a traceback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bankable import udfs
from bankable.addin import cli
from bankable.addin.commands import functions
from bankable.udfs.cells import no_answer

ROOT = Path(__file__).resolve().parents[2]


def bankable(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        [sys.executable, "-m", "bankable.addin.cli", *args],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        **options,
    )


def assert_one_sentence(err: str) -> None:
    assert err.startswith("bankable: ")
    assert err.endswith((".\n", "?\n"))
    assert err.count("\n") == 1
    assert "Traceback" not in err


# What each command gives -----------------------------------------------------------------------


def test_without_a_command_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == cli.DONE
    out = capsys.readouterr().out
    assert all(name in out for name in cli.COMMANDS)


@pytest.mark.parametrize("argv", [["help"], ["--help"]])
def test_help_without_a_topic_is_the_same(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main([])
    plain = capsys.readouterr().out
    assert cli.main(argv) == cli.DONE
    assert capsys.readouterr().out == plain


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_explains_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help", command]) == cli.DONE
    explained = capsys.readouterr().out
    assert explained.startswith(f"usage: bankable {command}")
    assert cli.main([command, "--help"]) == cli.DONE
    assert capsys.readouterr().out == explained


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == cli.DONE
    assert capsys.readouterr().out == f"bankable {cli.version()}\n"


def test_functions_lists_every_function_under_its_family(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["functions"]) == cli.DONE
    out = capsys.readouterr().out
    for entry in udfs.FUNCTIONS.values():
        assert f"\n{entry.family}\n" in f"\n{out}"
        assert entry.name in out
        assert entry.question in out


def test_functions_of_one_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["functions", "--family", "offtake"]) == cli.DONE
    out = capsys.readouterr().out
    assert out.startswith("Offtake and contract\n")
    assert "SURVIVAL" in out


def test_functions_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["functions", "--json"]) == cli.DONE
    listed = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == [
        entry.name
        for family in dict.fromkeys(e.family for e in udfs.FUNCTIONS.values())
        for entry in udfs.FUNCTIONS.values()
        if entry.family == family
    ]
    assert all(entry["arguments"] and entry["text"]["Summary"] for entry in listed)


@pytest.mark.parametrize("name", ["SURVIVAL", "survival", " Survival "])
def test_help_of_a_function_in_any_letters(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help", name]) == cli.DONE
    out = capsys.readouterr().out
    assert "=SURVIVAL(4, 0, 0.85, 1)" in out
    assert "0.614125" in out  # 0.85^3, the fourth year's payment
    assert "renew_every [1]" in out


@pytest.mark.parametrize("name", sorted(udfs.FUNCTIONS))
def test_help_of_every_function_is_whole(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help", name]) == cli.DONE
    out = capsys.readouterr().out
    for title in (
        "Arguments",
        "Result",
        "Equation",
        "Conventions",
        "Source",
        "Example, in a cell",
        "Example, in Python",
    ):
        assert f"\n{title}\n" in out, title
    assert cli.main(["help", name, "--json"]) == cli.DONE
    known = json.loads(capsys.readouterr().out)
    assert known["name"] == name
    assert known["example"]["formula"].startswith(f"={name}(")
    assert len(known["arguments"]) == udfs.FUNCTIONS[name].max_args


# What goes wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        ["compair"],
        ["functions", "--family", "poetry"],
        ["functions", "--famly", "debt"],
        ["functions", "--family"],
        ["help", "SURVIVALS"],
        ["help", "no such thing"],
        ["help", "--json"],
        ["help", "compare", "--json"],
        ["help", "SURVIVAL", "DSCR_MIN"],
        ["compare", "--output"],
        ["compare", "--colour"],
        ["new"],
        ["--verson"],
    ],
)
def test_a_wrong_command_line_is_two_and_a_sentence(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(argv) == cli.BAD_USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert_one_sentence(err)


def test_a_near_name_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["help", "SURVIVL"])
    assert "Did you mean SURVIVAL?" in capsys.readouterr().err


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: object) -> int:
        raise error

    monkeypatch.setattr(functions, "run", run)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (no_answer("years has no answer up to 30."), cli.FAILED, "years has no answer up to 30."),
        (
            FileNotFoundError(2, "No such file or directory", "deal.toml"),
            cli.FAILED,
            "deal.toml: No such file or directory.",
        ),
        (OSError(28, "No space left on device"), cli.FAILED, "No space left on device."),
        (KeyboardInterrupt(), cli.INTERRUPTED, "stopped."),
        (
            ModuleNotFoundError("No module", name="openpyxl.cell"),
            cli.FAILED,
            (
                f"the package openpyxl is missing from {sys.executable}: `{sys.executable} -m pip"
                " install` Bankable there again."
            ),
        ),
    ],
)
def test_errors_that_can_be_expected(
    error: BaseException,
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    raising(error, monkeypatch)
    monkeypatch.setattr(cli, "_drop_output", lambda: None)
    assert cli.main(["functions"]) == code
    err = capsys.readouterr().err
    assert err == f"bankable: {says}\n"


def test_an_unexpected_error_leaves_its_details_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    raising(ZeroDivisionError("float division by zero"), monkeypatch)
    monkeypatch.setattr(cli.tempfile, "tempdir", str(tmp_path))
    assert cli.main(["functions"]) == cli.UNEXPECTED
    err = capsys.readouterr().err
    assert_one_sentence(err.replace(" Please", "; please"))
    [report] = tmp_path.iterdir()
    assert str(report) in err
    assert "float division by zero" in report.read_text(encoding="utf-8")


# As a process of its own -----------------------------------------------------------------------


def test_exit_codes_reach_the_shell() -> None:
    fine, wrong = bankable("functions"), bankable("nonsense")
    assert (fine.returncode, fine.stderr) == (cli.DONE, "")
    assert wrong.returncode == cli.BAD_USAGE
    assert_one_sentence(wrong.stderr)


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_stops_early_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = bankable("functions", "--json", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (cli.DONE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = bankable("functions", stdout=full)
    assert done.returncode == cli.FAILED
    assert_one_sentence(done.stderr)


def test_a_terminal_with_few_characters_still_gets_its_text() -> None:
    done = bankable("functions", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == cli.DONE
    assert "SURVIVAL" in done.stdout


def test_version_needs_no_numpy() -> None:
    source = (
        "import sys; from bankable.addin import cli; cli.main(['--version']); cli.main(['help']);"
        " sys.exit('numpy' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", source], cwd=ROOT, stdout=subprocess.DEVNULL, timeout=60
        ).returncode
        == 0
    )


def test_compare_writes_a_workbook_that_carries_the_functions_and_no_other_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["compare", "-o", str(tmp_path / "book.txt")]) == cli.FAILED
    assert "neither .xlsx nor .xlsm" in capsys.readouterr().err
    assert cli.main(["compare", "-o", str(tmp_path / "book.xlsm")]) == cli.DONE
    with zipfile.ZipFile(tmp_path / "book.xlsm") as package:
        assert "xl/vbaProject.bin" in package.namelist()
