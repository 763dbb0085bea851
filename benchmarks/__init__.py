"""The bench: see README.md beside this file."""
