"""The production server: a few workers with threads, stopped gracefully."""

import os

from training.kit import memory

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
# Receives a request whole before a thread sees it (docs/adr/0024); believes no header about the client or the scheme.
worker_class = "training.buffering_worker.BufferingWorker"
timeout = 60
graceful_timeout = 20
max_requests = 10_000
max_requests_jitter = 1_000
# The application writes its own access line, with the route rule and never the path.
accesslog = None
# Its usual place is the same for all servers of one user.
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """Collect no more what the application loaded, once it is loaded."""
    memory.settle()
