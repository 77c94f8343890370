"""Prefect: order, retries, progress. It computes nothing itself; the steps are in pipeline/, the facts in store/."""
