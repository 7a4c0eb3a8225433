"""Rules and use cases: courses and cohorts."""
