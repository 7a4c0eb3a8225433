"""Time and memory to process an upload of ten thousand nominees, from reading it to nominations."""

import io
import subprocess
import sys
import time
from pathlib import Path

from bench.report import Row
from tests.support.application import application
from tests.support.world import World
from training.domain.admissions import nomination_uploads
from training.kit.db import transaction
from training.models.courses.cohorts import Cohort
from training.work import runner

_ROWS = 10_000
_MOST_SECONDS, _MOST_MEGABYTES = 10, 300
_FIRST = ("أحمد", "زينب", "علي", "فاطمة", "كاظم", "سارة", "هيوا", "نازدار", "محمد", "ڕێباز")
_SECOND = ("حسن", "كريم", "جبار", "عزیز", "صالح", "رشید", "محمود", "قادر", "سعد", "نوري")


def time_naming(database: str, url: str) -> list[Row]:
    """Read, preview and commit an upload in a process of its own, on an empty database."""
    command = [sys.executable, "-m", "bench.naming", url]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds, megabytes = (float(figure) for figure in done.stdout.split()[-2:])
    what = f"import of {_ROWS:,} nominees"
    return [
        Row.limited(what, database, seconds, "s", _MOST_SECONDS),
        Row.limited(f"{what}: memory", database, megabytes, "MB", _MOST_MEGABYTES),
    ]


def content() -> bytes:
    """Return a file of generated names and numbers, half of them with a service number."""
    lines = ["الاسم,الاسم بالإنجليزية,الرتبة,الوحدة,الجنس,الرقم الوظيفي,رقم الهاتف"]
    for number in range(_ROWS):
        first, second = _FIRST[number % 10], _SECOND[number // 10 % 10]
        service = str(100_000 + number) if number % 2 else ""
        lines.append(
            f"{first} {second} {number},Officer {number},نقيب,الوحدة {number % 40},{'أنثى' if number % 4 else 'ذكر'},"
            f"{service},+964 770 {number:07d}"
        )
    return "\n".join(lines).encode()


def _measure(url: str) -> None:
    with application(url) as app, app.app_context():
        world = World(app)
        cohort = world.open_cohort()
        sent = content()
        start = time.process_time()
        _name(world, cohort, sent)
        seconds = time.process_time() - start
    print(seconds, _peak_memory())


def _peak_memory() -> float:
    """Return the peak memory of this process in MB; its resource usage would include that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _name(world: World, cohort: Cohort, sent: bytes) -> None:
    by = world.actor("iraq")
    with transaction():
        batch = nomination_uploads.read(io.BytesIO(sent), cohort, world.organisations["iraq"].id, by)
        job = nomination_uploads.ask_preview(batch, by)
    runner.do_here(job.id)
    with transaction():
        job = nomination_uploads.ask_commit(batch, batch.version, by, is_whole=True, corrects=False)
    runner.do_here(job.id)
    if job.state.value != "done":
        raise RuntimeError(f"{job.refusal or 'a fault'} {job.details}")


if __name__ == "__main__":
    _measure(sys.argv[1])
