"""What pictures of the whole show: the flows, the timeline, the disputes."""
