"""Whether the house keeps its rules: findings, who saw what, and what its notice states."""
