"""The pages, one module each with its own `router`. `review/app.py` lists them, and the navigation follows its list."""
