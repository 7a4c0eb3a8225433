"""Records: accounts, organisations, the audit trail, jobs."""
