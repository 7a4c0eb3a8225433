"""Pages: what every area uses."""
