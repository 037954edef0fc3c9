package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"filippo.io/torchwood/prefix"
)

// judgePrefix checks the proof that a prefix tree has a value for a key, or nothing.
func judgePrefix(q question) error {
	proof := make([]prefix.ProofNode, len(q.Proof))
	for i, value := range q.Proof {
		label, err := prefix.NewLabel(q.Bits[i], q.Labels[i])
		if err != nil {
			return err
		}
		proof[i] = prefix.ProofNode{Label: label, Hash: hashNode(label, value)}
	}
	key, root := [32]byte(q.Key), [32]byte(q.Root)
	if len(q.Value) == 0 {
		return prefix.VerifyNonMembershipProof(sha256.Sum256, key, proof, root)
	}
	return prefix.VerifyMembershipProof(sha256.Sum256, key, [32]byte(q.Value), proof, root)
}

// hashNode binds a node's label to its hash. The library takes hashes and labels as they come, so that a hash
// under a wrong label would prove absent what is there.
func hashNode(label prefix.Label, value []byte) [32]byte {
	named := sha256.Sum256(append(binary.BigEndian.AppendUint32(nil, label.BitLen()), label.Bytes()...))
	return sha256.Sum256(append(bytes.Clone(value), named[:]...))
}

// judgePrefixTree makes a tree of some rows and compares its root.
func judgePrefixTree(q question) (string, error) {
	ctx, store := context.Background(), prefix.NewMemoryStorage()
	if err := prefix.InitStorage(ctx, sha256.Sum256, store); err != nil {
		return "", err
	}
	tree := prefix.NewTree(sha256.Sum256, store)
	for _, row := range q.Rows {
		if err := tree.Insert(ctx, [32]byte(row[:32]), [32]byte(row[32:])); err != nil {
			return "", err
		}
	}
	root, err := tree.RootHash(ctx)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(root[:], q.Root) {
		return "", errors.New("the root is another one")
	}
	return "ok", nil
}
