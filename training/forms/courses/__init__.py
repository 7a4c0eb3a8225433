"""Forms: courses and cohorts."""
