"""From reviewed text to a release: the steps of `partage build`."""
