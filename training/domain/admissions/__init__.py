"""Rules and use cases: nominations, vetting and seats."""
