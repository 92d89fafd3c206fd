"""One message's story. Start reading in `dispatcher`."""
