"""The web face: pages for people, made from the processes. Requests go in, HTML comes out; no rule lives here."""
