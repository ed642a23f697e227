// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"filippo.io/age"

	"martinella/internal/platform/secret"
)

// Key seals and opens objects. The first identity of its file seals, all of
// them open: to change the key, put a new one on the first line.
type Key struct {
	seal age.Recipient
	open []age.Identity
}

// LoadKey reads an age identity file ("AGE-SECRET-KEY-1…", as age-keygen
// writes it, so that age itself opens the objects without this program). A
// missing file is made when create is true.
func LoadKey(path string, create bool) (*Key, error) {
	text, err := secret.ReadFile(path)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(path); err != nil {
			return nil, err
		}
		text, err = secret.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("blob: the key: %w", err)
	}
	return parseKey(path, text)
}

func makeKey(path string) error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("blob: making a key: %w", err)
	}
	return secret.MakeFile(path, fmt.Sprintf("# The key of Martinella's files. Without it they cannot be read.\n# public key: %s\n%s\n", id.Recipient(), id))
}

func parseKey(path string, text []byte) (*Key, error) {
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		// Not the error's own text: it could quote the key.
		return nil, fmt.Errorf("blob: %s is not a file of age identities (AGE-SECRET-KEY-1…)", path)
	}
	first, ok := ids[0].(*age.X25519Identity)
	if !ok {
		return nil, fmt.Errorf("blob: the first identity in %s is not an X25519 one", path)
	}
	return &Key{seal: first.Recipient(), open: ids}, nil
}

// NewKey makes a key that is kept nowhere: for tests.
func NewKey() (*Key, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	return &Key{seal: id.Recipient(), open: []age.Identity{id}}, nil
}

// KeyExists says whether there is a file at path; for the doctor.
func KeyExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
