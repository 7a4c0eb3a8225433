"""Forms: what every area uses."""
