"""Things and the documents about them (Cool URIs)."""
