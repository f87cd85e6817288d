// SPDX-License-Identifier: Apache-2.0

// Command gocheck audits the folder of a log with other people's code: the Merkle tree and signed notes of
// golang.org/x/mod/sumdb, which the Go project's own checksum database runs on. It shares nothing with the Python
// code but the published formats (C2SP tlog-tiles, tlog-checkpoint, signed-note).
//
// It checks the checkpoint's signature and origin, every entry bundle, every entry against its leaf hash, every tile
// that the size calls for, full and partial, and the root. It ignores the journal and what entries mean.
//
// Usage: gocheck VKEY LOGDIR. Exit code 0 if all holds, 1 if something does not, 2 for a wrong call.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// memory holds the hashes of a tree in tlog's storage order.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("hash %d of %d", index, len(m))
		}
		found[i] = m[index]
	}
	return found, nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gocheck VKEY LOGDIR")
		os.Exit(2)
	}
	size, root, err := check(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "gocheck:", err)
		os.Exit(1)
	}
	fmt.Printf("%d entries, root %v; witnesses not checked\n", size, root)
}

func check(vkey, dir string) (int64, tlog.Hash, error) {
	origin, size, root, err := readCheckpoint(vkey, dir)
	if err != nil {
		return 0, root, err
	}
	hashes, err := readEntries(dir, size)
	if err != nil {
		return 0, root, err
	}
	if err := checkTiles(dir, size, hashes); err != nil {
		return 0, root, err
	}
	made := tlog.Hash(sha256.Sum256(nil)) // the empty tree, which this version of tlog leaves out
	if size > 0 {
		if made, err = tlog.TreeHash(size, hashes); err != nil {
			return 0, root, err
		}
	}
	if made != root {
		return 0, root, fmt.Errorf("root of %s at %d: expected %v, got %v", origin, size, root, made)
	}
	return size, root, nil
}

func readCheckpoint(vkey, dir string) (origin string, size int64, root tlog.Hash, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", 0, root, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return "", 0, root, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return "", 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return "", 0, root, errors.New("checkpoint: expected origin, size and root of the key's log")
	}
	size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return "", 0, root, fmt.Errorf("checkpoint: expected a size, got %q", lines[1])
	}
	digest, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || copy(root[:], digest) != tlog.HashSize || len(digest) != tlog.HashSize {
		return "", 0, root, fmt.Errorf("checkpoint: expected a root of 32 bytes, got %q", lines[2])
	}
	return lines[0], size, root, nil
}

// readEntries returns the hashes of the whole tree, made from the entries alone.
func readEntries(dir string, size int64) (memory, error) {
	hashes := make(memory, 0, tlog.StoredHashCount(size))
	for first := int64(0); first < size; first += width {
		count := size - first
		if count > width {
			count = width
		}
		data, err := os.ReadFile(filepath.Join(dir, path("entries", first/width, int(count))))
		if err != nil {
			return nil, err
		}
		for n := int64(0); n < count; n++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %d: expected entry %d, got the end", first/width, first+n)
			}
			length := int(binary.BigEndian.Uint16(data))
			added, err := tlog.StoredHashes(first+n, data[2:2+length], hashes)
			if err != nil {
				return nil, err
			}
			hashes = append(hashes, added...)
			data = data[2+length:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("bundle %d: expected its end, got %d more bytes", first/width, len(data))
		}
	}
	return hashes, nil
}

func checkTiles(dir string, size int64, hashes memory) error {
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if last := int((size >> (8 * tile.L)) % width); tile.W != width && tile.W != last {
			continue // a partial tile that the log passed through on its way to this size
		}
		made, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		name := path(strconv.Itoa(tile.L), tile.N, tile.W)
		stored, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if !bytes.Equal(made, stored) {
			return fmt.Errorf("%s: expected the hashes of what is below it, got others", name)
		}
	}
	return nil
}

// path returns where C2SP tlog-tiles keeps a tile or bundle.
func path(level string, n int64, w int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if w < width {
		name += ".p/" + strconv.Itoa(w)
	}
	return "tile/" + level + "/" + name
}
