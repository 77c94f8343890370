"""What the program knows: the registry of models, how they are prepared and loaded, and what the project trained."""
