"""Artists described by words: from tags and texts to vectors, neighbours and explanations."""
