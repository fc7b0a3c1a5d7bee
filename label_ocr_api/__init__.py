"""The label service: photographs in over HTTP, codes out. Its modules import each other relative to `app`."""
