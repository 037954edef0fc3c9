-- One act of the privacy office is judged and recorded at a time. Waits until the one before it has ended.
-- The mode stands in the way of nothing but another act: rows of the table are read and written all the same.
-- Only the recorder may take it, so that nobody else holds up the office.
LOCK TABLE {events}.tracking IN SHARE UPDATE EXCLUSIVE MODE
