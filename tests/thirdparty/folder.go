package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// folder reads the tiles of a log as static files, by the paths of tlog-tiles: those of the sum database
// without the height.
type folder string

func (f folder) Height() int { return tileHeight }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		content, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		data[i] = content
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// judgeFolder authenticates every leaf hash of a log against its signed checkpoint, then every entry of
// its bundles against its leaf hash.
func judgeFolder(q question) (string, error) {
	content, err := os.ReadFile(filepath.Join(q.Folder, "checkpoint"))
	if err != nil {
		return "", err
	}
	checkpoint, err := open(content, q.Log, q.Witnesses)
	if err != nil {
		return "", err
	}
	tree := tlog.Tree{N: int64(checkpoint.Size), Hash: tlog.Hash(checkpoint.Hash)}
	reader := tlog.TileHashReader(tree, folder(q.Folder))
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		if err := judgeBundle(q.Folder, first, min(tree.N-first, 1<<tileHeight), reader); err != nil {
			return "", fmt.Errorf("entries from %d on: %w", first, err)
		}
	}
	return fmt.Sprintf("ok %d", tree.N), nil
}

func judgeBundle(root string, first, width int64, reader tlog.HashReader) error {
	indexes := make([]int64, width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	tile := tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: int(width)}
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", tileHeight), "tile/entries/", 1)
	bundle, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return err
	}
	for i, want := range hashes {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return fmt.Errorf("entry %d is cut off", i)
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		if tlog.RecordHash(bundle[2:end]) != want {
			return fmt.Errorf("entry %d is not what was signed", i)
		}
		bundle = bundle[end:]
	}
	if len(bundle) > 0 {
		return fmt.Errorf("%d bytes too many", len(bundle))
	}
	return nil
}
