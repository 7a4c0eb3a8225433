"""Reading: what every area uses."""
