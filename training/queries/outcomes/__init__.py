"""Reading: completions."""
