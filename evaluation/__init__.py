"""How good the suggestions are: evidence gathered from material with experts' labels, measured, and told."""
