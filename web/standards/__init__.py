"""Read interfaces that others published: Logboek Dataverwerkingen, and VNG Verwerkingenlogging."""
