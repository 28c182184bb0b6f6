"""Puts the extension in LibreOffice with LibreOffice's own tool (unopkg), and takes it out again.

Before it does so it makes sure that LibreOffice is there, new enough, and runs the same Python as
Bankable.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import bankable
from bankable.addin.libreoffice import extension
from bankable.templates.refusal import Refusal

_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
_NOISE = re.compile(
    r"^\((?:process|soffice|unopkg)[^)]*\)|CRITICAL|javaldx"
)  # what GTK and others say beside the matter


@dataclass(frozen=True)
class Done:
    """What was done, a sentence a step."""

    steps: tuple[str, ...]


@dataclass(frozen=True)
class Office:
    """A LibreOffice on this machine: its programs, version and the Python that it runs (None: not
    told).
    """

    soffice: Path
    unopkg: Path
    version: tuple[int, ...]
    python: tuple[int, int] | None


def install(profile: str | None = None, shared: bool = False) -> Done:
    """Install for this user, in another user profile, or `shared` for all users of this machine."""
    office = find()
    check(office)
    with tempfile.TemporaryDirectory() as folder:
        oxt = Path(folder) / "bankable.oxt"
        oxt.write_bytes(extension.fitted(extension.shipped(), _version(), package_folders()))
        _unopkg(office, ["add", "--force"], [str(oxt)], profile, shared)
    steps = [
        f"LibreOffice {_dotted(office.version)}: {office.soffice}",
        (
            f"functions: {extension.IDENTIFIER}"
            f" {_version()}{' for all users' if shared else f' in {profile}' if profile else ''}"
        ),
        f"Python {_dotted(sys.version_info[:2])}: {', '.join(package_folders())}",
        "Installed. Start LibreOffice Calc again and type =SURVIVAL(4, 0, 0.85).",
    ]
    return Done(tuple(steps))


def uninstall(profile: str | None = None, shared: bool = False) -> Done:
    """Take the extension out again."""
    office = find()
    listed = _unopkg(office, ["list"], [], profile, shared)
    if extension.IDENTIFIER not in re.findall(r"^Identifier:\s*(\S+)", listed, re.MULTILINE):
        return Done(("Nothing to undo: the functions are not installed in LibreOffice.",))
    _unopkg(office, ["remove"], [extension.IDENTIFIER], profile, shared)
    return Done(
        (
            f"removed {extension.IDENTIFIER} from LibreOffice {_dotted(office.version)}",
            "Uninstalled.",
        )
    )


# What is on this machine -----------------------------------------------------------------------


def find() -> Office:
    """The LibreOffice of this machine; says where it was looked for when there is none."""
    for name in ("soffice.com", "soffice", "libreoffice", *_PLACES):
        found = shutil.which(name)
        if found:
            soffice = Path(found)
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
            f"LibreOffice {_dotted(office.version)} is too old: versions before {extension.OLDEST}"
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
            f"LibreOffice runs Python {_dotted(office.python)} and Bankable is installed in Python"
            f" {_dotted(mine)}: install Bankable in an environment made with Python"
            f" {_dotted(office.python)} and run this again from there."
        )


def package_folders() -> list[str]:
    """The folders that LibreOffice's Python must read: where Bankable is, and the packages of this
    Python.
    """
    ours = str(Path(bankable.__file__).resolve().parents[1])
    return list(dict.fromkeys([ours, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]))


# LibreOffice's tool ----------------------------------------------------------------------------


def profile_options(profile: str | None, shared: bool = False) -> list[str]:
    """What LibreOffice's programs need to work in a profile of one's own.

    An administrator may install for all users only: in a profile of one's own that store lies in
    the profile too.
    """
    if profile is None:
        return []
    folder = Path(profile).resolve()
    options = [f"-env:UserInstallation={folder.as_uri()}"]
    if shared or _is_root():
        options.append(f"-env:UNO_SHARED_PACKAGES_CACHE={(folder / 'shared').as_uri()}")
    return options


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _unopkg(
    office: Office, command: list[str], arguments: list[str], profile: str | None, shared: bool
) -> str:
    if _is_root() and not shared and profile is None:
        raise Refusal(
            "LibreOffice refuses an administrator's own extensions: run this as the user who is to"
            " have the functions, or with --shared for all users."
        )
    shared = shared or _is_root()
    full = [
        str(office.unopkg),
        *command,
        *(["--shared"] if shared else []),
        *profile_options(profile, shared),
        *arguments,
    ]
    try:
        done = subprocess.run(full, capture_output=True, text=True, timeout=300, check=False)
    except OSError as error:
        raise Refusal(f"{office.unopkg} cannot be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise Refusal(
            f"{office.unopkg} did not end within five minutes: close LibreOffice, then run this"
            " again."
        ) from None
    if done.returncode:
        lines = [
            re.sub(r"^ERROR:", "", line).strip()
            for line in (done.stdout + done.stderr).splitlines()
        ]
        said = " ".join(line for line in lines if line and not _NOISE.search(line))
        do = "close LibreOffice, then run this again"
        if re.search(
            r"permission|read-only|access denied|osl_createdirectory", said, re.IGNORECASE
        ):
            do = "the folder of the user profile cannot be written; choose another with --profile"
        raise Refusal(f"LibreOffice's unopkg refused ({said[:300]}): {do}.")
    return done.stdout


def _version() -> str:
    try:
        return metadata.version("bankable")
    except metadata.PackageNotFoundError:
        return "1.0"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
