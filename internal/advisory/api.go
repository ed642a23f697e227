// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/tlp"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	const tag = "Advisories"
	read, edit, send := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit), gate.Staff(access.AdvisorySend)
	api.Get(a, "/advisories", read, m.apiList, api.Op{ID: "list-advisories", Tag: tag, Summary: "List the CSIRT's alerts and bulletins", Text: "The newest first, whatever their state."})
	api.Post(a, "/advisories", edit, m.apiCreate, api.Op{ID: "add-advisory", Tag: tag, Status: http.StatusCreated, Summary: "Write a draft"})
	api.PostPrepared(a, "/advisories/received", edit, m.apiTakeIn, m.apiReceive, api.Op{ID: "receive-advisory", Tag: tag, Status: http.StatusCreated, Summary: "Make a draft of an alert from outside", Kinds: []string{"application/octet-stream"}, MaxBody: parse.Limit,
		Text: "The body is the alert as it came: text, PDF, mail, CSAF, STIX, MISP, a feed's item. It is kept byte for byte. One whose reference is here already is kept beside the advisory that has it, which is answered as it is."})
	api.Get(a, "/advisories/{id}/originals/{original}", read, m.apiOriginal, api.Op{ID: "get-advisory-original", Tag: tag, Summary: "Fetch what an advisory was made of, as it came"})
	api.Get(a, "/advisories/{id}", read, m.apiGet, api.Op{ID: "get-advisory", Tag: tag, Summary: "Read an advisory"})
	api.Put(a, "/advisories/{id}", edit, m.apiEdit, api.Op{ID: "update-advisory", Tag: tag, Summary: "Write a draft whole", Text: "One that was proposed has then to be proposed again. What was sent does not change."})
	api.Delete(a, "/advisories/{id}", edit, m.apiDiscard, api.Op{ID: "delete-advisory", Tag: tag, Summary: "Delete a draft"})
	api.Post(a, "/advisories/{id}/proposal", edit, m.apiPropose, api.Op{ID: "propose-advisory", Tag: tag, Summary: "Ask a second person to send it"})
	api.Post(a, "/advisories/{id}/sending", send, m.apiSend, api.Op{ID: "send-advisory", Tag: tag, Summary: "Send it to its audience as it is now", Text: "The organisations and people are settled when this answers; the mails follow."})
	api.Post(a, "/advisories/{id}/revision", edit, m.apiRevise, api.Op{ID: "revise-advisory", Tag: tag, Status: http.StatusCreated, Summary: "Begin the next revision of a sent advisory", Text: "A draft with the same contents; when it is sent it takes the advisory's place, whose id stays. Where one is begun already, that one is answered."})
	api.Get(a, "/advisories/{id}/revisions", read, m.apiRevisions, api.Op{ID: "list-advisory-revisions", Tag: tag, Summary: "List the earlier revisions of a sent advisory", Text: "All of them, the first first."})
	api.Post(a, "/advisories/{id}/withdrawal", send, m.apiWithdraw, api.Op{ID: "withdraw-advisory", Tag: tag, Summary: "Take a sent advisory back"})
	api.Get(a, "/advisories/{id}/deliveries", read, m.apiDeliveries, api.Op{ID: "list-advisory-deliveries", Tag: tag, Summary: "List what became of it, organisation by organisation"})
	api.Get(a, "/audience", edit, m.apiAudience, api.Op{ID: "preview-audience", Tag: tag, Summary: "Say whom an audience means, and why, before anything is sent"})
	api.Get(a, "/advisories/{id}/preview", read, m.apiPreview, api.Op{ID: "preview-advisory", Tag: tag, Summary: "Show its mail as a reader of a language gets it", Text: "Who reads it, and for which body, is made up; all else is what is sent."})
	m.peopleAPI(a)
	m.savedAPI(a)
	m.mergeAPI(a)
	m.templateAPI(a)
	m.fileAPI(a)
	m.statisticsAPI(a)
	own, answer := gate.Member(access.AdvisoryRead), gate.Member(access.AdvisoryAnswer)
	const inbox = "/organisations/{org}/advisories"
	api.Get(a, inbox, own, m.apiInbox, api.Op{ID: "list-received-advisories", Tag: tag, Summary: "List what was sent to the organisation", Text: "The newest first. What is TLP:RED is given only to the people it was written to."})
	api.Get(a, inbox+"/{id}", own, m.apiReceived, api.Op{ID: "get-received-advisory", Tag: tag, Summary: "Read an advisory sent to the organisation", Text: "By one of its people, this opens it: the CSIRT sees when, and by whom first."})
	api.Post(a, inbox+"/{id}/acknowledgement", answer, m.apiAcknowledge, api.Op{ID: "acknowledge-advisory", Tag: tag, Summary: "Say that it was seen", Text: "Again it changes nothing."})
	api.Put(a, inbox+"/{id}/outcome", answer, m.apiAnswer, api.Op{ID: "answer-advisory", Tag: tag, Summary: "Say what was done about it", Text: "That acknowledges it too. Of two answers the last counts."})
}

func caller(r *api.Request) Author {
	return Author{ID: r.Person.ID, Name: r.Person.Name, Email: r.Person.Email, Staff: r.Staff()}
}

// advisoryTextJSON is an advisory in one language.
type advisoryTextJSON struct {
	Title   string `json:"title" maxLength:"200"`
	Summary string `json:"summary,omitempty" maxLength:"600" doc:"Plain: what whoever reads nothing else has to know."`
	Body    string `json:"body" maxLength:"50000" doc:"Markdown."`
}

// advisoryEntryJSON is what is written of an advisory.
type advisoryEntryJSON struct {
	Kind       Kind                        `json:"kind" enum:"alert,bulletin"`
	Reference  string                      `json:"reference,omitempty" maxLength:"60" doc:"Of the source: AL11/260320/CSIRT-ITA. No two advisories have the same."`
	Severity   Severity                    `json:"severity" enum:"critical,high,medium,low"`
	TLP        string                      `json:"tlp" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR"`
	PAP        PAP                         `json:"pap,omitempty" enum:"PAP:RED,PAP:AMBER,PAP:GREEN,PAP:CLEAR"`
	Texts      map[string]advisoryTextJSON `json:"texts" doc:"By language: it, en, nb; at least one."`
	Main       string                      `json:"main_language,omitempty" enum:"it,en,nb" doc:"Of the text for those whose language it is not written in; missing: the first of it, en, nb that it has."`
	CVEs       []string                    `json:"cves,omitempty" maxItems:"500"`
	References []string                    `json:"references,omitempty" maxItems:"100" doc:"Addresses."`
	Products   []advisoryProductJSON       `json:"products,omitempty" maxItems:"300" doc:"That it calls affected."`
	Indicators []advisoryIndicatorJSON     `json:"indicators,omitempty" maxItems:"5000" doc:"Of compromise. Lists leave them out."`
	Source     string                      `json:"source,omitempty" maxLength:"60" doc:"Whose alert it was; none: the CSIRT's own."`
	Escalation *escalationJSON             `json:"escalation,omitempty" doc:"What is done about those who do not acknowledge an alert; missing: what the house does for its severity."`
	Audience   string                      `json:"audience,omitempty" maxLength:"4000" doc:"Whom it is for: everyone; tier:full and not province:FI; uses:\"fortios < 7.2.8 internet\"."`
	Change     string                      `json:"change,omitempty" maxLength:"2000" doc:"Of a revision: what it changes, as its readers are told."`
	Renew      bool                        `json:"acknowledge_anew,omitempty" doc:"Of a revision: it is to be acknowledged again."`
	AckHours   int                         `json:"acknowledge_within_hours,omitempty" minimum:"0" maximum:"720" doc:"0: no acknowledgement is asked for."`
}

func (e advisoryEntryJSON) entry() Entry {
	out := Entry{Kind: e.Kind, Reference: e.Reference, Severity: e.Severity, TLP: tlp.Label(e.TLP), PAP: e.PAP, Change: e.Change, Renew: e.Renew, Audience: e.Audience, AckWithin: time.Duration(e.AckHours) * time.Hour,
		Content: Content{Main: e.Main, Texts: map[string]Text{}, CVEs: e.CVEs, Links: e.References, Products: api.Each(e.Products, advisoryProductJSON.product), Indicators: api.Each(e.Indicators, advisoryIndicatorJSON.indicator), Source: e.Source}}
	out.Escalation = e.Escalation.escalation()
	for lang, t := range e.Texts {
		out.Texts[lang] = Text(t)
	}
	return out
}

func entryView(e Entry) advisoryEntryJSON {
	out := advisoryEntryJSON{Kind: e.Kind, Reference: e.Reference, Severity: e.Severity, TLP: string(e.TLP), PAP: e.PAP, Main: e.Main, Texts: map[string]advisoryTextJSON{}, CVEs: e.CVEs, References: e.Links, Products: api.Each(e.Products, productView), Indicators: api.Each(e.Indicators, indicatorView), Source: e.Source,
		Change: e.Change, Renew: e.Renew, Audience: e.Audience, AckHours: int(e.AckWithin / time.Hour)}
	out.Escalation = escalationView(e.Escalation)
	for lang, t := range e.Texts {
		out.Texts[lang] = advisoryTextJSON(t)
	}
	return out
}

// advisoryJSON is an advisory with how far it is.
type advisoryJSON struct {
	ID int64 `json:"id"`
	AdvisoryEntry
	State         State                    `json:"state" enum:"draft,proposed,sent,withdrawn"`
	CreatedAt     time.Time                `json:"created_at"`
	CreatedBy     string                   `json:"created_by"`
	ProposedAt    time.Time                `json:"proposed_at,omitzero"`
	SentAt        time.Time                `json:"sent_at,omitzero"`
	SentBy        string                   `json:"sent_by,omitempty"`
	WithdrawnAt   time.Time                `json:"withdrawn_at,omitzero"`
	Why           string                   `json:"withdrawn_because,omitempty"`
	Revision      int                      `json:"revision" doc:"1 as first sent."`
	RevisedAt     time.Time                `json:"revised_at,omitzero" doc:"When the revision that holds was sent; none: the first."`
	Revises       int64                    `json:"revises,omitempty" doc:"Of a draft: the advisory whose next revision it is."`
	Organisations int                      `json:"organisations" doc:"It was sent to."`
	People        int                      `json:"people" doc:"A mail is written to."`
	Told          int                      `json:"mails_queued" doc:"Of those mails, so far."`
	Steps         []escalationStepJSON     `json:"escalation_steps,omitempty" doc:"As settled when it was sent; in the answer about one."`
	Mails         *advisoryMailsJSON       `json:"mails,omitempty" doc:"Of one that was sent; in the answer about one."`
	Originals     []advisoryOriginalJSON   `json:"originals,omitempty" doc:"What it was made of; in the answer about one."`
	Attachments   []advisoryAttachmentJSON `json:"attachments,omitempty" doc:"Of all revisions; in the answer about one."`

	version int64
}

// AdvisoryEntry is embedded so that its fields stand beside the others.
type AdvisoryEntry = advisoryEntryJSON

// RecordVersion implements api.Versioned.
func (a advisoryJSON) RecordVersion() int64 { return a.version }

// Location implements api.Located.
func (a advisoryJSON) Location() string {
	return api.Path("advisories", strconv.FormatInt(a.ID, 10))
}

func advisoryView(a Advisory) advisoryJSON {
	return advisoryJSON{ID: a.ID, AdvisoryEntry: entryView(a.Entry), State: a.State, CreatedAt: a.Created.At, CreatedBy: a.Created.Name, ProposedAt: a.Proposed.At, SentAt: a.Sent.At, SentBy: a.Sent.Name,
		WithdrawnAt: a.Withdrawn.At, Why: a.Why, Revision: a.Revision, RevisedAt: a.Revised.At, Revises: a.Revises, Organisations: a.Organisations, People: a.People, Told: a.Told, version: a.Version}
}

// advisoryOriginalJSON is something an advisory was made of.
type advisoryOriginalJSON struct {
	ID         int64     `json:"id"`
	ReceivedAt time.Time `json:"received_at"`
	By         string    `json:"by"`
	Name       string    `json:"name,omitempty"`
	Format     string    `json:"format"`
	Size       int64     `json:"size"`
	SHA256     string    `json:"sha256"`

	Mail *advisoryMailJSON `json:"mail,omitempty" doc:"Of a mail that a source brought."`
}

type advisoriesQuery struct {
	api.Paging
	Waiting bool `query:"waiting" doc:"Drafts and proposals only."`
}

func (m *Module) apiList(r *api.Request, in *advisoriesQuery) (api.List[advisoryJSON], error) {
	p, err := m.List(r.Context(), r.Scope, Filter{Waiting: in.Waiting, After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(p.Advisories, advisoryView), p.Next), err
}

type addAdvisory struct{ Body advisoryEntryJSON }

func (m *Module) apiCreate(r *api.Request, in *addAdvisory) (advisoryJSON, error) {
	a, err := m.Create(r.Context(), r.Scope, caller(r), in.Body.entry())
	return advisoryView(a), err
}

func (m *Module) apiGet(r *api.Request, in *api.ID) (advisoryJSON, error) {
	a, err := m.Get(r.Context(), r.Scope, in.ID)
	if err != nil {
		return advisoryJSON{}, err
	}
	list, err := m.Originals(r.Context(), r.Scope, in.ID)
	if err != nil {
		return advisoryJSON{}, err
	}
	files, err := m.Attachments(r.Context(), r.Scope, in.ID)
	if err != nil {
		return advisoryJSON{}, err
	}
	steps, err := m.Steps(r.Context(), r.Scope, in.ID)
	out := advisoryView(a)
	out.Attachments = api.Each(files, fileJSON)
	if !a.Sent.At.IsZero() {
		n, err := m.MailSums(r.Context(), r.Scope, in.ID)
		if err != nil {
			return out, err
		}
		out.Mails = (*advisoryMailsJSON)(&n)
	}
	out.Steps = api.Each(steps, func(p PlannedStep) escalationStepJSON { return escalationStepJSON(p) })
	out.Originals = api.Each(list, func(o Original) advisoryOriginalJSON {
		return advisoryOriginalJSON{o.ID, o.At, o.By, o.Name, o.Format, o.Size, o.SHA256, mailView(o.Proof)}
	})
	return out, err
}

type receiveAdvisory struct {
	Name string `query:"name" maxLength:"200" doc:"Of the file; it helps to tell what it is."`
}

// apiTakeIn reads and stores what came, before the transaction.
func (m *Module) apiTakeIn(r *api.Request, in *receiveAdvisory) (incoming, error) {
	data, err := io.ReadAll(r.R.Body)
	if err != nil {
		return incoming{}, err
	}
	return m.takeIn(r.Context(), r.Scope, in.Name, data)
}

func (m *Module) apiReceive(r *api.Request, _ *receiveAdvisory, got incoming) (advisoryJSON, error) {
	a, _, err := m.draftOf(r.Context(), r.Scope, caller(r), got, nil)
	return advisoryView(a), err
}

type originalPath struct {
	api.ID
	Original int64 `path:"original"`
}

func (m *Module) apiOriginal(r *api.Request, in *originalPath) (api.File, error) {
	o, content, err := m.OpenOriginal(r.Context(), r.Scope, in.ID.ID, in.Original)
	return api.File{Name: saveAs(in.ID.ID, o), Size: o.Size, Hash: o.SHA256, Body: content}, err
}

type editAdvisory struct {
	api.ID
	api.IfMatch
	Body advisoryEntryJSON
}

func (m *Module) apiEdit(r *api.Request, in *editAdvisory) (advisoryJSON, error) {
	a, err := m.Edit(r.Context(), r.Scope, caller(r), in.ID.ID, in.Version(), in.Body.entry())
	return advisoryView(a), err
}

type stepAdvisory struct {
	api.ID
	api.IfMatch
}

func (m *Module) apiDiscard(r *api.Request, in *stepAdvisory) (api.Nothing, error) {
	return api.Nothing{}, m.Discard(r.Context(), r.Scope, in.ID.ID, in.Version())
}

func (m *Module) apiPropose(r *api.Request, in *stepAdvisory) (advisoryJSON, error) {
	a, err := m.Propose(r.Context(), r.Scope, caller(r), in.ID.ID, in.Version())
	return advisoryView(a), err
}

func (m *Module) apiSend(r *api.Request, in *stepAdvisory) (advisoryJSON, error) {
	a, err := m.Send(r.Context(), r.Scope, caller(r), in.ID.ID, in.Version())
	return advisoryView(a), err
}

type withdrawAdvisory struct {
	api.ID
	api.IfMatch
	Body struct {
		Why string `json:"why" minLength:"1" maxLength:"2000" doc:"Its members read it."`
	}
}

func (m *Module) apiWithdraw(r *api.Request, in *withdrawAdvisory) (advisoryJSON, error) {
	a, err := m.Withdraw(r.Context(), r.Scope, caller(r), in.ID.ID, in.Version(), in.Body.Why)
	return advisoryView(a), err
}
