"""Forms: nominations, vetting and seats."""
