"""Every benchmark, one after the other; each runs its peer in the same run and prints the ratio."""

from bench import (
    archive,
    audit,
    decode,
    findings,
    forgetting,
    kafka,
    library,
    projection,
    prune,
    publishing,
    record,
    report,
    scale,
    several,
    spark,
    tlog,
)
from bench.peers import gdprbench, side_by_side
from bench.tools.arguments import explain

if __name__ == "__main__":
    explain(__doc__)
    decode.main()
    record.main()
    publishing.main()
    side_by_side.main(side_by_side.ROUNDS, side_by_side.EVENTS)
    gdprbench.main(gdprbench.OPERATIONS, gdprbench.RECORDS)
    kafka.main()
    projection.main()
    library.main()
    scale.main()
    forgetting.main()
    prune.main()
    findings.main()
    report.main()
    audit.main()
    several.main()
    archive.main(archive.EVENTS, archive.COPIES)
    spark.main()
    tlog.main()
