"""What a bank's IT is told of our dependencies: all of them, with licences, each bounded above, and a bill of
materials that a command makes.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "for-it.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ELSEWHERE = {
    "six",
    "psutil",
    "appscript",
    "pywin32",
    "tzdata",
}  # of another system, or another version
# words of licences under which a bank may use and pass on what it has, whatever it does with it
FREE = re.compile(r"MIT|BSD|Apache|PSF|Python|Zlib|CC0|public domain")


def told() -> dict[str, str]:
    """The licence that the page gives each package."""
    out = {}
    for names, licence, _ in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE
    ):
        for name in names.split(", "):
            out[name.strip().lower()] = licence
    out.pop("package", None)
    return out


def installed(name: str, seen: set[str]) -> set[str]:
    """A package and all that it asks for here, without extras."""
    if name in seen:
        return seen
    seen.add(name)
    for text in metadata.requires(name) or ():
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            installed(re.sub(r"[-_.]+", "-", wanted.name).lower(), seen)
    return seen


def test_the_page_names_every_package_that_an_installation_brings() -> None:
    ours: set[str] = set()
    for text in PROJECT["dependencies"]:
        installed(re.sub(r"[-_.]+", "-", Requirement(text).name).lower(), ours)
    assert ours - set(told()) == set()
    assert set(told()) - ours <= ELSEWHERE


def test_every_licence_is_one_that_a_bank_may_use_freely() -> None:
    assert [name for name, licence in told().items() if not FREE.search(licence)] == []
    for name in set(told()) - ELSEWHERE:
        about = metadata.metadata(name)
        said = " ".join(
            [
                about.get("License-Expression") or "",
                about.get("License") or "",
                *(line for line in about.get_all("Classifier") or () if line.startswith("License")),
            ]
        )
        assert FREE.search(said), (name, said[:200])
        short = said if len(said) < 500 else ""  # some give their whole text, which names others
        assert not re.search(r"\bA?GPL|GNU (?!Lesser)", short), (name, short)


@pytest.mark.parametrize(
    "text",
    [
        *PROJECT["dependencies"],
        *PROJECT["optional-dependencies"]["parquet"],
        *PROJECT["optional-dependencies"]["dask"],
    ],
)
def test_every_dependency_is_bounded_above_by_a_version_that_is_not_there_yet(text: str) -> None:
    wanted = Requirement(text)
    assert any(one.operator in ("<", "==") for one in wanted.specifier), text
    assert metadata.version(wanted.name) in wanted.specifier


@pytest.mark.exhaustive
def test_the_bill_of_materials_is_made_by_its_command(tmp_path: Path) -> None:
    out = tmp_path / "bill.json"
    subprocess.run(
        [str(ROOT / ".ci" / "sbom"), str(out)], check=True, capture_output=True, timeout=900
    )
    bill = json.loads(out.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "bankable"
    found = {part["name"].lower().replace("_", "-"): part for part in bill["components"]}
    assert {"numpy", "openpyxl", "xlwings", "formualizer"} <= set(found) <= set(told())
    assert [name for name, part in found.items() if not part.get("licenses")] == []
    again = subprocess.run(
        [str(ROOT / ".ci" / "sbom"), str(out)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert again.returncode == 1
    assert "is there already" in again.stderr
