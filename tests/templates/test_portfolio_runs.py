"""Runs of a book that meet trouble: another run, a forged block, a parent that is killed, a cluster
that says nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bankable.addin import cli
from bankable.templates.portfolio import block_store, blocks, on_dask, portfolio, read_loans
from bankable.templates.portfolio.block_store import Store
from bankable.templates.portfolio.only_run import only_run
from bankable.templates.refusal import Refusal
from benchmarks import loan_book

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and signals of POSIX")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, so that the user's key stays out of it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return loan_book.write(tmp_path / "book.csv", 12)


# Two runs on one output --------------------------------------------------------------------------

HOLDS = """
    import sys, time
    from pathlib import Path
    from bankable.templates.portfolio.only_run import only_run
    with only_run(Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
"""


@contextlib.contextmanager
def another_run(output: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDS), str(output)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_second_of_two_runs_is_told_of_the_first(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.xlsx"
    with another_run(out) as first:
        assert cli.main(["portfolio", str(book), "-o", str(out)]) == 1
        said = capsys.readouterr().err
        assert "out.xlsx is being written by another run" in said
        assert f"process {first.pid} on " in said
        assert "delete out.xlsx.lock and give the command again" in said
        assert not out.exists()
    assert (tmp_path / "out.xlsx.lock").exists()  # the run was killed
    assert cli.main(["portfolio", str(book), "-o", str(out)]) == 0
    assert out.exists()
    assert not (tmp_path / "out.xlsx.lock").exists()


def test_plain_tables_with_one_json_beside_them_are_one_output(book: Path, tmp_path: Path) -> None:
    with (
        another_run(tmp_path / "out-book.json"),
        pytest.raises(
            Refusal, match=r"out\.csv is being written by .* delete out-book\.json\.lock"
        ),
    ):
        portfolio.run(str(book), str(tmp_path / "out.csv"))


@POSIX
def test_a_file_system_without_locks_goes_by_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def none_here(*_: object) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr(fcntl, "flock", none_here)
    with (
        only_run(tmp_path / "out.csv"),
        pytest.raises(Refusal, match=r"delete out\.csv\.lock"),
        only_run(tmp_path / "out.csv"),
    ):
        pass
    with only_run(tmp_path / "out.csv"):
        pass


# Blocks ------------------------------------------------------------------------------------------


def test_a_block_that_this_user_did_not_write_is_not_taken(tmp_path: Path) -> None:
    figures = np.arange(6.0).reshape(2, 3)
    store = Store(tmp_path / "out.csv", "a" * 16)
    store.keep(1, figures)
    again = Store(tmp_path / "out.csv", "a" * 16)
    assert np.array_equal(again.read(1, (2, 3)), figures)
    sound = again.path(1).read_bytes()
    again.path(2).write_bytes(sound)  # another place in the book
    assert again.read(2, (2, 3)) is None
    other = Store(tmp_path / "out.csv", "b" * 16)  # another book
    other.keep(0, figures)
    other.path(1).write_bytes(sound)
    assert other.read(1, (2, 3)) is None
    again.path(1).write_bytes(sound[:-8] + np.float64(99).tobytes())
    assert again.read(1, (2, 3)) is None
    with again.path(1).open("wb") as file:
        np.save(file, figures)  # as version 0.1 wrote it
    assert again.read(1, (2, 3)) is None


def test_a_block_under_another_user_s_key_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = np.ones((2, 3))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "theirs"))
    Store(tmp_path / "out.csv", "a" * 16).keep(0, figures)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "mine"))
    assert Store(tmp_path / "out.csv", "a" * 16).read(0, (2, 3)) is None


@POSIX
def test_the_key_is_the_user_s_alone(own_state: Path) -> None:
    key = block_store.own_key()
    path = own_state / "bankable" / "blocks.key"
    assert block_store.own_key() == key == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)  # others may have read it
    assert block_store.own_key() != key


def test_only_blocks_are_taken_away(tmp_path: Path) -> None:
    store = Store(tmp_path / "out.csv", "a" * 16)
    store.keep(0, np.ones((1, 1)))
    (store.parent / "notes.txt").write_text("mine")
    (store.folder / "mine.npy").write_text("mine")
    store.remove()
    assert sorted(path.name for path in store.parent.rglob("*")) == [
        "a" * 16,
        "mine.npy",
        "notes.txt",
    ]


@POSIX
def test_a_link_in_the_place_of_the_blocks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out.csv.blocks").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="in the way"):
        Store(tmp_path / "out.csv", "a" * 16)


# Workers -----------------------------------------------------------------------------------------

SLOW = """
    import os, sys, time
    from pathlib import Path
    import numpy as np
    from bankable.templates.portfolio import blocks

    def slowly(keys, inputs, names):
        Path(sys.argv[1], f"{os.getpid()}.worker").touch()
        time.sleep(120)

    if __name__ == "__main__":
        blocks.calculate = slowly
        blocks.cores = lambda: 2
        for _ in blocks.on_cores([0, 1, 2, 3], ("a",), lambda number: np.zeros((1, 1)), ("b",)):
            pass
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def until(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


@POSIX
@pytest.mark.parametrize("sign", ["SIGKILL", "SIGTERM"])
def test_no_worker_outlives_a_parent_that_is_killed(tmp_path: Path, sign: str) -> None:
    (tmp_path / "slow.py").write_text(textwrap.dedent(SLOW))
    parent = subprocess.Popen([sys.executable, str(tmp_path / "slow.py"), str(tmp_path)])
    try:
        assert until(lambda: len(list(tmp_path.glob("*.worker"))) == 2, 60)
        workers = [int(path.stem) for path in tmp_path.glob("*.worker")]
        assert all(map(is_running, workers))
    finally:
        parent.send_signal(getattr(signal, sign))
        parent.wait()
    assert until(lambda: not any(map(is_running, workers)), 10)


def test_workers_take_no_module_from_the_current_folder(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker is a Python started with -c, which looks into the current folder first."""
    here = tmp_path / "here"
    here.mkdir()
    for name in ("pickle", "multiprocessing", "numpy", "threading"):
        (here / f"{name}.py").write_text(f"open({str(here / 'taken')!r}, 'w').close()")
    monkeypatch.chdir(here)
    loans = read_loans.read_book(book)
    inputs = np.stack(list(loans.inputs.values()))
    found = dict(
        blocks.on_cores([0, 1], tuple(loans.inputs), lambda number: inputs, portfolio.NAMES)
    )
    assert len(found) == 2
    assert not (here / "taken").exists()
    assert "PYTHONSAFEPATH" not in os.environ or os.environ["PYTHONSAFEPATH"]


def die(*_: object) -> None:
    os._exit(1)


def test_a_worker_that_dies_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "calculate", die)
    with pytest.raises(Refusal, match="a worker process ended before its time"):
        list(blocks.on_cores([0, 1], (), lambda number: 1, ()))  # type: ignore[arg-type,return-value]


# Dask --------------------------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes every call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls: list[socket.socket] = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    calls.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        for call in calls:
            call.close()


def test_a_cluster_that_cannot_work_is_told_within_30_s() -> None:
    assert on_dask.CONNECTS_WITHIN + 3 + on_dask.WORKERS_WITHIN < 30
    assert on_dask.SILENT_AFTER + on_dask._ASKED_EVERY < 30


def test_a_silent_scheduler_is_told(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(on_dask, "CONNECTS_WITHIN", 1)
    start = time.monotonic()
    with pytest.raises(Refusal, match="no Dask scheduler answers at tcp"):
        list(on_dask.on_dask(silent, [0], (), lambda number: np.zeros(1), ()))
    assert time.monotonic() - start < 30


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(on_dask, "WORKERS_WITHIN", 1)
    start = time.monotonic()
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, protocol="tcp", dashboard_address=None
        ) as cluster,
        pytest.raises(Refusal, match="has no workers: start some"),
    ):
        list(on_dask.on_dask(cluster.scheduler_address, [0], (), lambda number: np.zeros(1), ()))
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    "address", ["nonsense://x:1", "x", "", "tcp://", "tcp://a b:1", "tcp://a:1:2"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(Refusal, match="give an address such as"):
        list(on_dask.on_dask(address, [0], (), lambda number: np.zeros(1), ()))


def test_workers_of_another_version_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(on_dask, "WORKERS_WITHIN", 30)
    with distributed.LocalCluster(
        n_workers=1, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        found = on_dask.calculate("another", (), np.zeros(1), ())
        assert found == blocks.finance()
        monkeypatch.setattr(on_dask, "calculate", lambda *_: "another")
        with pytest.raises(Refusal, match="another version of Bankable"):
            list(
                on_dask.on_dask(cluster.scheduler_address, [0], (), lambda number: np.zeros(1), ())
            )


def test_the_book_on_a_cluster_started_here(book: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    alone = portfolio.run(str(book), str(tmp_path / "alone.csv"))
    spread = portfolio.run(str(book), str(tmp_path / "spread.csv"), engine="dask")
    assert spread.figures["book"] == alone.figures["book"]
    assert (tmp_path / "alone.csv").read_text() == (tmp_path / "spread.csv").read_text()


# What is written ---------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".parquet"])
def test_force_keeps_mode_and_writes_through_a_link(
    book: Path, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "share").mkdir()
    kept = tmp_path / "share" / f"results{ending}"
    kept.write_text("old")
    kept.chmod(0o640)
    link = tmp_path / f"out{ending}"
    link.symlink_to(kept)
    with pytest.raises(Refusal, match="exists already"):
        portfolio.run(str(book), str(link))
    portfolio.run(str(book), str(link), force=True)
    assert link.is_symlink()
    assert kept.read_bytes()[:3] != b"old"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert not list(tmp_path.rglob("*.part*"))
    assert not list(tmp_path.rglob("*.lock"))


def test_the_json_beside_a_table_may_not_be_the_table_of_deals(book: Path, tmp_path: Path) -> None:
    source = tmp_path / "x-book.csv"
    shutil.copy(book, source)
    with pytest.raises(Refusal, match="the table of deals itself"):
        portfolio.run(str(source), str(source), force=True)
