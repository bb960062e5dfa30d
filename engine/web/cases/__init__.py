"""Pages of cases: lists, one case, its events, tasks, documents and drafts, and the places."""
