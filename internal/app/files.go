// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"

	"martinella/internal/access"
	"martinella/internal/channel"
	"martinella/internal/operations"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clamd"
	"martinella/internal/platform/config"
	"martinella/internal/platform/db"
	"martinella/internal/platform/filein"
	"martinella/internal/platform/mailer"
)

// buildFiles opens the store of attachments: a folder or a bucket, and the key.
func (a *App) buildFiles() (err error) {
	a.blobKey, err = blob.LoadKey(a.Config.BlobKeyFile, true)
	if err != nil {
		return err
	}
	backend, err := blobBackend(a.Config)
	if err != nil {
		return err
	}
	if c, ok := backend.(io.Closer); ok {
		a.closers = append(a.closers, c)
	}
	a.rooms.files = blob.New(a.DB, a.Clock, a.Queue, backend, a.blobKey)
	return nil
}

// blobBackend is where attachments lie: a bucket or a folder.
func blobBackend(c config.Config) (blob.Backend, error) {
	if strings.HasPrefix(c.Blobs, "s3://") {
		return blob.NewS3(c.Blobs, blob.S3Access{AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey})
	}
	return blob.NewFolder(c.Blobs)
}

func (a *App) buildChannel() error {
	d := channel.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Bus: a.Bus, Audit: a.Audit, Log: a.Log, Bundle: a.bundle,
		Organisations: correspondents{&a.rooms}, People: holders{&a.rooms}, Mail: channelMails{a.rooms.mails}, Files: a.rooms.files, Seal: a.blobKey,
		Name: a.Config.Name, BaseURL: a.Config.BaseURL, Mailbox: a.Config.ContactEmail,
	}
	scanner, err := a.scanner()
	if err != nil {
		return err
	}
	d.Scanner = scanner
	a.rooms.channel = channel.New(d)
	return nil
}

// scanner is what looks for malware in files; nil: nobody does.
func (a *App) scanner() (filein.Scanner, error) {
	if a.Config.Clamd == "" {
		return nil, nil
	}
	return clamd.New(a.Config.Clamd)
}

// correspondents is the constituency for the channel.
type correspondents struct{ r *rooms }

// Organisations implements channel.Organisations.
func (c correspondents) Organisations(ctx context.Context, s access.Scope, ids []int64) ([]channel.Organisation, error) {
	all, err := c.r.constituency.OrganisationsByID(ctx, s, ids)
	out := make([]channel.Organisation, 0, len(all))
	for _, o := range all {
		out = append(out, channel.Organisation{ID: o.ID, Code: url.PathEscape(o.Code), Name: o.Name, Zone: o.Zone})
	}
	return out, err
}

// holders is identity for the channel.
type holders struct{ r *rooms }

// Holders implements channel.People.
func (h holders) Holders(ctx context.Context, s access.Scope, org int64, p access.Permission) ([]channel.Person, error) {
	all, err := h.r.identity.Holders(ctx, s, org, p)
	out := make([]channel.Person, 0, len(all))
	for _, x := range all {
		out = append(out, channel.Person(x))
	}
	return out, err
}

// channelMails sends the channel's notices.
type channelMails struct{ mails *mailer.Mailer }

// Queue implements channel.Mailer.
func (x channelMails) Queue(ctx context.Context, tx *db.Tx, m channel.Mail) error {
	return x.mails.Queue(ctx, tx, mailer.Message{
		Kind: m.Kind, Organisation: m.Organisation, To: []mailer.Recipient{{Address: m.To, Name: m.ToName}},
		Subject: m.Subject, Text: m.Text, HTML: asHTML(m.Text, m.Language), Language: m.Language,
	})
}

// waitingMessages tells the control room of conversations without an answer.
func (a *App) waitingMessages(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	if !s.Can(access.ChannelRead) {
		return nil, nil
	}
	n, oldest, err := a.rooms.channel.Waiting(ctx, s)
	return []operations.Waiting{{Key: "operations.waiting.messages", Count: n, Oldest: oldest, Href: "/ops/channel?show=waiting", Permission: access.ChannelRead}}, err
}

// checkFiles is the doctor's look at attachments: that they can be written, and who looks at them.
func (a *App) checkFiles(ctx context.Context) (string, error) {
	detail := a.rooms.files.Backend().String() + ", key " + a.Config.BlobKeyFile + ": keep a copy of it apart from the backup"
	err := a.rooms.files.Backend().Check(ctx)
	if a.Config.Clamd == "" {
		return detail + "; not scanned for malware (--clamd)", err
	}
	scanner, scanErr := clamd.New(a.Config.Clamd)
	if scanErr == nil {
		scanErr = scanner.Ping(ctx)
	}
	return detail + "; scanned by " + a.Config.Clamd, errors.Join(err, scanErr)
}
