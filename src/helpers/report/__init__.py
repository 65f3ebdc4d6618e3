"""What the lessons record, and the HTML site made of it."""
