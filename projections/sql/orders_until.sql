-- Orders with a clock that has passed, or passes by a time: those whose first clock does. until: timestamptz.
SELECT state FROM {views}.orders
WHERE due <= %(until)s
