"""What is shown of each kind of run: latency, power, and several of a kind beside each other."""
