"""Forms: accounts, organisations, the audit trail, jobs."""
