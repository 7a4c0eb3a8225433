"""Reading: accounts, organisations, the audit trail, jobs."""
