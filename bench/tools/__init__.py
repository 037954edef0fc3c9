"""What benchmarks share: their command line, made-up work, ledgers to measure, processor time, results."""
