"""The engines that hold a dataset and answer queries, and how a dataset gets into them."""
