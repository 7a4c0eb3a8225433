"""The queue that wakes the work process, and the process itself.

What is to be done stands in our own table of jobs. The library's queue carries nothing but "look now": a lost
message is made up for by the check that runs every minute.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app
from huey import SqliteHuey, crontab
from huey.api import TaskWrapper

from training.config import Settings
from training.domain.identity import jobs
from training.domain.oversight import retention
from training.kit.db import transaction
from training.kit.files import make_private
from training.kit.ids import new_token
from training.kit.outages import outage_of
from training.kit.tracebacks import told
from training.work import digests, mail_delivery, runner

SMALL = 500
"""Largest job, in rows, that is done within its request."""
_BEAT = 5
"""Seconds between two heartbeats."""
_MORNING = "4-7"
"""The hours, in UTC, at which letters about what waits are posted, to each reader in the first of them."""
_POST = 2
"""Seconds between two looks into the outbox."""
_LAST_LETTER = 30
"""For how many seconds a process that stops waits for the answer to the letter that it is handing over."""


class JobQueue:
    """The queue of one application, and its worker."""

    def __init__(self, app: Flask, file: str) -> None:
        self._app, self._worker, self._is_heard = app, new_token(), True
        self.queue = SqliteHuey("training", filename=file, results=False)
        self.look: TaskWrapper = self.queue.task(name="look")(self._look)
        self.queue.periodic_task(crontab(), name="look_each_minute")(self._look)
        self.queue.periodic_task(crontab(minute="7"), name="forget_each_hour")(self._forget)
        self.queue.periodic_task(crontab(minute="11", hour=_MORNING), name="digests_each_morning")(self._post_digests)

    def _look(self) -> None:
        with self._app.app_context(), _outage_in_a_line():
            runner.do_waiting(self._worker)

    def _forget(self) -> None:
        settings = Settings.of(self._app)
        with self._app.app_context(), _outage_in_a_line(), transaction():
            retention.delete_expired(settings.evidence_folder)

    def _post_digests(self) -> None:
        with self._app.app_context(), _outage_in_a_line():
            digests.post_all(f"{Settings.of(self._app).base_address}/")

    def run(self, *, stops_with_parent: bool) -> None:
        """Run as the work process until a signal ends it; a running job is finished first."""
        stop = threading.Event()
        parent = os.getppid() if stops_with_parent else None
        beat = threading.Thread(target=self._beat, args=(stop, parent), daemon=True)
        post = threading.Thread(target=self._post, args=(stop,), daemon=True)
        beat.start()
        post.start()
        self.look()
        self.queue.create_consumer(workers=1, max_delay=1.0, graceful_signal="TERM").run()
        stop.set()
        beat.join()
        post.join(_LAST_LETTER)
        with self._app.app_context(), transaction():
            jobs.gone(self._worker)

    def _beat(self, stop: threading.Event, parent: int | None) -> None:
        while not stop.wait(_BEAT if self._say_alive() else 1):
            if parent is not None and os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _post(self, stop: threading.Event) -> None:
        """Send letters until the process stops: a thread of its own, as a slow mail server must hold up no job."""
        while not stop.wait(_POST):
            try:
                with self._app.app_context(), _outage_in_a_line():
                    mail_delivery.send_due(self._worker)
            except Exception as error:  # a letter that cannot be written must not end the post
                runner.log.error("post failed: %s", told(error))

    def _say_alive(self) -> bool:
        try:
            with self._app.app_context(), transaction():
                jobs.seen(self._worker)
        except Exception as error:  # a database that is busy or away now may answer the next time
            if self._is_heard:
                runner.log.warning("no sign of life: %s", told(error))
            self._is_heard = False
        else:
            self._is_heard = True
        return self._is_heard


@contextmanager
def _outage_in_a_line() -> Iterator[None]:
    """Log a database that is busy or away, or a full disk, in a line: the next look comes within a minute."""
    try:
        yield
    except Exception as error:
        if outage_of(error) is None:
            raise
        runner.log.warning("nothing done: %s", told(error))


def start(job_id: int, rows: int) -> None:
    """Run a committed job: a small one at once, a large one in the work process."""
    if rows <= SMALL:
        runner.do_here(job_id)
    else:
        cast("JobQueue", current_app.extensions["job_queue"]).look()


def init_app(app: Flask, settings: Settings) -> None:
    """Attach a queue to the application."""
    make_private(settings.queue_file)
    app.extensions["job_queue"] = JobQueue(app, str(settings.queue_file))
