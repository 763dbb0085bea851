"""Releases: what was published when, kept so that it can be served and verified for ever."""
