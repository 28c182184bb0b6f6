"""The wheel: it holds the three packages with their data files and nothing else, and does its main job in a fresh venv elsewhere.

Building and installing need the network (or pip's cache): without it this fails in CI and is skipped elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("udfs", "templates", "addin")
MAIN_JOB = ("compare",)  # what the installed command must do from an empty folder

NO_NETWORK = re.compile(
    r"Connection(?:Error| refused)|ConnectTimeout|ProxyError|name resolution|No matching distribution|Network is unreachable", re.IGNORECASE
)


def clean_environment() -> dict[str, str]:
    """The environment without what would lead Python back to this clone or this venv."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )


def run_with_network(*command: str | Path, cwd: Path) -> None:
    done = run(*command, cwd=cwd)
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if NO_NETWORK.search(said) and not os.environ.get("CI"):
        pytest.skip("the network cannot be reached")
    pytest.fail(said[-3000:])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run_with_network(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    [built] = folder.glob("bankable-*.whl")
    return built


def test_the_wheel_holds_the_three_packages_and_nothing_else(wheel: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PACKAGES], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode:
        pytest.skip("not a git clone")
    expected = {name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()}
    with zipfile.ZipFile(wheel) as package:
        names = set(package.namelist())
        metadata = package.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode("utf-8")
    info = {name for name in names if name.partition("/")[0].endswith(".dist-info")}
    assert names - info == expected
    assert any(name.endswith("/licenses/LICENSE") for name in info)
    assert "Requires-Python: >=3.11" in metadata
    assert "License-Expression: MIT" in metadata


def test_the_wheel_does_its_main_job_in_a_fresh_venv(wheel: Path, tmp_path: Path) -> None:
    home, empty = tmp_path / "venv", tmp_path / "empty"
    empty.mkdir()
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    run_with_network(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile", wheel, cwd=empty)

    where = run(python, "-c", "import udfs; print(udfs.__file__)", cwd=empty)
    assert Path(where.stdout.strip()).is_relative_to(home), where.stderr
    done = run(scripts / "bankable", *MAIN_JOB, cwd=empty)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Does not meet credit tests" in done.stdout
    assert "Master check: OK" in done.stdout
    assert [path.name for path in empty.iterdir()] == ["comparison.xlsx"]
