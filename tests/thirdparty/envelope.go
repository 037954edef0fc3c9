package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// The envelope of sealed values, by its specification (docs/reference/envelope.md) and the standard library alone.
const (
	formatGroup = 3
	nonceBytes  = 12
	keyIDInfo   = "processing-ledger/key-id/1"
	ratchetInfo = "processing-ledger/ratchet/1"
)

type header struct {
	Stream string
}

type state struct {
	ID, Source string
	Sealed     map[string]group
}

type group struct {
	Key    string
	Fields []string
	Blob   []byte // base64 in JSON
}

// openGroup opens the values of one category in an entry and prints them as a JSON object, sorted by field.
func openGroup(q question) (string, error) {
	first, rest, found := bytes.Cut(q.Entry, []byte("\n"))
	var head header
	var body state
	if err := errors.Join(json.Unmarshal(first, &head), json.Unmarshal(rest, &body)); !found || err != nil {
		return "", errors.Join(errors.New("no entry"), err)
	}
	sealed, is := body.Sealed[q.Category]
	if !is {
		return "", errors.New("the event has no values of this category")
	}
	key, err := keyOf(q.Key, q.Months, sealed.Key)
	if err != nil {
		return "", err
	}
	place := []any{q.Ledger, head.Stream, body.Source, body.ID, q.Category, sealed.Fields, sealed.Key}
	text, err := openBlob(key, sealed.Blob, place)
	if err != nil {
		return "", err
	}
	var values []json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil {
		return "", err
	}
	if len(values) != len(sealed.Fields) {
		return "", errors.New("not a value for each field")
	}
	opened := map[string]json.RawMessage{}
	for i, field := range sealed.Fields {
		opened[field] = values[i]
	}
	answer, err := json.Marshal(opened)
	return "ok " + string(answer), err
}

// keyOf derives the key of a month that is so many months after that of a given key, and compares its id.
func keyOf(key []byte, months uint64, id string) ([]byte, error) {
	var err error
	for range months {
		if key, err = hkdf.Key(sha256.New, key, nil, ratchetInfo, sha256.Size); err != nil {
			return nil, err
		}
	}
	name, err := hkdf.Key(sha256.New, key, nil, keyIDInfo, sha256.Size)
	if err == nil && base64.RawURLEncoding.EncodeToString(name) != id {
		err = errors.New("it is another key")
	}
	return key, err
}

// openBlob opens format, nonce and AES-256-GCM ciphertext, bound to the format and a place.
func openBlob(key, blob []byte, place []any) ([]byte, error) {
	if len(blob) <= 1+nonceBytes || blob[0] != formatGroup {
		return nil, fmt.Errorf("no blob of format %d", formatGroup)
	}
	bound, err := json.Marshal(place)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, blob[1:1+nonceBytes], blob[1+nonceBytes:], append(blob[:1:1], bound...))
}
