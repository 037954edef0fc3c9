// Command tessera adds entries to a log of Tessera's POSIX storage and says how long that took.
//
// Standard input holds the entries, each after its length in two bytes, as bundles of a log hold them. So many
// callers add them, each its next one when the one before is durable; or, with -published, when a signed
// checkpoint covers it. It prints one line of JSON; the time ends when a checkpoint covers everything.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// look is how often the published checkpoint is looked at.
const look = 5 * time.Millisecond

type figures struct {
	Entries   int     `json:"entries"`
	Durable   float64 `json:"durable_s"`   // until the last caller had its answer
	Seconds   float64 `json:"seconds"`     // until a checkpoint covered all of them
	Processor float64 `json:"processor_s"` // of this process, user and system
}

type options struct {
	folder    string
	callers   int
	batch     uint
	age       time.Duration
	published bool
}

func main() {
	var with options
	flag.StringVar(&with.folder, "folder", "", "where the log is made")
	flag.IntVar(&with.callers, "callers", 1024, "how many wait at a time")
	flag.UintVar(&with.batch, "batch", 256, "the most entries that are integrated together")
	flag.DurationVar(&with.age, "age", 10*time.Millisecond, "how long an entry waits for others")
	flag.BoolVar(&with.published, "published", false, "callers wait for a checkpoint")
	flag.Parse()
	entries, err := read(bufio.NewReaderSize(os.Stdin, 1<<20))
	if err != nil {
		log.Fatal(err)
	}
	found, err := measure(context.Background(), with, entries)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func read(from io.Reader) ([][]byte, error) {
	var entries [][]byte
	for {
		var size uint16
		if err := binary.Read(from, binary.BigEndian, &size); errors.Is(err, io.EOF) {
			return entries, nil
		} else if err != nil {
			return nil, err
		}
		entry := make([]byte, size)
		if _, err := io.ReadFull(from, entry); err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
}

func measure(ctx context.Context, with options, entries [][]byte) (*figures, error) {
	secret, _, err := note.GenerateKey(rand.Reader, "bench.example.nl/log")
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: with.folder})
	if err != nil {
		return nil, err
	}
	settings := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(100*time.Millisecond).
		WithBatching(with.batch, with.age).
		WithPushback(uint(2 * with.callers))
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, settings)
	if err != nil {
		return nil, err
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, look)
	add := func(entry []byte) error {
		future := appender.Add(ctx, tessera.NewEntry(entry))
		if with.published {
			_, _, err := awaiter.Await(ctx, future)
			return err
		}
		_, err := future()
		return err
	}
	used, began := processor(), time.Now()
	if err := callers(with.callers, entries, add); err != nil {
		return nil, err
	}
	durable := time.Since(began)
	// It returns when a checkpoint covers everything that was added.
	if err := shutdown(ctx); err != nil {
		return nil, err
	}
	return &figures{len(entries), durable.Seconds(), time.Since(began).Seconds(), processor() - used}, nil
}

// callers shares the entries out; the first error ends it.
func callers(count int, entries [][]byte, add func([]byte) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	failed := make(chan error, count)
	for range count {
		wait.Go(func() {
			for {
				number := next.Add(1) - 1
				if number >= int64(len(entries)) {
					return
				}
				if err := add(entries[number]); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wait.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func processor() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		log.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
