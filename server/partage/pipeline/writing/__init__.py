"""A release's files, manifest and freezing."""
