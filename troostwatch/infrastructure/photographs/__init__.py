"""The room of photographs: where they lie, how they come there, and what is there."""
