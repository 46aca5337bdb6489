"""EVALUATION: measures that cannot flatter, always beside baselines."""
