"""Reading: nominations, vetting and seats."""
