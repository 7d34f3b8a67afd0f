"""The rules that streams are checked against."""
