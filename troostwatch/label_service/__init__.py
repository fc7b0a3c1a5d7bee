"""The label service."""
