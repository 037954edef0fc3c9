"""An archive on many machines by Apache Spark: its streams folded into rows of views, its questions answered.

The modules for executors (`sorting`, `folding`) import no Spark and open nothing but the archive.
"""
