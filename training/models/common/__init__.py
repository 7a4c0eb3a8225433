"""Records: what every area uses."""
