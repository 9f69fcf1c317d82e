"""Where data and weights come from: real, downloaded, drawn or embedded, and why."""
