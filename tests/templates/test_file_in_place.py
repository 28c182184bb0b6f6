"""Files are put in their place whole, with the mode and through the links that were there; programs
are found by their full path.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from bankable.templates import file_in_place, programs
from bankable.templates.refusal import Refusal
from bankable.templates.workbook import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")


def test_a_replaced_file_keeps_its_mode_and_its_links(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(b"old")
    kept.chmod(0o604)
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to(kept)
    file_in_place.put(tmp_path / "one", b"new")
    assert kept.read_bytes() == b"new"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o604
    assert (tmp_path / "one").is_symlink()
    assert (tmp_path / "two").is_symlink()


def test_a_new_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    file_in_place.put(tmp_path / "new", b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_link_to_nothing_yet_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "new")
    file_in_place.put(tmp_path / "link", b"1")
    assert (tmp_path / "new").read_bytes() == b"1"


@pytest.mark.parametrize("kind", ["circle", "no folder"])
def test_a_link_that_leads_nowhere_is_a_sentence(tmp_path: Path, kind: str) -> None:
    (tmp_path / "link").symlink_to("link" if kind == "circle" else "none/new")
    with pytest.raises(Refusal):
        file_in_place.put(tmp_path / "link", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_nothing_is_left_of_a_write_that_fails(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_bytes(b"old")
    with pytest.raises(TypeError), file_in_place.draft_of(tmp_path / "kept.txt") as draft:
        draft.write_bytes("half")  # type: ignore[arg-type]
    assert (tmp_path / "kept.txt").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_and_what_is_no_file_are_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "none")
    with pytest.raises(Refusal, match="exists already"):
        write.refuse_to_overwrite(tmp_path / "link", False)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refusal, match="no file that could be replaced"):
        write.refuse_to_overwrite(tmp_path / "pipe", True)


def test_a_program_is_not_taken_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "prog").write_text("#!/bin/sh\n")
        (folder / "prog").chmod(0o755)
    monkeypatch.chdir(here)
    for path in ("", ".", "here", ":", f".{os.pathsep}{here.name}"):
        monkeypatch.setenv("PATH", path)
        assert programs.full_path(["prog"]) is None
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", str(there)]))
    assert programs.full_path(["none", "prog"]) == there / "prog"
    assert programs.full_path([str(here / "prog")]) == here / "prog"
