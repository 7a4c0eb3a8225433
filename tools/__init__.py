"""What the build and the checks need beside the product."""
