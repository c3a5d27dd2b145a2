"""A stand-in of the package's interface, as far as a grading script needs it."""
