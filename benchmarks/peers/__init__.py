"""Bots that ours is measured against, each written as its library's own documents teach it, and run by `.venv-peers`.

They promise less: what a person has said is kept in memory, and a booking whose answer is lost is an error. Nothing of
ours is imported here.
"""
