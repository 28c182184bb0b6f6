"""The README: its commands are those that CI runs, both systems' forms do the same, and its links
and examples hold.
"""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands(shell: str) -> list[str]:
    """The one-line code blocks of that shell."""
    return re.findall(rf"```{shell}\n(.+)\n```", README)


def test_two_commands_stand_on_the_first_screen() -> None:
    run, test = commands("sh")
    assert README[: README.index(test)].count("\n") < 25
    assert run.endswith("&& .venv/bin/bankable compare")
    assert "pytest" in test


def test_ci_runs_the_test_command_of_the_readme() -> None:
    pattern = re.search(
        r"grep -E '([^']+)' README\.md", (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    )
    assert pattern
    assert [line for line in README.splitlines() if re.search(pattern[1], line)] == [
        commands("sh")[1]
    ]


def test_powershell_does_the_same() -> None:
    for posix, windows in zip(commands("sh"), commands("powershell"), strict=True):
        assert "&&" not in windows  # PowerShell 5 has none
        assert (
            posix.replace("python3 -m venv", "py -m venv")
            .replace(" &&", ";")
            .replace(".venv/bin/", ".venv\\Scripts\\")
            == windows
        )


def test_the_python_it_asks_for_is_the_one_the_package_asks_for() -> None:
    assert f"Python {PROJECT['requires-python'].removeprefix('>=')} or newer" in README


def test_every_link_leads_somewhere() -> None:
    for picture, target in re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", README):
        if picture and not (ROOT / "docs" / "pictures").is_dir():
            continue
        assert (ROOT / target.partition("#")[0]).exists(), target


def test_its_python_example_runs() -> None:
    examples = doctest.DocTestParser().get_doctest(
        README.replace("```", ""), {}, "README", "README.md", 0
    )
    assert examples.examples
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples).failed == 0
