"""The web application: people see suggestions with their grounds, and decide. It computes nothing itself."""
