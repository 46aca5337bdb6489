"""MODELS: what is trained."""
