"""Every benchmark, one after the other; each runs its peer in the same run and prints the ratio."""

from bench import decode, record

if __name__ == "__main__":
    decode.main()
    record.main()
