"""The wheel: it holds the three packages with their data files and nothing else, and does its main
job in a fresh venv elsewhere.

Building and installing need the network (or pip's cache): without it this fails in CI and is
skipped elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import test_import_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("udfs", "templates", "addin")
NOT_SHIPPED = ("templates/built/", "addin/wheel_hook.py")
TOP = "addin/import_name/"  # its files lie above the three packages
MAIN_JOB = ("compare",)  # what the installed command must do from an empty folder

NO_NETWORK = re.compile(
    r"Connection(?:Error| refused)|ConnectTimeout|ProxyError|name resolution|No matching"
    r" distribution|Network is unreachable",
    re.IGNORECASE,
)


def clean_environment() -> dict[str, str]:
    """The environment without what would lead Python back to this clone or this venv."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }


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


def built(source: Path, folder: Path) -> Path:
    """The wheel that pip builds of a clone, alone in a folder."""
    folder.mkdir(exist_ok=True)
    run_with_network(
        sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source, cwd=folder
    )
    [wheel] = folder.glob("bankable-*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"))


def shipped(path: str) -> str:
    """Where a file of the clone lies in the wheel."""
    return path.removeprefix(TOP) if path.startswith(TOP) else f"bankable/{path}"


def test_the_wheel_holds_the_three_packages_and_nothing_else(wheel: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode:
        pytest.skip("not a git clone")
    expected = {
        shipped(name)
        for name in listing.stdout.split("\0")
        if name and (ROOT / name).is_file() and not name.startswith(NOT_SHIPPED)
    }
    with zipfile.ZipFile(wheel) as package:
        names = set(package.namelist())
        metadata = package.read(
            next(name for name in names if name.endswith(".dist-info/METADATA"))
        ).decode("utf-8")
    info = {name for name in names if name.partition("/")[0].endswith(".dist-info")}
    assert names - info == expected
    assert any(name.endswith("/licenses/LICENSE") for name in info)
    assert "Requires-Python: >=3.11" in metadata
    assert "License-Expression: MIT" in metadata


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh venv that holds the wheel."""
    home = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(home, with_pip=False)
    found = home / ("Scripts" if os.name == "nt" else "bin")
    run_with_network(
        sys.executable,
        "-m",
        "pip",
        "--python",
        found / "python",
        "install",
        "-q",
        "--no-compile",
        wheel,
        cwd=home,
    )
    return found


def test_the_wheel_does_its_main_job_in_a_fresh_venv(scripts: Path, tmp_path: Path) -> None:
    where = run(
        scripts / "python",
        "-c",
        "import bankable.udfs; print(bankable.udfs.__file__)",
        cwd=tmp_path,
    )
    assert Path(where.stdout.strip()).is_relative_to(scripts.parent), where.stderr
    done = run(scripts / "bankable", *MAIN_JOB, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Does not meet credit tests" in done.stdout
    assert "Master check: OK" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["comparison.xlsx"]


@pytest.mark.parametrize("put", test_import_name.CASES)
def test_a_users_own_files_do_no_harm_to_the_wheel(
    put: Callable[[Path], None], scripts: Path, tmp_path: Path
) -> None:
    test_import_name.holds(scripts / "python", put, tmp_path, True)


def test_the_wheel_names_the_file_in_the_way(scripts: Path, tmp_path: Path) -> None:
    test_import_name.says_what_is_in_the_way(scripts / "python", tmp_path)


def test_nothing_of_an_earlier_build_gets_into_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """A module that was renamed since is not shipped, and no folder `build` is left from which it
    could be.
    """
    clone = tmp_path / "clone"
    done = run("git", "clone", "-q", ROOT, clone, cwd=tmp_path)
    if done.returncode:
        pytest.skip("not a git clone")
    (clone / "udfs" / "once_so_called.py").write_text('"""A module."""\n', encoding="utf-8")
    built(clone, tmp_path / "1")
    (clone / "udfs" / "once_so_called.py").rename(clone / "udfs" / "now_so_called.py")
    with zipfile.ZipFile(built(clone, tmp_path / "2")) as package:
        names = [name for name in package.namelist() if "so_called" in name]
    assert names == ["bankable/udfs/now_so_called.py"]
    assert not (clone / "build").exists()
