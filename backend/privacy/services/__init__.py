"""Leaving, erasing an account, the time of keeping, and erasures remembered for a restored backup."""
