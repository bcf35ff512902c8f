"""The dialogue in Telegram.

`receive` reads raw updates, `updates` keeps the few fields of them we need, `turn` answers one, `send` carries the
answer, `forget` removes what should not stay. `run` puts these together.
"""
