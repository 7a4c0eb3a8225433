"""Test support: databases, servers, a browser, a small world of records."""
