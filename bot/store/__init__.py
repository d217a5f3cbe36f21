"""All that outlives the process: one module a table, and nobody else knows the database. Nothing is decided here.

Nothing is imported here either, so that making a key does not load a database library.
"""
