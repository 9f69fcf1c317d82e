"""What a lesson draws: plots, sketches, explorables."""
