"""What an FAQ is made of, and the files it stands in."""
