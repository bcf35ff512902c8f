"""Sessions: what is remembered between two messages of one person, and how it is forgotten.

Buttons alone carry a dialogue. A session exists only so that typed words have a context, and so that the quick exit
and the hiding after silence know which messages to remove. Nothing in this room may ever touch a disk.
"""
