"""Rules, wording, channels, and the outbox that delivers."""
