// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

type sourceJob struct {
	Source int64 `json:"source"`
}

// askDue has the servers asked whose time has come.
func (m *Module) askDue(ctx context.Context) error {
	rows, err := m.deps.DB.Query(ctx, "SELECT id FROM item_source WHERE next_at <= $1 AND NOT paused ORDER BY next_at LIMIT 1000", db.Ms(m.now()))
	due, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil || len(due) == 0 {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, id := range due {
			if err := m.askSource(ctx, tx, id, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// pull fetches a server's inventory and writes it into the stack, whole or not at
// all. A failure is the source's state; it is tried again at its next time.
func (m *Module) pull(ctx context.Context, id int64) error {
	p, err := scanSource(m.deps.DB.QueryRow(ctx, "SELECT "+sourceColumns+" FROM item_source WHERE id = $1", id))
	if db.NotFound(err) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	if _, err := m.deps.DB.Exec(ctx, "UPDATE item_source SET state = 'running', last_at = $1 WHERE id = $2", db.Ms(m.now()), id); err != nil {
		return err
	}
	imp, err := m.fetchSource(ctx, p)
	if err != nil && ctx.Err() != nil {
		return err // the program stops: another will do it
	}
	return m.pulled(ctx, p, imp, err)
}

// fetchSource asks the server and imports what it answers.
func (m *Module) fetchSource(ctx context.Context, p PullSource) (Import, error) {
	s, err := access.System("inventory").For(p.Organisation)
	if err != nil {
		return Import{}, err
	}
	c, err := m.wazuhOf(ctx, p)
	if err != nil {
		return Import{}, err
	}
	r, w := io.Pipe()
	failure := make(chan error, 1)
	go func() {
		err := c.write(ctx, w)
		failure <- err
		w.CloseWithError(err)
	}()
	imp, err := m.UploadNow(ctx, s, FromWazuh, p.Name, "", r)
	_ = r.Close() // ends the asking where the list was refused
	if asked := <-failure; asked != nil && fault.KindOf(asked) != fault.Internal {
		return imp, asked
	}
	if err != nil {
		return imp, err
	}
	if imp.State != Ready {
		if imp.Fault != nil {
			return imp, imp.Fault
		}
		return imp, fault.New(fault.Invalid, "inventory.source.answer")
	}
	return m.ApplyNow(ctx, s, imp.ID, true)
}

// wazuhOf makes the client of a source. The address must still be one the administrators allow.
func (m *Module) wazuhOf(ctx context.Context, p PullSource) (*wazuhClient, error) {
	e := p.SourceEntry
	if err := m.checkSource(&e, false); err != nil || !m.CanPull() {
		host, _ := hostOf(p.URL)
		return nil, fault.New(fault.Unavailable, "inventory.source.not_allowed", fault.P{"host": host})
	}
	var sealed []byte
	if err := m.deps.DB.QueryRow(ctx, "SELECT secret FROM item_source WHERE id = $1", p.ID).Scan(&sealed); err != nil {
		return nil, err
	}
	password, err := m.deps.Pull.Seal.Open(sealed, "inventory."+sourceObject(p.ID))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "inventory.source.password").Because(err)
	}
	var roots *x509.CertPool
	if p.Authority != "" {
		roots = x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(p.Authority))
	}
	client, err := m.deps.Pull.Client(roots)
	if err != nil {
		return nil, err
	}
	// An answer elsewhere could take the password there.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	pause := m.deps.Pull.Pause
	if pause == nil {
		pause = wait
	}
	return &wazuhClient{http: client, base: p.URL, user: p.User, password: string(password), pause: pause}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// pulled notes how an attempt ended, and when the next one is.
func (m *Module) pulled(ctx context.Context, p PullSource, imp Import, failure error) error {
	now := m.now()
	next := db.Ms(now.Add(time.Duration(p.Every) * time.Hour))
	if failure == nil {
		_, err := m.deps.DB.Exec(ctx, `UPDATE item_source SET state = 'good', next_at = $1, last_good_at = $2, fault_code = '', fault_params = '',
			hosts = $3, fresh = $4, changed = $5, gone = $6 WHERE id = $7`, next, db.Ms(now), imp.Hosts, imp.Fresh, imp.Changed, imp.Gone, p.ID)
		return err
	}
	f := fault.Of(failure)
	if f.Kind == fault.Internal {
		return failure // not the server's: the job is tried again
	}
	params, err := json.Marshal(f.Params)
	if err != nil {
		return fmt.Errorf("noting why a source failed: %w", err)
	}
	_, err = m.deps.DB.Exec(ctx, "UPDATE item_source SET state = 'failed', next_at = $1, fault_code = $2, fault_params = $3 WHERE id = $4", next, f.Code, string(params), p.ID)
	return err
}
