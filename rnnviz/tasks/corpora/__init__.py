"""Small sets of sentences, written for this project: few words, each used often, for a small network to learn."""
