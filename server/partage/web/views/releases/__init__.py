"""Releases, what changed between two, their files, and Memento (RFC 7089)."""
