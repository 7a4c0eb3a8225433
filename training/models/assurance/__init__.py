"""Records: human-rights assessments."""
