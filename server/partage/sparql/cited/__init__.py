"""Queries that are cited: their normal form, the digest of their result, where they are kept."""
