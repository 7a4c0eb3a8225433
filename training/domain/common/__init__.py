"""Rules and use cases: what every area uses."""
