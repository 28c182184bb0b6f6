"""The LibreOffice of this machine: where its programs are, their version, the Python that it runs,
and how they are started.

They are started by full path and outside every environment of Python's: LibreOffice takes one that
comes first on the PATH for its own Python, and misses its bridge there or ends.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bankable.addin.libreoffice import extension
from bankable.templates.programs import environment_without_python, full_path
from bankable.templates.refusal import Refusal

_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)


@dataclass(frozen=True)
class Office:
    """A LibreOffice on this machine: its programs, version and the Python that it runs (None: not
    told).
    """

    soffice: Path
    unopkg: Path
    version: tuple[int, ...]
    python: tuple[int, int] | None


def find() -> Office:
    """The LibreOffice of this machine; says where it was looked for when there is none."""
    for name in ("soffice.com", "soffice", "libreoffice", *_PLACES):
        soffice = full_path([name])
        if soffice is not None:
            folder = soffice.resolve().parent
            unopkg = next(
                (
                    path
                    for ending in (".com", ".exe", ".bin", "")
                    if (path := folder / f"unopkg{ending}").is_file()
                ),
                None,
            )
            if unopkg is not None:
                unopkg = folder / "unopkg" if (folder / "unopkg").is_file() else unopkg
                return Office(soffice, unopkg, version_of(soffice), python_of(folder))
    raise Refusal(
        "LibreOffice was not found on this machine: install LibreOffice 24.8 or newer with its"
        " Python scripting, or put its program folder on the PATH, then run this again."
    )


def version_of(soffice: Path) -> tuple[int, ...]:
    """The version that LibreOffice says it is."""
    try:
        said = subprocess.run(
            [str(soffice), "--version"], capture_output=True, text=True, timeout=60, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    return version_in(said)


def version_in(said: str) -> tuple[int, ...]:
    """The version in what `soffice --version` prints; empty where it says none."""
    found = re.search(r"LibreOffice\S*\s+(\d+(?:\.\d+)+)", said)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def python_of(folder: Path) -> tuple[int, int] | None:
    """The Python that LibreOffice runs: it stands in the library that joins the two."""
    for name in ("libpyuno.so", "libpyuno.dylib", "pyuno.pyd", "../Frameworks/libpyuno.dylib"):
        library = folder / name
        if library.is_file():
            found = re.search(
                rb"(?:libpython|python|Versions/)3\.?(\d{1,2})[./\x00d]", library.read_bytes()
            )
            return (3, int(found[1])) if found else None
    return None


def check(office: Office) -> None:
    """Raise for a LibreOffice in which the functions could not work."""
    oldest = tuple(int(part) for part in extension.OLDEST.split("."))
    if office.version and office.version < oldest:
        raise Refusal(
            f"LibreOffice {dotted(office.version)} is too old: versions before {extension.OLDEST}"
            " lose the functions' names in .xlsx files. Install a newer one, then run this again."
        )
    if office.python is None:
        raise Refusal(
            f"the LibreOffice in {office.soffice.resolve().parent} has no Python: install its"
            " Python scripting support (on Debian and Ubuntu the package"
            " libreoffice-script-provider-python, with python3-uno), then run this again."
        )
    mine = (sys.version_info[0], sys.version_info[1])
    if office.python != mine:
        raise Refusal(
            f"LibreOffice runs Python {dotted(office.python)} and Bankable is installed in Python"
            f" {dotted(mine)}: install Bankable in an environment made with Python"
            f" {dotted(office.python)} and run this again from there."
        )


def profile_options(profile: str | None) -> list[str]:
    """What LibreOffice's programs need to work in a profile of one's own."""
    return [] if profile is None else [f"-env:UserInstallation={Path(profile).resolve().as_uri()}"]


def run_office(
    office: Office, options: list[str], seconds: int = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """LibreOffice without a window, until it ends; `variables` go into its environment."""
    full = [str(office.soffice), "--headless", "--norestore", *options]
    try:
        return subprocess.run(
            full,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env=environment_without_python() | variables,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise Refusal(f"{office.soffice} cannot be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise Refusal(
            f"{office.soffice} did not end within {seconds} seconds: close LibreOffice, then run"
            " this again."
        ) from None


def dotted(version: tuple[int, ...]) -> str:
    """A version as it is written."""
    return ".".join(str(part) for part in version)
