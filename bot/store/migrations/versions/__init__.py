"""One file a step, numbered. Each says how to go and how to come back."""
