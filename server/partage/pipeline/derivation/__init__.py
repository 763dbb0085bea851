"""The graphs that the build makes: the current view, what is derived, statistics."""
