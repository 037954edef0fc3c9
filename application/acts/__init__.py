"""What the privacy office does for persons: acts become events, requests are answered, erasures decided."""
