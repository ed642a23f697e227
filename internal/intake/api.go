// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/tlp"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	const tag, list, one = "Alert sources", "/alert-sources", "/alert-sources/{id}"
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.SourceEdit)
	api.Get(a, list, read, m.apiList, api.Op{ID: "list-alert-sources", Tag: tag, Summary: "List where alerts come from, with how each source is", Text: "The newest first."})
	api.Post(a, list, edit, m.apiCreate, api.Op{ID: "add-alert-source", Tag: tag, Status: http.StatusCreated, Recent: true, Summary: "Add a source of alerts", Text: "It is looked at within a minute, if it is active."})
	api.Get(a, one, read, m.apiSource, api.Op{ID: "get-alert-source", Tag: tag, Summary: "Read about a source of alerts"})
	api.Put(a, one, edit, m.apiEdit, api.Op{ID: "update-alert-source", Tag: tag, Recent: true, Summary: "Write a source of alerts whole", Text: "Its kind stays; without secret so does the one it has, as long as the server is the same."})
	api.Delete(a, one, edit, m.apiDelete, api.Op{ID: "delete-alert-source", Tag: tag, Summary: "Delete a source of alerts", Text: "The alerts made of it stay."})
	api.Post(a, one+"/run", gate.Staff(access.FeedRun), m.apiRun, api.Op{ID: "run-alert-source", Tag: tag, Status: http.StatusAccepted, Summary: "Look at a source now", Text: "Also at one that is off. Read the source to see how it went."})
	api.Get(a, one+"/items", read, m.apiItems, api.Op{ID: "list-alert-source-items", Tag: tag, Summary: "List what a source had and what became of it", Text: "What came last first."})
	m.registerMailAPI(a)
}

// alertSourceJSON is where alerts come from.
type alertSourceJSON struct {
	ID int64 `json:"id"`
	AlertSourceEntryJSON
	Host         string         `json:"host" doc:"The part of the address that everybody may see."`
	HasSecret    bool           `json:"has_secret"`
	RunAt        time.Time      `json:"run_at,omitzero" doc:"The end of the last run."`
	OKAt         time.Time      `json:"ok_at,omitzero" doc:"Of the last run that went well."`
	ItemAt       time.Time      `json:"item_at,omitzero" doc:"When the last alert came."`
	NextAt       time.Time      `json:"next_at,omitzero" doc:"Missing: it is off."`
	Failures     int64          `json:"failures" doc:"In a row."`
	FailingSince time.Time      `json:"failing_since,omitzero"`
	Error        string         `json:"error,omitempty" doc:"Why the last run failed, in the language asked for."`
	ErrorCode    string         `json:"error_code,omitempty"`
	Counts       alertCountJSON `json:"counts" doc:"Of all runs."`

	version int64
}

// alertCountJSON counts the items of a source.
type alertCountJSON struct {
	Seen    int64 `json:"seen" doc:"Looked at."`
	New     int64 `json:"new"`
	Revised int64 `json:"revised" doc:"Came again, changed."`
	Refused int64 `json:"refused" doc:"Could not be read."`
}

// RecordVersion implements api.Versioned.
func (x alertSourceJSON) RecordVersion() int64 { return x.version }

// Location implements api.Located.
func (x alertSourceJSON) Location() string {
	return api.Path("alert-sources", strconv.FormatInt(x.ID, 10))
}

// AlertSourceEntryJSON is what is said of a source.
type AlertSourceEntryJSON struct {
	Name          string            `json:"name" maxLength:"100"`
	Kind          Kind              `json:"kind" enum:"rss,csaf,misp,taxii,mail" doc:"rss: any RSS or Atom; csaf: a provider-metadata.json or aggregator.json (CSAF 2.0); misp: a server, its key is the secret; taxii: a discovery, API root or collection (TAXII 2.1); mail: what a mail server hands in (martinella pipe), or an IMAP mailbox."`
	Address       string            `json:"address,omitempty" maxLength:"1000" doc:"Missing for who may not change it. mail: imaps://server/folder, or imap:// where TLS is begun by STARTTLS; missing where mails are only handed in."`
	Settings      alertSettingsJSON `json:"settings,omitzero"`
	Secret        string            `json:"secret,omitempty" maxLength:"4000" doc:"A password or key; never in an answer."`
	ForgetSecret  bool              `json:"forget_secret,omitempty" doc:"On writing: the one it has is forgotten."`
	Owner         string            `json:"owner" maxLength:"254" doc:"An e-mail address: told when the source fails three times in a row, and when it works again."`
	Language      string            `json:"language,omitempty" enum:"it,en,nb" doc:"Of those mails."`
	EveryMinutes  int64             `json:"every_minutes" minimum:"5" maximum:"10080"`
	Active        bool              `json:"active"`
	TLP           tlp.Label         `json:"tlp,omitempty" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" doc:"Of alerts that do not say theirs; TLP:AMBER when missing."`
	AlertLanguage string            `json:"alert_language,omitempty" enum:"it,en,nb" doc:"Of alerts whose language cannot be told."`
}

// alertSettingsJSON is what only some kinds have.
type alertSettingsJSON struct {
	User       string `json:"user,omitempty" maxLength:"100"`
	Back       int    `json:"back_days" minimum:"0" maximum:"3650" doc:"Days before the source was made whose alerts are still wanted."`
	Pages      bool   `json:"pages,omitempty" doc:"rss: where an entry only announces, the page behind it is the alert."`
	Collection string `json:"collection,omitempty" maxLength:"100" doc:"taxii: identifier, alias or title of the collection to read; all that may be read when missing. Without user the secret is sent as a bearer token, or as it is where it names its scheme."`

	Senders []string `json:"senders,omitempty" maxItems:"500" doc:"mail: addresses, domains, and *.domain for those below one, whose mails become alerts. Others' are kept and can be accepted by hand."`
	Keys    string   `json:"sender_keys,omitempty" maxLength:"100000" doc:"mail: the senders' OpenPGP public keys in armour and certificates in PEM, one after the other."`
	Signed  bool     `json:"signed,omitempty" doc:"mail: only what one of these keys has signed becomes an alert."`
	Folder  string   `json:"folder,omitempty" maxLength:"100" doc:"mail: where fetched mails are moved to; without it they are marked as read."`
}

func (s alertSettingsJSON) settings() Settings {
	return Settings{User: s.User, Back: s.Back, Pages: s.Pages, Collection: s.Collection, Senders: strings.Join(s.Senders, "\n"), Keys: s.Keys, Signed: s.Signed, Folder: s.Folder}
}

func settingsJSON(s Settings) alertSettingsJSON {
	return alertSettingsJSON{User: s.User, Back: s.Back, Pages: s.Pages, Collection: s.Collection, Senders: s.SenderList(), Keys: s.Keys, Signed: s.Signed, Folder: s.Folder}
}

func (e AlertSourceEntryJSON) form() Form {
	return Form{Name: e.Name, Kind: e.Kind, Address: e.Address, Settings: e.Settings.settings(), Secret: e.Secret, Forget: e.ForgetSecret, Owner: e.Owner,
		Language: e.Language, Every: time.Duration(e.EveryMinutes) * time.Minute, Active: e.Active, TLP: e.TLP, AlertLanguage: e.AlertLanguage}
}

func sourceJSON(r *api.Request, x Source) alertSourceJSON {
	out := alertSourceJSON{
		ID: x.ID, Host: x.Host(), HasSecret: x.HasSecret, RunAt: x.RunAt, OKAt: x.OKAt, ItemAt: x.ItemAt, NextAt: x.NextAt, Failures: x.Failures, FailingSince: x.FailingSince,
		Error: Sentence(r.L, x.Code, x.Params), ErrorCode: x.Code, Counts: alertCountJSON{x.Seen, x.Fresh, x.Revised, x.Health.Refused}, version: x.Version,
		AlertSourceEntryJSON: AlertSourceEntryJSON{Name: x.Name, Kind: x.Kind, Address: x.Address, Settings: settingsJSON(x.Settings), Owner: x.Owner, Language: x.Language,
			EveryMinutes: int64(x.Every.Minutes()), Active: x.Active, TLP: x.TLP, AlertLanguage: x.AlertLanguage},
	}
	if !r.Scope.Can(access.SourceEdit) {
		out.Address = "" // it may hold a key
	}
	return out
}

type alertSourcesQuery struct {
	api.Paging
	Failing bool `query:"failing" doc:"Only those whose last run failed."`
}

func (m *Module) apiList(r *api.Request, in *alertSourcesQuery) (api.List[alertSourceJSON], error) {
	all, next, err := m.List(r.Context(), r.Scope, Filter{Failing: in.Failing, After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(all, func(x Source) alertSourceJSON { return sourceJSON(r, x) }), next), err
}

type addAlertSource struct{ Body AlertSourceEntryJSON }

func (m *Module) apiCreate(r *api.Request, in *addAlertSource) (alertSourceJSON, error) {
	x, err := m.Create(r.Context(), r.Scope, in.Body.form())
	return sourceJSON(r, x), err
}

func (m *Module) apiSource(r *api.Request, in *api.ID) (alertSourceJSON, error) {
	x, err := m.Source(r.Context(), r.Scope, in.ID)
	return sourceJSON(r, x), err
}

type editAlertSource struct {
	api.ID
	api.IfMatch
	Body AlertSourceEntryJSON
}

func (m *Module) apiEdit(r *api.Request, in *editAlertSource) (alertSourceJSON, error) {
	x, err := m.Edit(r.Context(), r.Scope, in.ID.ID, in.Version(), in.Body.form())
	return sourceJSON(r, x), err
}

func (m *Module) apiDelete(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Delete(r.Context(), r.Scope, in.ID)
}

func (m *Module) apiRun(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RunNow(r.Context(), r.Scope, in.ID)
}

// AlertSourceItemJSON is one thing a source had.
type AlertSourceItemJSON struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	Link      string    `json:"link,omitempty"`
	FirstAt   time.Time `json:"first_at"`
	At        time.Time `json:"at" doc:"Of the last revision."`
	State     ItemState `json:"state" enum:"made,known,refused,waiting,noted" doc:"made: a draft was made of it; known: its reference is one we have, it is kept beside that advisory; waiting: it is tried again; noted: a mail that is none to make an alert of."`
	Reason    string    `json:"reason,omitempty" doc:"Why nothing was made of it, in the language asked for."`
	Code      string    `json:"code,omitempty"`
	Advisory  int64     `json:"advisory,omitempty"`
	Revisions int64     `json:"revisions" doc:"How often it came again, changed."`
	Sender    string    `json:"sender,omitempty" doc:"Of a mail."`
	Stored    bool      `json:"stored,omitempty" doc:"A mail nothing was made of, which is here: it can be read, and accepted."`
}

func itemJSON(r *api.Request, i Item) AlertSourceItemJSON {
	return AlertSourceItemJSON{i.ID, i.Title, i.Link, i.FirstAt, i.At, i.State, Sentence(r.L, i.Code, i.Params), i.Code, i.Advisory, i.Revisions, i.Sender, i.Stored}
}

type alertItemsQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiItems(r *api.Request, in *alertItemsQuery) (api.List[AlertSourceItemJSON], error) {
	if _, err := m.Source(r.Context(), r.Scope, in.ID.ID); err != nil {
		return api.List[AlertSourceItemJSON]{}, err
	}
	all, next, err := m.Items(r.Context(), r.Scope, in.ID.ID, in.After(), in.Limit)
	return api.Items(api.Each(all, func(i Item) AlertSourceItemJSON { return itemJSON(r, i) }), next), err
}
