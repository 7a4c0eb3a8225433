"""Rules and use cases: completions."""
