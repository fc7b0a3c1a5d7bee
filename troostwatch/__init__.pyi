from troostwatch.api import open as open  # noqa: A004
from troostwatch.api import read as read

__version__: str
__all__ = ["__version__", "open", "read"]
