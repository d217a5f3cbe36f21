"""How long people wait and what it costs, measured on the whole program between the stand-ins. Nothing is asserted."""
