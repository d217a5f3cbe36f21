"""The running program: whoever speaks to disks, networks and clocks. What is said, and in which order, is not here."""
