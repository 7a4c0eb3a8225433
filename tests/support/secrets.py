"""The secrets of the application under test."""

SECRET = "a secret for tests that is long enough"
DEMO_PASSWORD = "a password for the demonstration"
