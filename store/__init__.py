"""What is kept: projects, interviews, the steps' results, people's decisions, and the recordings."""
