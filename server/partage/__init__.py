"""Partage: the citable knowledge graph of data-sharing agreements."""

__version__ = "0.1.0"
