"""What this computer spends on frames."""
