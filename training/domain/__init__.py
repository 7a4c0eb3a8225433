"""The rules and the use cases. Nothing here knows HTTP or roles, and nothing commits."""
