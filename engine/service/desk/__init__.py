"""What people keep beside the cases: notes, drafts, and views of lists."""
