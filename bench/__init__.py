"""Benchmarks: quality, speed and memory measured against targets, outside the tests."""
