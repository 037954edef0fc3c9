"""Acts that preserve data for an authority: imposed, extended, released."""
