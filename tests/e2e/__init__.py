"""Journeys: users type and click in a real browser, on the real server."""
