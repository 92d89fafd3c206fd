"""How good an FAQ is, measured."""
