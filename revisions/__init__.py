"""The meaning of a change. Pure functions over plain data: no network, no database, no clock."""
