"""Records: completions."""
