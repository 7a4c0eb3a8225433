"""Records: nominations, vetting and seats."""
