"""What a few words find, and the index it is found in."""
