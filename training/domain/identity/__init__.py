"""Rules and use cases: accounts, organisations, the audit trail, jobs."""
