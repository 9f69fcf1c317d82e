"""What turns lessons into notebooks, runs them and collects their results."""
