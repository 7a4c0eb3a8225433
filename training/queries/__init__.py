"""Every SELECT and every lock, and the rows that pages show."""
