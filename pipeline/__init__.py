"""The steps, in the order that data takes: typed records in, typed records out."""
