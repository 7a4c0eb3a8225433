"""The bell that wakes the work process, and the process itself.

What is to be done stands in our own table of jobs. The queue of the job library carries nothing but "look now": where a
ring is lost, the look that happens each minute finds the job.
"""

import os
import signal
import threading
from typing import cast

from flask import Flask, current_app
from huey import SqliteHuey, crontab
from huey.api import TaskWrapper

from training.config import Settings
from training.domain.identity import jobs
from training.domain.oversight import retention
from training.kit.db import transaction
from training.kit.ids import new_token
from training.kit.tracebacks import trace
from training.work import runner

SMALL = 500
"""Rows of a job that is done in the request which asked for it."""
_BEAT = 5
"""Seconds between two signs of life."""


class Bell:
    """The queue of one application, and the looks that answer it."""

    def __init__(self, app: Flask, file: str) -> None:
        self._app, self._worker = app, new_token()
        self.queue = SqliteHuey("training", filename=file, results=False)
        self.look: TaskWrapper = self.queue.task(name="look")(self._look)
        self.queue.periodic_task(crontab(), name="look_each_minute")(self._look)
        self.queue.periodic_task(crontab(minute="7"), name="forget_each_hour")(self._forget)

    def _look(self) -> None:
        with self._app.app_context():
            runner.do_waiting(self._worker)

    def _forget(self) -> None:
        settings = Settings.of(self._app)
        with self._app.app_context(), transaction():
            retention.forget(settings.evidence_folder)

    def answer(self, *, stops_with_parent: bool) -> None:
        """Be the work process until a signal ends it; a job that goes on is finished first."""
        stop = threading.Event()
        parent = os.getppid() if stops_with_parent else None
        beat = threading.Thread(target=self._beat, args=(stop, parent), daemon=True)
        beat.start()
        self.look()
        self.queue.create_consumer(workers=1, max_delay=1.0, graceful_signal="TERM").run()
        stop.set()
        beat.join()
        with self._app.app_context(), transaction():
            jobs.gone(self._worker)

    def _beat(self, stop: threading.Event, parent: int | None) -> None:
        while not stop.wait(_BEAT if self._say_alive() else 1):
            if parent is not None and os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _say_alive(self) -> bool:
        try:
            with self._app.app_context(), transaction():
                jobs.seen(self._worker)
        except Exception as error:  # a database that is busy or away now may answer the next time
            runner.log.warning("no sign of life: %s\n%s", type(error).__name__, trace(error))
            return False
        return True


def start(job_id: int, rows: int) -> None:
    """Have a job done whose asking is committed: a small one here and now, a large one by the work process."""
    if rows <= SMALL:
        runner.do_here(job_id)
    else:
        cast("Bell", current_app.extensions["bell"]).look()


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its bell."""
    app.extensions["bell"] = Bell(app, str(settings.queue_file))
