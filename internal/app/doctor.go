// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Check is one thing the doctor looked at.
type Check struct {
	Name   string
	Detail string
	Err    error
}

// Doctor looks at what an instance stands on. It changes nothing.
func (a *App) Doctor(ctx context.Context) []Check {
	return []Check{
		a.check("database", func() (string, error) { return a.DB.Dialect().String(), a.DB.Ping(ctx) }),
		a.check("schema", func() (string, error) { return a.checkSchema(ctx) }),
		a.check("data folder", a.checkFolder),
		a.check("secret key", a.checkKey),
		a.check("attachments", func() (string, error) { return a.checkFiles(ctx) }),
		a.check("sentences", func() (string, error) { return "it, en, nb", a.bundle.Check() }),
		a.check("mail", func() (string, error) { return a.checkMail(ctx) }),
		a.check("own keys", a.checkOwnKeys),
		a.check("public files", func() (string, error) { return a.checkPublication(ctx) }),
		a.check("background work", func() (string, error) { return a.checkJobs(ctx) }),
		a.check("cards", func() (string, error) { return a.checkCards(ctx) }),
		a.check("sign-in providers", func() (string, error) { return a.checkProviders(ctx) }),
		a.check("feeds", func() (string, error) { return a.checkFeeds(ctx) }),
		a.check("audit log", func() (string, error) { return a.checkAudit(ctx) }),
		a.check("public address", a.checkAddress),
	}
}

func (a *App) check(name string, look func() (string, error)) Check {
	detail, err := look()
	return Check{Name: name, Detail: detail, Err: err}
}

func (a *App) checkSchema(ctx context.Context) (string, error) {
	pending, err := a.DB.Pending(ctx, Migrations())
	if err == nil && pending > 0 {
		err = fmt.Errorf("%d steps are not applied: run \"martinella migrate\"", pending)
	}
	return "up to date", err
}

func (a *App) checkFolder() (string, error) {
	probe := filepath.Join(a.Config.Data, ".doctor")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		return "", err
	}
	return a.Config.Data, os.Remove(probe)
}

func (a *App) checkKey() (string, error) {
	info, err := os.Stat(a.Config.SecretFile)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others: chmod 600", a.Config.SecretFile)
	}
	return a.Config.SecretFile + "; keep a copy apart from the database's backup", nil
}

func (a *App) checkMail(ctx context.Context) (string, error) {
	if a.Config.MailTransport == "outbox" {
		return "kept in the portal, nothing is sent (--mail-transport smtp sends)", nil
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", a.Config.SMTPAddress)
	if err != nil {
		return "", err
	}
	return a.Config.SMTPAddress + " answers", conn.Close()
}

func (a *App) checkJobs(ctx context.Context) (string, error) {
	counts, err := a.Queue.Counts(ctx)
	if err == nil && counts["dead"] > 0 {
		err = fmt.Errorf("%d failed jobs wait for somebody: see /ops/jobs", counts["dead"])
	}
	return fmt.Sprintf("%d waiting, %d running", counts["ready"], counts["leased"]), err
}

func (a *App) checkFeeds(ctx context.Context) (string, error) {
	all, err := a.FeedHealth(ctx)
	if err != nil {
		return "", err
	}
	var said []string
	var errs []error
	for _, f := range all {
		said = append(said, f.Name+" "+f.State)
		if f.State == "failed" || f.State == "late" {
			errs = append(errs, fmt.Errorf("%s is %s %s", f.Name, f.State, f.Error))
		}
	}
	return strings.Join(said, ", "), errors.Join(errs...)
}

func (a *App) checkAudit(ctx context.Context) (string, error) {
	r, err := a.Audit.Verify(ctx)
	if err == nil && !r.OK() {
		err = fmt.Errorf("entry %d %s", r.Broken, r.Reason)
	}
	return fmt.Sprintf("%d entries, newest %s", r.Entries, r.Head), err
}

func (a *App) checkAddress() (string, error) {
	host, _, err := net.SplitHostPort(a.Config.Listen)
	if err != nil {
		return "", err
	}
	ip := net.ParseIP(host)
	open := ip == nil || !ip.IsLoopback()
	if open && strings.HasPrefix(a.Config.BaseURL, "http://") {
		return "", fmt.Errorf("%s listens beyond this machine without https: put a reverse proxy with TLS before it and set --base-url", a.Config.Listen)
	}
	return a.Config.BaseURL, nil
}
