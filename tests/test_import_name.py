"""What a user's own files do to the import name: nothing, unless Python itself cannot tell them
from Bankable; then a sentence.

Tried on this installation; `test_package` tries the same on a wheel in a fresh venv.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = (
    "import bankable, bankable.udfs, bankable.templates.audit, bankable.addin.cli;"
    "from bankable.udfs import SURVIVAL;"
    "print(bankable.__version__, SURVIVAL(2, 0, 0.5, 1).tolist())"
)


def own_udfs(folder: Path) -> None:
    """As users of xlwings have it."""
    (folder / "udfs.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")


def own_templates(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates" / "__init__.py").write_text(
        "raise RuntimeError('imported')\n", encoding="utf-8"
    )


def own_addin(folder: Path) -> None:
    (folder / "addin.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")


def a_clone(folder: Path) -> None:
    """A clone, or a folder of workbooks, called `bankable`, beside the workbook."""
    for name in ("udfs", "templates", "addin"):
        (folder / "bankable" / name).mkdir(parents=True)
        (folder / "bankable" / name / "__init__.py").write_text(
            "raise RuntimeError('imported')\n", encoding="utf-8"
        )


def run(
    python: str | Path, *words: str, folder: Path, first_on_path: bool
) -> subprocess.CompletedProcess[str]:
    """Python started in a folder, which stands first on its path as well where asked."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONHOME")
    }
    if first_on_path:
        environment["PYTHONPATH"] = str(folder)
    return subprocess.run(
        [str(python), *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def holds(
    python: str | Path, put: Callable[[Path], None], folder: Path, first_on_path: bool
) -> None:
    """The user's files do no harm: to a program, to the command, to the command started as a
    module.
    """
    put(folder)
    done = run(python, "-c", PROGRAM, folder=folder, first_on_path=first_on_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("[1.0, 0.5]\n")
    for words in (("-m", "bankable_start"), ("-m", "bankable.addin.cli")):
        done = run(python, *words, "functions", folder=folder, first_on_path=first_on_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "SURVIVAL" in done.stdout


def says_what_is_in_the_way(python: str | Path, folder: Path) -> None:
    """A file `bankable.py` first on the path: one sentence that names it, at the command and at
    Excel's door.
    """
    file = folder / "bankable.py"
    file.write_text("mine = 1\n", encoding="utf-8")
    done = run(python, "-m", "bankable_start", "compare", folder=folder, first_on_path=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"bankable: {file} is in the way: ")
    assert done.stderr.count("\n") == 1
    done = run(
        python,
        "-c",
        "import bankable_start; bankable_start.SURVIVAL",
        folder=folder,
        first_on_path=True,
    )
    assert f"ImportError: {file} is in the way" in done.stderr


CASES = (own_udfs, own_templates, own_addin, a_clone)


@pytest.mark.parametrize("first_on_path", [False, True])
@pytest.mark.parametrize("put", CASES)
def test_a_users_own_files_do_no_harm(
    put: Callable[[Path], None], first_on_path: bool, tmp_path: Path
) -> None:
    holds(sys.executable, put, tmp_path, first_on_path)


def test_a_file_called_bankable_is_named(tmp_path: Path) -> None:
    says_what_is_in_the_way(sys.executable, tmp_path)


def test_a_foreign_package_called_bankable_is_named(tmp_path: Path) -> None:
    (tmp_path / "bankable").mkdir()
    (tmp_path / "bankable" / "__init__.py").write_text(
        "raise ValueError('of another maker')\n", encoding="utf-8"
    )
    done = run(
        sys.executable, "-m", "bankable_start", "functions", folder=tmp_path, first_on_path=True
    )
    assert done.returncode == 1
    assert str(tmp_path / "bankable" / "__init__.py") in done.stderr


def test_the_functions_are_reached_from_excel_by_the_same_door() -> None:
    import bankable_start
    from bankable.addin.excel import functions

    assert bankable_start.SURVIVAL is functions.SURVIVAL  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        _ = bankable_start.NO_SUCH_FUNCTION
