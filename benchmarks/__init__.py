"""What the performance claims are measured with: `make bench`. Claims about time are ratios within one run."""
