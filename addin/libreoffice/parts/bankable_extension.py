"""Run once by LibreOffice itself, from the folder of scripts of a user profile: puts an extension
in that profile, or takes it out.

LibreOffice's own tool does the same, but not for an administrator; `installation` writes this file
there for the time being, with a job in the file that the variable BANKABLE_JOB names.
"""

from __future__ import annotations

import json
import os
import traceback
from typing import Any

import uno
import unohelper
from com.sun.star.task import XInteractionHandler  # type: ignore[import-not-found,unused-ignore]
from com.sun.star.ucb import (  # type: ignore[import-not-found,unused-ignore]
    XCommandEnvironment,
    XProgressHandler,
)


class Approving(
    unohelper.Base,
    XCommandEnvironment,
    XInteractionHandler,
    XProgressHandler,
):
    """Says yes where LibreOffice asks whether an older version is to be replaced."""

    def getInteractionHandler(self):
        return self

    def getProgressHandler(self):
        return self

    def handle(self, request):
        approve = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
        for way in request.getContinuations():
            if way.queryInterface(approve) is not None:
                way.select()
                return

    def push(self, status):
        return

    def update(self, status):
        return

    def pop(self):
        return


def run(*_: Any) -> None:
    """Do the job and write in its place what came of it, then end LibreOffice."""
    path = os.environ["BANKABLE_JOB"]
    context = XSCRIPTCONTEXT.getComponentContext()  # type: ignore[name-defined]  # noqa: F821
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    try:
        manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
        abort, environment = manager.createAbortChannel(), Approving()
        there = [
            package
            for package in manager.getDeployedExtensions("user", abort, environment)
            if package.getIdentifier().Value == job["identifier"]
        ]
        if there:
            manager.removeExtension(
                job["identifier"], there[0].getName(), "user", abort, environment
            )
        if job["add"]:
            manager.addExtension(job["add"], (), "user", abort, environment)
        answer = {"was_there": bool(there), "fault": ""}
    except Exception:
        answer = {"was_there": False, "fault": traceback.format_exc().strip().splitlines()[-1]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    XSCRIPTCONTEXT.getDesktop().terminate()  # type: ignore[name-defined]  # noqa: F821
