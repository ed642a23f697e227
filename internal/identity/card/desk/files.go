// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"martinella/internal/identity/card"
)

// files are those of authorities, the fetched list's copy among them once it is there.
func (d *Desk) files() []string {
	out := append([]string{}, d.config.Files...)
	if d.config.ListURL != "" {
		if _, err := os.Stat(d.config.ListCopy); err == nil {
			out = append(out, d.config.ListCopy)
		}
	}
	return out
}

func readFile(name string, o card.ListOptions) ([]*x509.Certificate, *card.List, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	all, list, err := card.Read(f, o)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, list, nil
}

// stampOf changes when one of the files does.
func (d *Desk) stampOf() string {
	var b strings.Builder
	for _, name := range append(append(d.files(), d.config.Signers), d.crlFiles()...) {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		} else {
			fmt.Fprintf(&b, "%s is not there\n", name)
		}
	}
	return b.String()
}

// maxCRLFiles bounds a folder of revocation lists.
const maxCRLFiles = 200

// crlFiles are the configured file, or the files of the configured folder.
func (d *Desk) crlFiles() []string {
	if d.config.CRL == "" {
		return nil
	}
	entries, err := os.ReadDir(d.config.CRL)
	if err != nil {
		return []string{d.config.CRL}
	}
	var out []string
	for _, e := range entries[:min(len(entries), maxCRLFiles)] {
		if e.Type().IsRegular() || e.Type()&fs.ModeSymlink != 0 {
			out = append(out, filepath.Join(d.config.CRL, e.Name()))
		}
	}
	return out
}

func (d *Desk) readCRLs(trust *card.Trust) error {
	raw := map[string][]byte{}
	var errs []error
	for _, name := range d.crlFiles() {
		text, err := readBounded(name, card.MaxCRL)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		raw[name] = text
	}
	return errors.Join(append(errs, d.verifier.Revocation.SetLists(raw, trust.Authorities, d.clock.Now()))...)
}

func readBounded(name string, max int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, max+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(text)) > max {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, max)
	}
	return text, nil
}

// fetchList fetches the trusted list when it is due, and keeps it when it is
// good: a broken or forged one never takes the place of the last good one.
func (d *Desk) fetchList(ctx context.Context) error {
	if d.config.ListURL == "" || d.fetch == nil || !d.due() {
		return nil
	}
	raw, err := d.fetch.Get(ctx, d.config.ListURL)
	if err == nil {
		err = d.keepList(raw)
	}
	if err != nil {
		err = fmt.Errorf("the trusted list of %s: %w", d.config.ListURL, err)
		d.mu.Lock()
		d.fetched = d.clock.Now().Add(fetchAgain - fetchEvery)
		d.err = err
		d.mu.Unlock()
	}
	return err
}

// due says whether the list must be fetched: a day after the copy was written,
// or an hour after a failure.
func (d *Desk) due() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	if d.fetched.IsZero() {
		if info, err := os.Stat(d.config.ListCopy); err == nil {
			d.fetched = info.ModTime()
		}
	}
	return now.Sub(d.fetched) >= fetchEvery || d.fetched.After(now)
}

func (d *Desk) keepList(raw []byte) error {
	options, err := d.options()
	if err != nil {
		return err
	}
	if _, _, err := card.Read(bytes.NewReader(raw), options); err != nil {
		return err
	}
	part := d.config.ListCopy + ".part"
	if err := os.WriteFile(part, raw, 0o600); err != nil {
		return err
	}
	if err := os.Rename(part, d.config.ListCopy); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fetched, d.stamp = d.clock.Now(), "" // read it, though the disk's clock be too coarse to tell
	return nil
}
