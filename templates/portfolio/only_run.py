"""One run on one output: the second is told of the first and ends.

The lock is the operating system's and goes with the process, however that ends; where a file system
knows no locks, the file beside the output counts.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bankable.templates.refusal import Refusal


@contextmanager
def only_run(output: Path, name: str | None = None) -> Iterator[None]:
    """Hold an output for this run; Refusal, under the name that the user gave it, where another run
    holds it.
    """
    path = output.with_name(f"{output.name}.lock")
    handle = _taken(path, name or output.name)
    try:
        now = dt.datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()} since {now}\n".encode())
        yield
    finally:
        if sys.platform == "win32":
            os.close(handle)
            with suppress(OSError):
                path.unlink()
        else:
            with suppress(OSError):
                path.unlink()
            os.close(handle)


def _taken(path: Path, name: str) -> int:
    """The open lock file, locked."""
    while True:
        try:
            handle, is_new = _opened(path)
        except OSError as error:
            raise Refusal(
                f"{path} cannot be written ({error.strerror or error}): it keeps two runs off one"
                " output. Delete it if it is no run's, or write elsewhere."
            ) from None
        if not _locked(handle, is_new):
            try:
                holder = os.read(handle, 200).decode("utf-8", "replace").strip()
            except OSError:  # Windows lets nobody read what is locked
                holder = ""
            os.close(handle)
            told = f" ({holder})" if holder.isprintable() and holder else ""
            raise Refusal(
                f"{name} is being written by another run{told}: wait for it, or choose"
                f" another output. If there is no such run, delete {path.name} and give the command"
                " again."
            )
        with suppress(OSError):
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        os.close(handle)  # the run before took the file away meanwhile


def _opened(path: Path) -> tuple[int, bool]:
    """(the file, whether it is new)."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o644), True
    except FileExistsError:
        try:
            return os.open(path, flags), False
        except FileNotFoundError:
            return _opened(path)


def _locked(handle: int, is_new: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return is_new
    return True
