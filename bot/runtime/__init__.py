"""The process as seen from outside: health, supervision, shutdown."""
