"""What a chat knows beyond the owner's files: its own words, and how the FAQ is read with them."""
