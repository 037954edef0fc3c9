"""What the privacy office handles: requests, incidents and complaints, with their clocks."""
