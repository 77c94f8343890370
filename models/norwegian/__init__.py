"""The Norwegian spaCy pipeline: what it is made of (layers.py) and how it is trained (train.py)."""
