"""Long work outside requests: the queue that wakes the worker, and the runner of jobs."""
