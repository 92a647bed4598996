"""Pages, API and feeds of changes (FastAPI)."""
