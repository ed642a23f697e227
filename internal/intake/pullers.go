// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"martinella/internal/intake/csaf"
	"martinella/internal/intake/feed"
	"martinella/internal/intake/imap"
	"martinella/internal/intake/misp"
	"martinella/internal/intake/taxii"
	"martinella/internal/platform/fault"
)

// pull looks at a source with what is remembered of the last time, and gives what
// to remember. What was remembered stays where the run fails.
func (m *Module) pull(ctx context.Context, x Source, r *round) (string, error) {
	secret, err := m.secret(x)
	if err != nil {
		return x.progress, err
	}
	switch x.Kind {
	case RSS:
		return remembering(x.progress, func(st feed.State) (feed.State, error) {
			return feed.Pull(ctx, m.deps.Line, feed.Options{Address: x.Address, Header: basic(x.Settings.User, secret), Pages: x.Settings.Pages, Since: x.since()}, st, r)
		})
	case CSAF:
		return remembering(x.progress, func(st csaf.State) (csaf.State, error) {
			return csaf.Pull(ctx, m.deps.Line, csaf.Options{Address: x.Address, Header: basic(x.Settings.User, secret), Since: x.since(), Now: m.now}, st, r)
		})
	case MISP:
		return remembering(x.progress, func(st misp.State) (misp.State, error) {
			return misp.Pull(ctx, m.deps.Line, misp.Options{Address: x.Address, Key: secret, Since: x.since()}, st, r)
		})
	case TAXII:
		return remembering(x.progress, func(st taxii.State) (taxii.State, error) {
			return taxii.Pull(ctx, m.deps.Line, taxii.Options{Address: x.Address, Collection: x.Settings.Collection, Header: authorization(x.Settings.User, secret), Since: x.since(), Now: m.now}, st, r)
		})
	case Mailbox:
		return remembering(x.progress, func(st imap.State) (imap.State, error) {
			return imap.Pull(ctx, m.deps.Line, imap.Options{Address: x.Address, User: x.Settings.User, Password: secret, Since: x.since(), Folder: x.Settings.Folder}, st, r.taking)
		})
	}
	return x.progress, fault.New(fault.Invalid, "intake.kind")
}

// since is the moment before which alerts are old news to us.
func (x Source) since() time.Time { return x.CreatedAt.AddDate(0, 0, -x.Settings.Back) }

func (m *Module) secret(x Source) (string, error) {
	if len(x.secret) == 0 {
		return "", nil
	}
	plain, err := m.deps.Seal.Open(x.secret, use(x.ID))
	if err != nil {
		return "", fault.New(fault.Unavailable, "intake.secret.unreadable").Because(err)
	}
	return string(plain), nil
}

// basic is the header of a user name and password; none without either.
func basic(user, secret string) map[string]string {
	if user == "" && secret == "" {
		return nil
	}
	return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))}
}

// authorization is the header of a user name and password, else of a key: as a
// bearer's (RFC 6750), unless it says its own scheme ("Token 5f0…").
func authorization(user, secret string) map[string]string {
	switch {
	case user != "" || secret == "":
		return basic(user, secret)
	case strings.Contains(secret, " "):
		return map[string]string{"Authorization": secret}
	}
	return map[string]string{"Authorization": "Bearer " + secret}
}

// remembering reads and writes what a fetcher remembers. What cannot be read is
// forgotten: items that were taken are known as such.
func remembering[T any](progress string, f func(T) (T, error)) (string, error) {
	var st T
	if progress != "" && json.Unmarshal([]byte(progress), &st) != nil {
		var none T
		st = none
	}
	st, err := f(st)
	text, failed := json.Marshal(st)
	if failed != nil {
		return progress, fmt.Errorf("intake: writing down where to go on: %w", failed)
	}
	return string(text), err
}
