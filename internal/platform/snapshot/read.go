// SPDX-License-Identifier: EUPL-1.2

package snapshot

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"

	"martinella/internal/platform/db"
)

// ErrNotEmpty means that the instance to restore into has been used.
var ErrNotEmpty = errors.New("snapshot: the instance is not empty")

// Store takes sealed attachments in.
type Store interface {
	Put(ctx context.Context, name string, sealed io.Reader) error
	Delete(ctx context.Context, name string) error
}

// Target is the instance to restore into: a database without tables, or one that
// was never used.
type Target struct {
	DB      *db.DB
	Blobs   Store
	Modules []db.Migration
	// Progress is told of each table when it has been read; nil: nobody.
	Progress func(table string, rows int64)
}

// Report is what was restored.
type Report struct {
	Head     Head
	Manifest Manifest
}

// Read restores a snapshot, whole or not at all, and then brings its schema up
// to this program's. What it wrote is read back and held against the snapshot.
func Read(ctx context.Context, t Target, r io.Reader) (rep Report, err error) {
	unpacked, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return rep, fmt.Errorf("snapshot: %w", err)
	}
	defer unpacked.Close()
	in := &reader{tar: tar.NewReader(unpacked), blobs: map[string]Blob{}, columns: map[string][]string{}}
	if rep.Head, err = in.head(); err != nil {
		return rep, err
	}
	if err := t.prepare(ctx, rep.Head); err != nil {
		return rep, err
	}
	err = t.DB.Tx(ctx, func(tx *db.Tx) error {
		rep.Manifest, err = t.fill(ctx, tx, in)
		return err
	})
	if err != nil {
		return rep, errors.Join(fmt.Errorf("snapshot: %w", err), t.takeBack(ctx, in))
	}
	_, err = t.DB.Migrate(ctx, t.Modules)
	return rep, err
}

// prepare makes the tables of the snapshot's program in a database nobody has used.
func (t Target) prepare(ctx context.Context, h Head) error {
	known := map[string]int{}
	for _, m := range t.Modules {
		steps, err := m.Steps(t.DB.Dialect())
		if err != nil {
			return err
		}
		known[m.Module] = len(steps)
	}
	for module, number := range h.Schema {
		if number > known[module] {
			return fmt.Errorf("snapshot: it was made by a newer program (%s): %s is at step %d, this program knows %d", h.Program, module, number, known[module])
		}
	}
	if _, err := t.DB.MigrateTo(ctx, t.Modules, h.Schema); err != nil {
		return err
	}
	now, err := db.Schema(ctx, t.DB)
	if err != nil {
		return err
	}
	for module, number := range now {
		if number != h.Schema[module] {
			return fmt.Errorf("%w: its schema is another one's (%s)", ErrNotEmpty, module)
		}
	}
	var used int
	if err := t.DB.QueryRow(ctx, "SELECT (SELECT COUNT(*) FROM audit_entry) + (SELECT COUNT(*) FROM job) + (SELECT COUNT(*) FROM event)").Scan(&used); err != nil {
		return err
	}
	if used > 0 {
		return ErrNotEmpty
	}
	return nil
}

// fill reads everything and compares it at the end.
func (t Target) fill(ctx context.Context, tx *db.Tx, in *reader) (m Manifest, err error) {
	tables, err := db.Tables(ctx, tx)
	if err != nil {
		return m, err
	}
	for _, name := range tables { // rows that the schema itself brings
		if err := tx.Empty(ctx, name); err != nil {
			return m, err
		}
	}
	err = tx.LooseForeignKeys(ctx, func() error {
		m, err = in.rest(ctx, t, tx)
		return err
	})
	if err != nil {
		return m, err
	}
	if err := tx.SetCounters(ctx, m.Counters); err != nil {
		return m, err
	}
	return m, t.compare(ctx, tx, m, in.blobs)
}

// compare reads back what was written.
func (t Target) compare(ctx context.Context, tx *db.Tx, want Manifest, blobs map[string]Blob) error {
	got := Manifest{Tables: map[string]Table{}, Blobs: blobs}
	tables, err := db.Tables(ctx, tx)
	if err != nil {
		return err
	}
	for _, name := range tables {
		if _, said := want.Tables[name]; !said {
			return fmt.Errorf("the snapshot does not speak of the table %s", name)
		}
		if got.Tables[name], err = (Source{}).table(ctx, tx, name, nil); err != nil {
			return err
		}
	}
	return want.differences(got)
}

// takeBack removes the attachments of a snapshot that was not restored.
func (t Target) takeBack(ctx context.Context, in *reader) error {
	var errs []error
	for name := range in.blobs {
		errs = append(errs, t.Blobs.Delete(context.WithoutCancel(ctx), name))
	}
	return errors.Join(errs...)
}

// reader reads the archive in order.
type reader struct {
	tar     *tar.Reader
	next    *tar.Header // the file being read
	ahead   *tar.Header // the one after an attachment, once that has been read to its end
	columns map[string][]string
	blobs   map[string]Blob // those written to the store
}

// maxJSON bounds the files that are read whole: head, columns, manifest.
const maxJSON = 256 << 20

func (in *reader) head() (h Head, err error) {
	first, err := in.tar.Next()
	if err != nil || first.Name != "head.json" {
		return h, errors.Join(errors.New("snapshot: this is no snapshot of Martinella"), err)
	}
	if err := in.decode(&h); err != nil {
		return h, err
	}
	if h.Format != format {
		return h, fmt.Errorf("snapshot: format %d, this program knows %d", h.Format, format)
	}
	return h, nil
}

func (in *reader) decode(v any) error {
	if err := json.NewDecoder(io.LimitReader(in.tar, maxJSON)).Decode(v); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// rest reads tables and attachments up to the manifest.
func (in *reader) rest(ctx context.Context, t Target, tx *db.Tx) (m Manifest, err error) {
	in.next, err = in.tar.Next()
	for {
		switch {
		case errors.Is(err, io.EOF):
			return m, errors.New("it was cut off: the manifest is missing")
		case err != nil:
			return m, err
		case in.next.Name == "manifest.json":
			return m, in.decode(&m)
		}
		if err := in.one(ctx, t, tx); err != nil {
			return m, fmt.Errorf("%s: %w", in.next.Name, err)
		}
		in.next, err = in.advance()
	}
}

// advance gives the next file, unless reading an attachment has come to it already.
func (in *reader) advance() (*tar.Header, error) {
	if in.ahead != nil {
		h := in.ahead
		in.ahead = nil
		return h, nil
	}
	return in.tar.Next()
}

var (
	tableFile = regexp.MustCompile(`^tables/([a-z0-9_]+)/(columns\.json|[0-9]{6}\.jsonl)$`)
	blobFile  = regexp.MustCompile(`^blobs/([0-9a-f]{40})/[0-9]{4}$`)
)

// one reads one file of a table, or all of an attachment.
func (in *reader) one(ctx context.Context, t Target, tx *db.Tx) error {
	if m := blobFile.FindStringSubmatch(in.next.Name); m != nil {
		return in.blob(ctx, t, m[1])
	}
	m := tableFile.FindStringSubmatch(in.next.Name)
	if m == nil {
		return errors.New("a file that does not belong in a snapshot")
	}
	if m[2] == "columns.json" {
		return in.tableColumns(ctx, tx, m[1])
	}
	return in.rows(ctx, t, tx, m[1])
}

// tableColumns holds the snapshot's columns against the table's: what is
// interpolated into SQL afterwards is what the database itself has.
func (in *reader) tableColumns(ctx context.Context, tx *db.Tx, table string) error {
	var said []string
	if err := in.decode(&said); err != nil {
		return err
	}
	have, err := db.Columns(ctx, tx, table)
	if err != nil {
		return err
	}
	if len(have) == 0 || strings.Join(said, ",") != strings.Join(have, ",") {
		return fmt.Errorf("the table has other columns: %v instead of %v", have, said)
	}
	in.columns[table] = have
	return nil
}

// batch is how many rows are written at once.
const batch = 1000

func (in *reader) rows(ctx context.Context, t Target, tx *db.Tx, table string) error {
	columns := in.columns[table]
	if columns == nil {
		return errors.New("rows before the columns")
	}
	lines := bufio.NewScanner(in.tar)
	lines.Buffer(make([]byte, 64<<10), 64<<20)
	var rows [][]any
	n := int64(0)
	for lines.Scan() {
		row, err := parseRow(bytes.TrimSpace(lines.Bytes()), len(columns))
		if err != nil {
			return err
		}
		if rows = append(rows, row); len(rows) == batch {
			if err := tx.BulkInsert(ctx, table, columns, rows); err != nil {
				return err
			}
			n, rows = n+batch, rows[:0]
		}
	}
	if t.Progress != nil {
		t.Progress(table, n+int64(len(rows)))
	}
	return errors.Join(lines.Err(), tx.BulkInsert(ctx, table, columns, rows))
}

// blob streams the files of one attachment into the store.
func (in *reader) blob(ctx context.Context, t Target, name string) error {
	if err := t.Blobs.Delete(ctx, name); err != nil { // what an attempt that was killed left
		return err
	}
	in.blobs[name] = Blob{} // from here on there is something to take back
	content := &parts{in: in, prefix: path.Dir(in.next.Name) + "/", sum: sha256.New()}
	if err := t.Blobs.Put(ctx, name, content); err != nil {
		return err
	}
	in.blobs[name] = Blob{Size: content.size, SHA256: hex.EncodeToString(content.sum.Sum(nil))}
	return nil
}

// SameStore is the store of an instance that moves to another database and
// leaves its attachments where they are.
type SameStore struct{}

// Put implements Store: the object is there.
func (SameStore) Put(_ context.Context, _ string, sealed io.Reader) error {
	_, err := io.Copy(io.Discard, sealed)
	return err
}

// Delete implements Store.
func (SameStore) Delete(context.Context, string) error { return nil }
