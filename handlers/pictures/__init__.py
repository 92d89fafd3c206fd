"""Pictures of words: drawn off the loop, in a font that is really there, on a card that reads in dark and in light."""
