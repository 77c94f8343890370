"""The command line: reads arguments, calls the pipeline or the flows, prints results and errors for people."""

__version__ = "0.1.0"
