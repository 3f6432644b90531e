"""Storage, hash chain and keys."""
