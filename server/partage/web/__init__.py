"""HTTP: the only room that knows Flask, statuses and pages."""
