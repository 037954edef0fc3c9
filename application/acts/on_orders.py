"""Acts on orders of authorities: each is judged and recorded under the lock of the office."""
