"""Records: courses and cohorts."""
