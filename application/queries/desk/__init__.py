"""The disclosure desk: what is due, what an order may have, what is secret, how many orders there were."""
