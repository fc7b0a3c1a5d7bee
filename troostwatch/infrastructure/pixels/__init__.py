"""Pictures from strangers, opened with care."""
