"""Queries written so that the engine joins fast: cardinalities, join order, first solutions."""
