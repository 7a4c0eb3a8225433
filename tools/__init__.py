"""Tools of the build and the checks."""
