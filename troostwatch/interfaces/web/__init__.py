"""The desk: review, lots and search in a browser."""
