"""Everything that may go wrong, one case each, with the real process; the cases write docs/reliability.md."""
