"""The stores of the releases: made when first asked for, and kept."""
