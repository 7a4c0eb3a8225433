"""Reading: human-rights assessments."""
