"""The referee's Python side: split, views, validation, scoring, bank and blends."""
