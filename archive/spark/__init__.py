"""An archive on many machines by Apache Spark: its streams folded into rows of views, its questions answered.

What executors run (`sorting`, `folding`) imports no Spark and opens nothing but the archive.
"""
