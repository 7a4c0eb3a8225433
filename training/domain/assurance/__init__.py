"""Rules and use cases: human-rights assessments."""
