"""Forms: human-rights assessments."""
