"""Until when data is kept: periods, holds, erasures, and the decisions on them."""
