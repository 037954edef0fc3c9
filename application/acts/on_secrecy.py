"""Acts on the secrecy of orders and disclosures: imposed, reviewed, lifted."""
