"""What the owner has the bot learn from a corpus: word vectors and a language model, in one file."""
