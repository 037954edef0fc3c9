"""What the disclosure desk gives and publishes: the data of an order, and how many orders there were."""
