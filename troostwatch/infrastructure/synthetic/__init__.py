"""Label photographs drawn by us, with exact truth: for the demo, for tests and for training."""
