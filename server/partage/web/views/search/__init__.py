"""Searching, for people, scripts and browsers (OpenSearch)."""
