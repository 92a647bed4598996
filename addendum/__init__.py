"""Addendum watches the news about one story and tells people when an article that is already out is changed."""

__version__ = "0.1.0"
