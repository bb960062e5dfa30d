"""What is told: notices written with a change, and the outbox from which they are sent."""
