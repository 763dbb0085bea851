"""The flows, the timeline and the disputes, drawn."""
