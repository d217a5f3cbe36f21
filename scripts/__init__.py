"""What developers run by `make`. Nothing here is part of the installed program."""
