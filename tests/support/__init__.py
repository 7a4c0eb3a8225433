"""What the tests stand on: databases, servers, a browser, a small world."""
