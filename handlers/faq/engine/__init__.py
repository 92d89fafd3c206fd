"""Which entry answers a question, and how surely. Start reading in `faq`."""
