"""Where a program of this machine lies, by its full path, and the environment to start it in.

Only folders that PATH names in full are looked into: a program that somebody put into the current
folder is not started.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def full_path(names: Iterable[str]) -> Path | None:
    """The first of these programs that is there; a name is looked for in PATH, a full path taken
    as it is.
    """
    folders = [
        folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)
    ]
    for name in names:
        for place in [name] if os.path.isabs(name) else [os.path.join(f, name) for f in folders]:
            if found := shutil.which(place):  # a name with a folder is looked for there alone
                return Path(found)
    return None


def environment_without_python() -> dict[str, str]:
    """The environment of this process without any of Python's, ours or another: neither on the PATH
    nor by a variable of its own.
    """
    kept = [folder for folder in _search_path() if not _is_of_python(folder)]
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")
    } | {"PATH": os.pathsep.join(kept)}


def python_leads() -> bool:
    """Whether a program started from this terminal would find an environment of Python's."""
    return any(map(_is_of_python, _search_path()))


def _search_path() -> list[str]:
    return [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]


def _is_of_python(folder: str) -> bool:
    """Whether the folder is that of a venv's or a conda environment's programs."""
    return any(
        (place / mark).exists()
        for place in (Path(folder), Path(folder).parent)
        for mark in ("pyvenv.cfg", "conda-meta")
    )
