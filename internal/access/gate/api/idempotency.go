// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// keyHeader is the header of draft-ietf-httpapi-idempotency-key-header.
const keyHeader = "Idempotency-Key"

// answersKept is for how long the same key gives the same answer.
const answersKept = 24 * time.Hour

const maxKey = 255

// keyed says whether the request must have its effect once at most.
func (c *call) keyed() bool {
	return c.req.R.Method == http.MethodPost && c.req.R.Header.Get(keyHeader) != ""
}

// key gives the key, or refuses one that is none.
func (c *call) key() (string, error) {
	key := c.req.R.Header.Get(keyHeader)
	if len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", fault.New(fault.Malformed, "api.idempotency_key", fault.P{"n": maxKey})
	}
	return key, nil
}

// once does the room's part in one transaction with keeping its answer, so that
// after a crash either both are there or neither. A second request with the key
// waits for the first on the row, and is given its answer. An error keeps
// nothing: the same request may be tried again.
func (c *call) once(do func() (*result, error)) (res *result, err error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	outer, print := c.req.R, c.fingerprint()
	defer func() { c.req.R = outer }()
	err = c.api.deps.DB.Within(c.req.Context(), func(ctx context.Context, tx *db.Tx) error {
		c.req.R = outer.WithContext(ctx)
		first, err := c.claim(ctx, tx, key, print)
		if err != nil {
			return err
		}
		if !first {
			res, err = c.recall(ctx, tx, key, print)
			return err
		}
		if res, err = do(); err != nil {
			return err
		}
		return c.remember(ctx, tx, key, res)
	})
	return res, err
}

// answered says whether an earlier request with the key has its answer, and will
// still have it when this one comes to ask.
func (c *call) answered() (known bool, err error) {
	if !c.keyed() {
		return false, nil
	}
	key, err := c.key()
	if err != nil {
		return false, err
	}
	row := c.api.deps.DB.QueryRow(c.req.Context(), "SELECT EXISTS (SELECT 1 FROM api_answer WHERE holder = $1 AND idempotency_key = $2 AND created_at > $3)",
		holder(c.req), key, db.Ms(c.api.deps.Clock.Now().Add(time.Hour-answersKept)))
	if err := row.Scan(&known); err != nil {
		return false, fmt.Errorf("looking for an earlier answer: %w", err)
	}
	return known, nil
}

// claim writes the key down; false when somebody has before.
func (c *call) claim(ctx context.Context, tx *db.Tx, key string, print []byte) (bool, error) {
	now := c.api.deps.Clock.Now()
	if _, err := tx.Exec(ctx, "DELETE FROM api_answer WHERE holder = $1 AND idempotency_key = $2 AND created_at <= $3",
		holder(c.req), key, db.Ms(now.Add(-answersKept))); err != nil {
		return false, fmt.Errorf("forgetting an old answer: %w", err)
	}
	r, err := tx.Exec(ctx, `INSERT INTO api_answer (holder, idempotency_key, request_hash, created_at, status, location, etag)
		VALUES ($1,$2,$3,$4,0,'','') ON CONFLICT DO NOTHING`, holder(c.req), key, c.kept(print), db.Ms(now))
	if err != nil {
		return false, fmt.Errorf("claiming an idempotency key: %w", err)
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// printUse names the signatures under what requests say.
const printUse = "idempotency"

// fingerprint tells one request from another: method, address and body.
func (c *call) fingerprint() []byte {
	r := c.req.R
	_, _ = fmt.Fprintf(c.hash, "\x00%s %s", r.Method, r.URL.RequestURI()) // a hash never fails
	return c.hash.Sum(nil)
}

// kept is a fingerprint as it is stored: signed, because a plain hash of a short
// body would let who reads the database guess a password in it.
func (c *call) kept(print []byte) string {
	return hex.EncodeToString(c.api.deps.Signer.Sign(print, printUse))
}

// same says whether a stored fingerprint is this one's; plain are those from before they were signed.
func (c *call) same(stored string, print []byte) bool {
	signature, err := hex.DecodeString(stored)
	return err == nil && (c.api.deps.Signer.Signed(print, signature, printUse) || bytes.Equal(signature, print))
}

// recall gives the answer of the earlier request, if it was the same one.
func (c *call) recall(ctx context.Context, tx *db.Tx, key string, print []byte) (*result, error) {
	res := &result{replayed: true}
	var hash string
	err := tx.QueryRow(ctx, "SELECT request_hash, status, location, etag, body FROM api_answer WHERE holder = $1 AND idempotency_key = $2",
		holder(c.req), key).Scan(&hash, &res.status, &res.location, &res.etag, &res.body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading an earlier answer: %w", err)
	case !c.same(hash, print):
		return nil, fault.New(fault.Invalid, "api.idempotency_other")
	case c.meta.op.Once:
		return nil, fault.New(fault.Conflict, "api.idempotency_secret")
	}
	return res, nil
}

func (c *call) remember(ctx context.Context, tx *db.Tx, key string, res *result) error {
	body, tag := res.body, res.etag
	if c.meta.op.Once {
		body, tag = nil, "" // the tag is a hash of the body: a short code could be guessed from it
	}
	_, err := tx.Exec(ctx, "UPDATE api_answer SET status = $3, location = $4, etag = $5, body = $6 WHERE holder = $1 AND idempotency_key = $2",
		holder(c.req), key, res.status, res.location, tag, body)
	if err != nil {
		return fmt.Errorf("keeping an answer: %w", err)
	}
	return nil
}

// Forget removes the answers kept longer than promised. It is for a schedule.
func (a *API) Forget(ctx context.Context) error {
	_, err := a.deps.DB.Exec(ctx, "DELETE FROM api_answer WHERE created_at <= $1", db.Ms(a.deps.Clock.Now().Add(-answersKept)))
	if err != nil {
		return fmt.Errorf("forgetting old answers: %w", err)
	}
	return nil
}
