"""Real workers killed at random moments while payments are made: nothing twice, nothing lost (X2, P4)."""
