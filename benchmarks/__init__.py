"""Measurements that anyone can run; their results are written beside them."""
