"""Pictures in files: reading one, and writing many as class folders or as records."""
