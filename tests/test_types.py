"""What a type checker and an editor know: every function's signature, every row of the chain; a mistyped name is red."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from bankable import udfs

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
from bankable.udfs import DSCR_PATH, SURVIVAL
from bankable.udfs.deal import chain

path = SURVIVAL(4, 0, 0.85, 1)
reveal_type(path)
{line}

def look(r: chain.Results) -> None:
    r.{row}
"""


def checked(program: str, folder: Path) -> str:
    """What mypy says of a user's program, with the product laid out as a wheel lays it."""
    tree = folder / "installed"
    (tree / "bankable").mkdir(parents=True)
    for name in ("__init__.py", "py.typed"):
        (tree / "bankable" / name).symlink_to(ROOT / "addin" / "import_name" / "bankable" / name)
    for floor in ("udfs", "templates", "addin"):
        (tree / "bankable" / floor).symlink_to(ROOT / floor)
    (folder / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--ignore-missing-imports", str(folder / "program.py")],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=600,
    )
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if sys.platform == "win32":
        pytest.skip("links need rights on Windows")
    return tmp_path


def test_a_sound_program_passes(folder: Path) -> None:
    said = checked(PROGRAM.format(line="DSCR_PATH([1.0], [1.0])", row="debt_service"), folder)
    assert "ndarray" in said
    assert "error" not in said


@pytest.mark.parametrize(
    ("line", "row", "error"),
    [
        ("DSCR_PTH([1.0], [1.0])", "debt_service", 'Name "DSCR_PTH" is not defined'),
        ("SURVIVAL(4, renewl=0.85)", "debt_service", 'Unexpected keyword argument "renewl"'),
        ("DSCR_PATH([1.0], [1.0])", "debt_servce", 'has no attribute "debt_servce"'),
    ],
)
def test_a_mistyped_name_is_red(line: str, row: str, error: str, folder: Path) -> None:
    assert error in checked(PROGRAM.format(line=line, row=row), folder)


def test_the_stub_has_every_function_with_its_arguments() -> None:
    text = (ROOT / "udfs" / "__init__.pyi").read_text(encoding="utf-8")
    for name, entry in udfs.FUNCTIONS.items():
        start = text.index(f"\ndef {name}(")
        head = text[start : text.index("->", start)]
        for parameter in inspect.signature(getattr(udfs, name)).parameters:
            assert f"    {parameter}: " in head, f"{name}: {parameter}"
        assert head.count(" = ...") == sum(param.optional for param in entry.params)
