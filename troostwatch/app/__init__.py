"""Where services and infrastructure are joined, by lifetime: a process, a database connection, a command line."""
