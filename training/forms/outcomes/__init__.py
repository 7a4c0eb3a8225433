"""Forms: completions."""
