"""What is said to a person, and in which order. No I/O, no clock, no randomness and no library but Python's own."""
