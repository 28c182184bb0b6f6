"""The house holds: each floor imports only those below it, nothing non-free comes in, and what is
promised of every function is there.

Read from the source itself, so that an import inside a function counts as well.
"""

from __future__ import annotations

import ast
import doctest
import graphlib
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bankable import udfs
from bankable.udfs import reference
from bankable.udfs.registry import Function

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("udfs", "templates", "addin")  # from the ground up
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
ENTRIES = list(udfs.FUNCTIONS.values())

# Written in pieces, so that this file does not hold what it looks for.
MACHINE = [rf"/(?:work|root|opt/{'wheels'})/", rf"/home/{'(?!you/)[a-z]'}", rf"/tmp/{'bash_jobs'}"]
ADDRESSES = [
    rf"{host}\.{domain}"
    for host, domain in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("debian", r"org/debian"),
        ("ubuntu", r"com/ubuntu"),
        ("anaconda", r"(?:org|com)"),
    )
] + [rf"{'PIP'}_(?:EXTRA_)?INDEX_URL", rf"--{'index'}-url", rf"{'snapshot'}\.debian"]


@cache
def files_in_git() -> list[Path]:
    """The files under version control, with those about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode:
        pytest.skip("not a git clone")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def sources(floor: str) -> Iterator[Path]:
    yield from sorted((ROOT / floor).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file; `from a import b` counts as a and
    a.b.
    """
    return imported_by(ast.parse(path.read_text(encoding="utf-8")))


def imported_by(tree: ast.AST) -> set[str]:
    """Every module that a parsed file imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (
                parts if all(is_module(part) for part in parts) else {node.module or "", *parts}
            )
    return found


def is_module(name: str) -> bool:
    """Whether a dotted name of ours is a module or a package, not something in one."""
    path = ROOT.joinpath(*name.removeprefix("bankable.").split("."))
    return name.startswith("bankable.") and (
        path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
    )


def roots(path: Path) -> set[str]:
    """What a file leans on: the foreign packages, and our own floors by their names."""
    return {
        name.removeprefix("bankable.").partition(".")[0]
        for name in imported(path)
        if name != "bankable"
    }


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_name_their_package_in_full(floor: str) -> None:
    for path in sources(floor):
        relative = [
            n.lineno
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.ImportFrom) and n.level
        ]
        assert not relative, f"{path.relative_to(ROOT)}, line {relative[0]}"


@pytest.mark.parametrize("floor", FLOORS)
def test_nothing_imports_upwards(floor: str) -> None:
    above = {*FLOORS[FLOORS.index(floor) + 1 :], "tests", "benchmarks"}
    wrong = {
        str(path.relative_to(ROOT)): roots(path) & above
        for path in sources(floor)
        if roots(path) & above
    }
    assert not wrong


DEALS = (
    "udfs.deal",
    "templates.comparison",
    "templates.deal_file",
    "templates.memo",
    "templates.portfolio",
)
# What a room may never know: prefixes of modules that nothing in it imports, wherever in a file.
NEVER = {
    "templates/audit": DEALS,
    "templates/engine": (*DEALS, "templates.audit"),
    "templates/workbook": (*DEALS, "templates.audit"),
    "templates/tables": ("udfs", *DEALS[1:], "templates.audit", "templates.engine"),
    "templates/portfolio": ("templates.comparison", "templates.memo", "templates.audit"),
    "templates/comparison": ("templates.memo", "templates.portfolio", "templates.audit"),
    "udfs/numerics": ("udfs.deal", "udfs.registry"),
    "udfs/deal/chain": ("udfs.deal.deal", "udfs.deal.measures", "udfs.registry", "udfs.cells"),
}


@pytest.mark.parametrize("room", NEVER)
def test_a_room_never_knows(room: str) -> None:
    """The audit knows no deal, the engine and the row language no finance, the chain no register,
    numerics nothing of ours.
    """
    wrong = {
        str(path.relative_to(ROOT)): sorted(hits)
        for path in sources(room)
        if (
            hits := {
                name
                for name in imported(path)
                if name.removeprefix("bankable.").startswith(NEVER[room])
            }
        )
    }
    assert not wrong


def dependencies() -> dict[str, set[str]]:
    """Which of our modules each of our modules imports while it is itself imported."""
    files = {module_name(path): path for floor in FLOORS for path in sources(floor)}
    graph: dict[str, set[str]] = {}
    for name, path in files.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):  # what is imported inside a function is imported later
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or (
                isinstance(node, ast.If)
                and isinstance(node.test, ast.Name)
                and node.test.id == "TYPE_CHECKING"
            ):
                node.body = []
        graph[name] = {found for found in imported_by(tree) if found in files} - {name}
    return graph


def module_name(path: Path) -> str:
    """The import name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("bankable", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def test_no_circle() -> None:
    graphlib.TopologicalSorter(dependencies()).prepare()  # raises and names the circle


def test_the_finance_needs_numpy_and_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "udfs"}
    wrong = {
        str(path.relative_to(ROOT)): roots(path) - allowed
        for path in sources("udfs")
        if roots(path) - allowed
    }
    assert not wrong


def test_only_the_free_parts_of_xlwings() -> None:
    not_free = re.compile(r"xlwings\.(pro|server|reports)\b|xlwings_server\b")
    for floor in (*FLOORS, "tests"):
        for path in sources(floor):
            wrong = [name for name in imported(path) if not_free.match(name)]
            assert not wrong, f"{path.relative_to(ROOT)}: {wrong}"


def test_every_file_name_says_what_is_in_it() -> None:
    empty = [
        str(path.relative_to(ROOT))
        for path in files_in_git()
        if EMPTY_NAMES & {part.lower().partition(".")[0] for part in path.relative_to(ROOT).parts}
    ]
    assert not empty


def test_every_module_tells_a_newcomer_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in sources(floor)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_function_is_documented_whole(entry: Function) -> None:
    text = reference.sections(entry)
    for title in ("Summary", "Equation", "Conventions", "Source", "See also", "Examples"):
        assert text.get(title), f"{entry.name} has no section {title}"
    assert not {"Parameters", "Returns"} & {line.strip() for line in entry.doc.splitlines()}, (
        "arguments and result come from the register"
    )
    assert entry.summary.endswith((".", "?"))
    assert entry.question.endswith("?")
    examples = doctest.DocTestParser().get_examples(text["Examples"])
    assert any(example.want for example in examples), f"{entry.name} has no example with a figure"
    assert reference.worked_example(entry), f"no example calls {entry.name}"
    named = {word.strip(".:;()") for word in text["See also"].replace(",", " ").split()}
    unknown = {word for word in named if re.fullmatch(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+", word)} - set(
        udfs.FUNCTIONS
    )
    assert not unknown, f"{entry.name} points to {unknown}, which the register does not know"


def test_the_worked_example_says_what_the_docstring_says() -> None:
    example = reference.worked_example(udfs.FUNCTIONS["SURVIVAL"])
    assert example is not None
    assert example.formula == "=SURVIVAL(4, 0, 0.85, 1)"
    assert [round(row[0], 6) for row in example.rows] == [1.0, 0.85, 0.7225, 0.614125]


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """What a file holds as text; of a workbook, document or add-in each part in it."""
    data = path.read_bytes()
    name = str(path.relative_to(ROOT))
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for part in package.namelist():
                yield f"{name}:{part}", package.read(part).decode("latin-1")
    else:
        yield name, data.decode("latin-1")


def test_no_file_tells_of_the_machine_it_was_made_on() -> None:
    telling = re.compile("|".join((*MACHINE, *ADDRESSES)))
    found = {}
    for path in files_in_git():
        for name, text in texts_of(path):
            hit = telling.search(text)
            if hit:
                found[name] = hit[0]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "/work" + "/main/x.py",
        "see https://" + "pypi" + ".org/p",
        "/home" + "/anna/x",
        "--index" + "-url",
    ],
)
def test_a_telling_text_is_recognised(text: str) -> None:
    assert re.search("|".join((*MACHINE, *ADDRESSES)), text)


def test_the_row_language_has_no_private_dialects() -> None:
    """Parameters of a formula are those of the row language: no text is replaced inside a token."""
    wrong = []
    for path in sources("templates"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_replace = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "replace"
            )
            if is_replace and any(
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and set(part.value) & set("{}#")
                for part in ast.walk(node)
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong
