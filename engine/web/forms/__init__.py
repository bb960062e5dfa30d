"""Forms: what a page asks for, what came back, and what waits for its person to sign in again."""
