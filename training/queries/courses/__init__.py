"""Reading: courses and cohorts."""
