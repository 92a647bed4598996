"""The record: tables, migrations, the one write path, all queries."""
