"""Long work outside requests: who does a job, in whose name, in which transactions; the bell that wakes a worker."""
