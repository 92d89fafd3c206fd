"""FAQ retrieval: entries, index, scoring, calibration. Knows no chat."""
