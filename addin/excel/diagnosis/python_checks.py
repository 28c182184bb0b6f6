"""Whether this Python holds what the functions need: packages, their versions, pywin32, xlwings'
DLL.

Nothing here looks at Excel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata

from bankable.addin.excel import com_server, installation
from bankable.addin.excel.diagnosis.finding import FAULT, OK, WARNING, Finding
from bankable.addin.excel.system import System, machine_in_words


def python(system: System) -> Iterator[Finding]:
    """The interpreter, and whether Excel can be led to it."""
    yield Finding("Python", OK, machine_in_words())
    if installation.from_the_store(system):
        yield Finding(
            "Python",
            FAULT,
            f"it is the Microsoft Store's ({system.base_prefix}): Windows hides what it writes"
            " from Excel",
            "install Python from python.org or your software centre, make the venv with that",
        )
    if com_server.is_registered(system):
        return
    try:
        str(system.python).encode(system.code_page)
    except UnicodeEncodeError:
        yield Finding(
            "Python's path",
            FAULT,
            str(system.python),
            "VBA cannot pass on these letters: put Python in a folder with plain letters",
        )


def packages(_: System) -> Iterator[Finding]:
    """Every package that Bankable asks for, and no other version where it asks for one."""
    try:
        asked = [line for line in metadata.requires("bankable") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        yield Finding(
            "packages",
            WARNING,
            "Bankable itself is not installed in this Python",
            "python -m pip install . in the project's folder",
        )
        return
    wrong = []
    for line in asked:
        wanted = re.split(r"[;\s]", line)[0]
        name, exact = re.split(r"[<>=!~\[]", wanted)[0], wanted.partition("==")[2]
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(line)
            continue
        if exact and found != exact:
            wrong.append(f"{name}=={exact}")
    if wrong:
        texts = " ".join(f'"{line}"' for line in wrong)
        yield Finding(
            "packages",
            FAULT,
            f"missing, or of another version: {', '.join(wrong)}",
            f"python -m pip install {texts}",
        )
    else:
        yield Finding("packages", OK, f"all {len(asked)} that it asks for")


def functions(_: System) -> Iterator[Finding]:
    """Whether a function answers in the doctor's own Python."""
    from bankable import udfs
    from bankable.addin.excel.functions import evaluate

    entry = udfs.FUNCTIONS["SURVIVAL"]
    answer = evaluate(entry, [[[2.0]], [[0.0]], [[0.5]], [[1.0]]])
    if answer == [[1.0], [0.5]]:
        yield Finding(
            "functions", OK, f"{len(udfs.FUNCTIONS)} functions; SURVIVAL answers as it should"
        )
    else:
        yield Finding(
            "functions",
            FAULT,
            f"SURVIVAL answers {answer!r}",
            "install the package anew from the file or folder that it came from",
        )


def kept_answers(_: System) -> Iterator[Finding]:
    """Whether answers are kept."""
    from bankable.udfs import answer_cache

    if answer_cache.is_on():
        most = (
            f"at most {answer_cache.MOST_ANSWERS:,} answers and {answer_cache.MOST_BYTES >> 20} MB"
        )
        seen = f"on, {most}; {answer_cache.SETTING}=off switches it off"
    else:
        seen = f"switched off by {answer_cache.SETTING}"
    yield Finding("kept answers", OK, seen)


def xlwings(system: System) -> Iterator[Finding]:
    """xlwings, its DLL where that way is installed, and pywin32."""
    version = metadata.version("xlwings")
    if com_server.is_registered(system):
        yield Finding("xlwings", OK, f"{version}; the COM server asks for no certain version")
    else:
        yield from _matching_xlwings(system, version)
    if not system.is_windows:
        return
    if not system.has_pywin32:
        yield Finding("pywin32", FAULT, "missing", "python -m pip install pywin32")
    else:
        yield Finding("pywin32", OK, "present")


def _matching_xlwings(system: System, version: str) -> Iterator[Finding]:
    asked = installation.built_from(installation.shipped_addin()).get("xlwings", "another version")
    if asked == version:
        yield Finding("xlwings", OK, f"{version}, the version the add-in asks for")
    else:
        yield Finding(
            "xlwings",
            FAULT,
            f"{version} is installed, the add-in asks for {asked}",
            f"python -m pip install xlwings=={asked}",
        )
    if not system.is_windows:
        return
    folder = installation.dll_folder(system)
    if folder is None:
        yield Finding(
            "xlwings' DLL",
            FAULT,
            f"{installation.dll_names()[0]} is not in {system.prefix}",
            f"python -m pip install --force-reinstall --no-deps xlwings=={version}",
        )
    else:
        yield Finding("xlwings' DLL", OK, str(folder / installation.dll_names()[0]))
