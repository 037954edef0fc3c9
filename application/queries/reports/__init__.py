"""What is made for a person who asks: the access report in its parts, and data to take along."""
