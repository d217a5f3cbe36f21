"""A chat in the terminal, as plain lines (`app.py`) or with real buttons (`chat.py`). Importing this costs nothing."""
