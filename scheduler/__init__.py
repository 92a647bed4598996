"""When to look again, the jobs that do it, and the daemon they run in."""
