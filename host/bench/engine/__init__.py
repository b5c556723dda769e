"""What an inference costs, operator by operator."""
