"""Tables of what people keep beside the cases."""
