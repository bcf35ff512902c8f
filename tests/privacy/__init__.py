"""No conversation stays: what the bot writes, keeps in memory and leaves in the chat is searched for people we made up.

Every search that finds nothing has a control beside it: the same search, one protection switched off, finds the people.
"""
