"""Find my cat: rank the pictures of a folder by their likeness to a handful."""
