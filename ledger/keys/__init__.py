"""Keys and data subjects in the database: made, looked up, opened, wrapped again."""
