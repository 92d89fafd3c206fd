"""Chinese and English text: normalise, segment, tag, extract. Knows no chat."""
