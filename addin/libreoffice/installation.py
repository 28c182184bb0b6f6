"""Puts the extension in LibreOffice, takes it out again, and lets LibreOffice calculate a formula
before it says "Installed".

LibreOffice's own tool (unopkg) does it; where an administrator names a profile, which that tool
refuses, LibreOffice itself does it by a script.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

import bankable
from bankable.addin.libreoffice import extension, proof
from bankable.addin.libreoffice.office import (
    Office,
    check,
    dotted,
    find,
    profile_options,
    run_office,
)
from bankable.templates.programs import environment_without_python, python_leads
from bankable.templates.refusal import Refusal

_SCRIPT = "bankable_extension.py"
_NOISE = re.compile(
    r"^\((?:process|soffice|unopkg)[^)]*\)|CRITICAL|javaldx"
)  # what GTK and others say beside the matter
_LOCKED = re.compile(r"permission|read-only|access denied|osl_createdirectory", re.IGNORECASE)


@dataclass(frozen=True)
class Done:
    """What was done, a sentence a step; `fault` says why it is not proven to work ("": it is)."""

    steps: tuple[str, ...]
    fault: str = ""


def install(profile: str | None = None, shared: bool = False, proven: bool = True) -> Done:
    """Install for this user, in another user profile, or `shared` for all users of this machine;
    `proven`: LibreOffice is to calculate a formula afterwards.
    """
    _refuse_both(profile, shared)
    office = find()
    check(office)
    with tempfile.TemporaryDirectory() as folder:
        oxt = Path(folder) / "bankable.oxt"
        oxt.write_bytes(extension.fitted(extension.shipped(), _version(), package_folders()))
        if profile is not None and _is_root():
            _by_script(office, profile, oxt)
        else:
            _unopkg(office, ["add", "--force"], [str(oxt)], profile, shared)
    place = " for all users" if shared else f" in {profile}" if profile else ""
    steps = [
        f"LibreOffice {dotted(office.version)}: {office.soffice}",
        f"functions: {extension.IDENTIFIER} {_version()}{place}",
        f"Python {dotted(sys.version_info[:2])}: {', '.join(package_folders())}",
    ]
    if proven:
        try:
            steps.append(_proof(office, profile, shared))
        except Refusal as refusal:
            return Done(tuple(steps), refusal.sentence)
    if python_leads():
        steps.append(
            "This terminal's environment is active: a LibreOffice started from here would take it"
            " for its own Python and show #NAME?. Start it from the menu, or type `deactivate`"
            " first."
        )
    steps.append("Installed. Start LibreOffice Calc again and type =SURVIVAL(4, 0, 0.85).")
    return Done(tuple(steps))


def _proof(office: Office, profile: str | None, shared: bool) -> str:
    """The proof in the profile that was installed in; what all users have is proven in a new
    one.
    """
    if not shared:
        return proof.prove(office, profile_options(profile))
    with tempfile.TemporaryDirectory() as folder:
        return proof.prove(office, profile_options(folder))


def uninstall(profile: str | None = None, shared: bool = False) -> Done:
    """Take the extension out again."""
    _refuse_both(profile, shared)
    office = find()
    if profile is not None and _is_root():
        was_there = Path(profile).is_dir() and _by_script(office, profile, None)
    else:
        listed = _unopkg(office, ["list"], [], profile, shared)
        was_there = extension.IDENTIFIER in re.findall(
            r"^Identifier:\s*(\S+)", listed, re.MULTILINE
        )
        if was_there:
            _unopkg(office, ["remove"], [extension.IDENTIFIER], profile, shared)
    if not was_there:
        return Done(("Nothing to undo: the functions are not installed in LibreOffice.",))
    return Done(
        (
            f"removed {extension.IDENTIFIER} from LibreOffice {dotted(office.version)}",
            "Uninstalled.",
        )
    )


def _refuse_both(profile: str | None, shared: bool) -> None:
    if shared and profile is not None:
        raise Refusal(
            "--shared installs for all users and --profile in one user's profile: choose one of"
            " the two."
        )


def package_folders() -> list[str]:
    """The folders that LibreOffice's Python must read: where Bankable is, and the packages of this
    Python.
    """
    ours = str(Path(bankable.__file__).resolve().parents[1])
    return list(dict.fromkeys([ours, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]))


# LibreOffice's tool, and LibreOffice itself ----------------------------------------------------


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _by_script(office: Office, profile: str, oxt: Path | None) -> bool:
    """Put the extension in a profile (None: take it out) by a script that LibreOffice runs there;
    whether it was there before.
    """
    folder = Path(profile).resolve() / "user" / "Scripts" / "python"
    script = folder / _SCRIPT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = resources.files("bankable.addin.libreoffice") / "parts" / _SCRIPT
        script.write_bytes(text.read_bytes())
        with tempfile.TemporaryDirectory() as place:
            job = Path(place) / "job.json"
            wanted = {"identifier": extension.IDENTIFIER, "add": oxt.as_uri() if oxt else ""}
            job.write_text(json.dumps(wanted), encoding="utf-8")
            url = f"vnd.sun.star.script:{_SCRIPT}$run?language=Python&location=user"
            said = run_office(office, [*profile_options(profile), url], BANKABLE_JOB=str(job))
            answer = json.loads(job.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(
            f"{profile} cannot be used as a user profile ({error.strerror or error}): choose"
            " another with --profile."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            script.unlink(missing_ok=True)
    if "fault" not in answer or answer["fault"]:
        why = answer.get("fault") or _said(said.stdout + said.stderr) or "the script did not run"
        raise Refusal(
            f"LibreOffice did not change the profile {profile} ({why[:300]}): close LibreOffice,"
            " then run this again."
        )
    return bool(answer["was_there"])


def _unopkg(
    office: Office, command: list[str], arguments: list[str], profile: str | None, shared: bool
) -> str:
    if _is_root() and not shared:
        raise Refusal(
            "LibreOffice refuses an administrator's own extensions: run this as the user who is to"
            " have the functions, with --shared for all users, or with --profile."
        )
    full = [
        str(office.unopkg),
        *command,
        *(["--shared"] if shared else []),
        *profile_options(profile),
        *arguments,
    ]
    try:
        done = subprocess.run(
            full,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=environment_without_python(),
        )
    except OSError as error:
        raise Refusal(f"{office.unopkg} cannot be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise Refusal(
            f"{office.unopkg} did not end within five minutes: close LibreOffice, then run this"
            " again."
        ) from None
    if done.returncode:
        said = _said(done.stdout + done.stderr)
        do = "close LibreOffice, then run this again"
        if _LOCKED.search(said):
            do = "the folder of the user profile cannot be written; choose another with --profile"
        raise Refusal(f"LibreOffice's unopkg refused ({said[:300]}): {do}.")
    return done.stdout


def _said(text: str) -> str:
    """What a program of LibreOffice printed, without the noise."""
    lines = [re.sub(r"^ERROR:", "", line).strip() for line in text.splitlines()]
    return " ".join(line for line in lines if line and not _NOISE.search(line))


def _version() -> str:
    try:
        return metadata.version("bankable")
    except metadata.PackageNotFoundError:
        return "1.0"
