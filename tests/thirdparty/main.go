// Command verifier judges checkpoints, proofs and log folders with libraries of others, unchanged.
//
// It opens sealed values as well, with the standard library alone (envelope.go).
// It reads one question a line from standard input, as JSON, and prints one line for each: "ok", followed
// for a log by its size and for sealed values by what they are, or "refused: " and the library's reason. Byte strings are base64.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/transparency-dev/formats/log"
	cosigned "github.com/transparency-dev/formats/note"
	tlogproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// question is the union of all questions; Do chooses the fields that matter.
type question struct {
	Do              string
	Log             string   // verification key of the log
	Witnesses       []string // keys that must have cosigned a checkpoint
	Note            []byte
	File            []byte // a tlog-proof
	Entry           []byte
	Folder          string
	Policy          []byte
	Index, Old, New uint64
	Leaf            []byte
	OldRoot, Root   []byte
	Proof           [][]byte

	Ledger, Category string // of sealed values in an entry
	Key              []byte // their data key, or that of so many months earlier
	Months           uint64

	Value  []byte // of a key in a prefix tree; none: the key is absent
	Labels [][]byte
	Bits   []uint32
	Rows   [][]byte // keys and values of a whole tree
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<22)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if answer, err := judge(asked); err != nil {
			fmt.Fprintf(out, "refused: %q\n", err)
		} else {
			fmt.Fprintln(out, answer)
		}
	}
}

func judge(q question) (string, error) {
	switch q.Do {
	case "checkpoint":
		checkpoint, err := open(q.Note, q.Log, q.Witnesses)
		return fmt.Sprintf("ok %d", checkpoint.Size), err
	case "inclusion":
		return "ok", proof.VerifyInclusion(rfc6962.DefaultHasher, q.Index, q.New, q.Leaf, q.Proof, q.Root)
	case "consistency":
		return "ok", proof.VerifyConsistency(rfc6962.DefaultHasher, q.Old, q.New, q.Proof, q.OldRoot, q.Root)
	case "proof":
		return "ok", judgeProof(q)
	case "policy":
		return judgePolicy(q)
	case "folder":
		return judgeFolder(q)
	case "open":
		return openGroup(q)
	case "prefix":
		return "ok", judgePrefix(q)
	case "prefix tree":
		return judgePrefixTree(q)
	}
	return "", fmt.Errorf("unknown question %q", q.Do)
}

// open checks the signatures of a checkpoint: of its log, and of every witness that is named.
func open(content []byte, vkey string, witnesses []string) (log.Checkpoint, error) {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return log.Checkpoint{}, err
	}
	others := make([]note.Verifier, len(witnesses))
	for i, text := range witnesses {
		if others[i], err = cosigned.NewVerifierForCosignatureV1(text); err != nil {
			return log.Checkpoint{}, err
		}
	}
	checkpoint, _, opened, err := log.ParseCheckpoint(content, key.Name(), key, others...)
	if err != nil {
		return log.Checkpoint{}, err
	}
	if want := 1 + len(witnesses); len(opened.Sigs) != want {
		return log.Checkpoint{}, fmt.Errorf("%d of %d signatures verify", len(opened.Sigs), want)
	}
	return *checkpoint, nil
}

func judgeProof(q question) error {
	var file tlogproof.TLogProof
	if err := file.Unmarshal(q.File); err != nil {
		return err
	}
	checkpoint, err := open(file.Checkpoint, q.Log, q.Witnesses)
	if err != nil {
		return err
	}
	hashes := make([][]byte, len(file.Hashes))
	for i := range file.Hashes {
		hashes[i] = file.Hashes[i][:]
	}
	// Whoever gets a bundle has the hash of an entry, and not the entry.
	leaf := q.Leaf
	if len(leaf) == 0 {
		leaf = rfc6962.DefaultHasher.HashLeaf(q.Entry)
	}
	return proof.VerifyInclusion(rfc6962.DefaultHasher, file.Index, checkpoint.Size, leaf, hashes, checkpoint.Hash)
}

func judgePolicy(q question) (string, error) {
	policy, err := witness.ParsePolicy(q.Policy)
	if err != nil {
		return "", err
	}
	if !policy.Satisfied(q.Note) {
		return "", errors.New("the quorum is not there")
	}
	return "ok", nil
}
