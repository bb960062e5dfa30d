"""What keeps going: the scheduler, the delivery of messages, the server, and its log lines."""
