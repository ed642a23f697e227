// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/jobs"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	const tag = "Operations"
	api.Get(a, "/waiting", gate.Staff(access.TerritoryRead), m.apiWaiting, api.Op{ID: "list-waiting", Tag: tag, Summary: "List what waits for a person of the CSIRT"})
	api.Get(a, "/own-keys", gate.Staff(access.TerritoryRead), m.apiSignatures, api.Op{ID: "list-own-keys", Tag: tag, Summary: "List the CSIRT's own keys", Text: "With what is signed with them and ends: the security.txt."})
	api.Get(a, "/feeds", gate.Staff(access.FeedRead), m.apiFeeds, api.Op{ID: "list-feeds", Tag: tag, Summary: "List how the sources of data are"})
	api.Post(a, "/feeds/fetch", gate.Staff(access.FeedRun), m.apiFetch, api.Op{ID: "fetch-feeds", Tag: tag, Status: http.StatusAccepted, Summary: "Ask for the feeds to be fetched now", Text: "In the background: list-feeds tells how it went."})
	api.Get(a, "/jobs", gate.Staff(access.JobRead), m.apiJobs, api.Op{ID: "list-jobs", Tag: tag, Summary: "List the background work", Text: "The newest first; what is done is not kept."})
	api.Post(a, "/jobs/{id}/retry", gate.Staff(access.JobRetry), m.apiRetry, api.Op{ID: "retry-job", Tag: tag, Summary: "Try a dead job again"})
	api.Get(a, "/mails", gate.Staff(access.OutboxRead), m.apiMails, api.Op{ID: "list-mails", Tag: tag, Summary: "List the mails that were sent", Text: "The newest first."})
	api.Get(a, "/mails/{id}", gate.Staff(access.OutboxRead), m.apiMail, api.Op{ID: "get-mail", Tag: tag, Summary: "Read a mail", Text: "With its parts, and as it went over the wire. What holds somebody's single-use link has none of them."})
	api.Get(a, "/audit/entries", gate.Staff(access.AuditRead), m.apiAudit, api.Op{ID: "list-audit-entries", Tag: tag, Summary: "List the audit log", Text: "The newest first."})
	api.Get(a, "/audit/verification", gate.Staff(access.AuditRead), m.apiVerify, api.Op{ID: "verify-audit", Tag: tag, Summary: "Verify the audit log's chain from the first entry on"})
}

// waitingJSON is what waits for a person.
type waitingJSON struct {
	Kind   string    `json:"kind" doc:"A code."`
	Text   string    `json:"text" doc:"In the language asked for."`
	Count  int       `json:"count"`
	Oldest time.Time `json:"oldest,omitzero" doc:"Since when the oldest waits."`
	Page   string    `json:"page" doc:"Where people go to do it: a path of the portal."`
	Urgent bool      `json:"urgent,omitempty"`
}

func (m *Module) apiWaiting(r *api.Request, _ *api.Paging) (api.List[waitingJSON], error) {
	all, err := m.waiting(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(w Waiting) waitingJSON {
		return waitingJSON{w.Key, r.L.T(w.Key), w.Count, w.Oldest.UTC(), w.Href, w.Urgent}
	}), ""), err
}

// feedJSON is how a source of data is.
type feedJSON struct {
	Name     string    `json:"name"`
	State    string    `json:"state" enum:"ok,late,failed,never,running"`
	Last     time.Time `json:"last,omitzero" doc:"The last good run; missing: never."`
	DataDate time.Time `json:"data_date,omitzero" doc:"Of the newest data it brought."`
	Next     time.Time `json:"next,omitzero" doc:"Missing: none is planned."`
	Records  int       `json:"records"`
	Broken   int       `json:"broken"`
	Error    string    `json:"error,omitempty"`
}

func (m *Module) apiFeeds(r *api.Request, _ *api.Paging) (api.List[feedJSON], error) {
	all, err := m.Feeds.Health(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(f Feed) feedJSON {
		return feedJSON{f.Name, f.State, f.Last.UTC(), f.DataDate.UTC(), f.Next.UTC(), f.Records, f.Broken, f.Error}
	}), ""), err
}

func (m *Module) apiFetch(r *api.Request, _ *api.Nothing) (api.Nothing, error) {
	return api.Nothing{}, m.fetchNow(r)
}

// jobJSON is a piece of background work.
type jobJSON struct {
	ID        int64     `json:"id"`
	Kind      string    `json:"kind"`
	Key       string    `json:"key,omitempty"`
	State     string    `json:"state" enum:"ready,leased,dead"`
	Attempts  int       `json:"attempts"`
	RunAt     time.Time `json:"run_at"`
	CreatedAt time.Time `json:"created_at"`
	Error     string    `json:"error,omitempty" doc:"Of the last attempt."`
}

type jobsQuery struct {
	api.Paging
	State string `query:"state" enum:"ready,leased,dead"`
}

// page cuts the one thing more that was asked for, as the sign of a next page.
func page[From, To any](all []From, limit int, id func(From) int64, view func(From) To) api.List[To] {
	next := ""
	if len(all) > limit {
		all = all[:limit]
		next = strconv.FormatInt(id(all[limit-1]), 10)
	}
	return api.Items(api.Each(all, view), next)
}

// place reads the cursor that page made.
func place(p *api.Paging) int64 {
	n, _ := strconv.ParseInt(p.After(), 10, 64) // signed by ourselves; "" is the beginning
	return n
}

func (m *Module) apiJobs(r *api.Request, in *jobsQuery) (api.List[jobJSON], error) {
	all, err := m.Queue.List(r.Context(), in.State, place(&in.Paging), in.Limit+1)
	return page(all, in.Limit, func(j jobs.Info) int64 { return j.ID }, func(j jobs.Info) jobJSON {
		return jobJSON{j.ID, j.Kind, j.Key, j.State, j.Attempts, j.RunAt, j.CreatedAt, j.LastError}
	}), err
}

func (m *Module) apiRetry(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.retryNow(r, in.ID)
}

// mailJSON is one message to one recipient.
type mailJSON struct {
	ID      int64     `json:"id"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Kind    string    `json:"kind"`
	State   string    `json:"state"`
	At      time.Time `json:"at"`
	Error   string    `json:"error,omitempty"`
	Hidden  bool      `json:"hidden,omitempty" doc:"It holds somebody's single-use link."`
	Text    string    `json:"text,omitempty" doc:"Missing in lists."`
	HTML    string    `json:"html,omitempty" doc:"The HTML part, not made harmless for a browser; missing in lists."`
	Source  []byte    `json:"source,omitempty" doc:"The whole message (RFC 5322), in base64; missing in lists."`
}

func mailView(x Mail) mailJSON {
	out := mailJSON{x.ID, x.To, x.Subject, x.Kind, x.State, x.At, x.Error, x.Hidden, x.Text, x.HTML, x.Raw}
	if x.Hidden {
		out.Text, out.HTML, out.Source = "", "", nil
	}
	return out
}

type mailsQuery struct {
	api.Paging
	Query string `query:"q" maxLength:"200"`
}

func (m *Module) apiMails(r *api.Request, in *mailsQuery) (api.List[mailJSON], error) {
	all, err := m.Mails.Mails(r.Context(), r.Scope, in.Query, place(&in.Paging), in.Limit+1)
	return page(all, in.Limit, func(x Mail) int64 { return x.ID }, mailView), err
}

func (m *Module) apiMail(r *api.Request, in *api.ID) (mailJSON, error) {
	x, err := m.Mails.Mail(r.Context(), r.Scope, in.ID)
	return mailView(x), err
}

// auditEntryJSON is what somebody did.
type auditEntryJSON struct {
	Seq          int64     `json:"seq"`
	At           time.Time `json:"at"`
	Actor        string    `json:"actor"`
	Organisation int64     `json:"organisation,omitzero"`
	Action       string    `json:"action"`
	Object       string    `json:"object"`
	Detail       any       `json:"detail"`
	Hash         string    `json:"hash"`
}

type auditQuery struct {
	api.Paging
	Action       string `query:"action" maxLength:"100" doc:"How it begins."`
	Organisation int64  `query:"organisation" minimum:"1" doc:"Of what concerns an organisation: its number, as entries have it."`
}

func (m *Module) apiAudit(r *api.Request, in *auditQuery) (api.List[auditEntryJSON], error) {
	all, err := m.Audit.List(r.Context(), audit.Query{Organisation: in.Organisation, Action: in.Action, Before: place(&in.Paging), Limit: in.Limit + 1})
	return page(all, in.Limit, func(e audit.Entry) int64 { return e.Seq }, func(e audit.Entry) auditEntryJSON {
		return auditEntryJSON{e.Seq, e.Time(), e.Actor, e.Organisation, e.Action, e.Object, e.Detail, e.Hash}
	}), err
}

// auditReportJSON is what a verification found.
type auditReportJSON struct {
	Whole   bool   `json:"whole"`
	Entries int64  `json:"entries"`
	Broken  int64  `json:"broken,omitzero" doc:"The first entry that does not fit."`
	Reason  string `json:"reason,omitempty"`
	Head    string `json:"head" doc:"The last hash: keep it elsewhere."`
}

func (m *Module) apiVerify(r *api.Request, _ *api.Nothing) (auditReportJSON, error) {
	x, err := m.Audit.Verify(r.Context())
	return auditReportJSON{x.OK(), x.Entries, x.Broken, x.Reason, x.Head}, err
}
