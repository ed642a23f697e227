// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"martinella/internal/access"
	"martinella/internal/access/gate/api"
	"martinella/internal/constituency/claim"
	"martinella/internal/platform/fault"
)

// networkJSON is a domain, network or autonomous system that a body says is its own.
type networkJSON struct {
	ID         int64       `json:"id"`
	Kind       claim.Kind  `json:"kind" enum:"domain,network,as"`
	Value      string      `json:"value" doc:"As it is compared, such as comune.example, 192.0.2.0/24, AS64500."`
	Subdomains bool        `json:"subdomains" doc:"Of a domain: everything below it too."`
	Internal   bool        `json:"internal" doc:"Used inside only: many have the same, nobody owns it."`
	Note       string      `json:"note"`
	State      ClaimState  `json:"state" enum:"claimed,verified,refused,expired"`
	StateSince time.Time   `json:"state_since"`
	Method     ClaimMethod `json:"method,omitempty" enum:"dns,file,operator" doc:"How it was verified."`
	Disputed   bool        `json:"disputed" doc:"It overlaps with another member's, and the CSIRT has not decided yet."`
	ProvedAt   time.Time   `json:"proved_at,omitzero" doc:"When the proof was last found."`
	CheckedAt  time.Time   `json:"checked_at,omitzero" doc:"When it was last looked for."`
	Reason     string      `json:"reason,omitempty" doc:"What the CSIRT said when it decided."`
	CreatedAt  time.Time   `json:"created_at"`
	CreatedBy  string      `json:"created_by"`
	Proof      *proofJSON  `json:"proof,omitzero" doc:"What proves a domain, for who may edit; missing where nothing can be proved."`
}

// proofJSON is what proves a domain: one of the two is enough.
type proofJSON struct {
	Record string `json:"record" doc:"The name of the TXT record."`
	File   string `json:"file" doc:"The address of the file."`
	Text   string `json:"text" doc:"What the record or the file must hold."`
}

func networkView(c Claim) networkJSON {
	return networkJSON{ID: c.ID, Kind: c.Kind, Value: c.Text, Subdomains: c.Subdomains, Internal: c.Internal, Note: c.Note, State: c.State, StateSince: c.StateSince,
		Method: c.Method, Disputed: c.Disputed, ProvedAt: c.ProvedAt, CheckedAt: c.CheckedAt, Reason: c.Reason, CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy}
}

func (m *Module) apiClaims(r *api.Request, in *api.Paging) (api.List[networkJSON], error) {
	before, _ := strconv.ParseInt(in.After(), 10, 64) // signed by ourselves
	all, err := m.Claims(r.Context(), r.Scope, before, in.Limit+1)
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = strconvID(all[in.Limit-1].ID)
	}
	return api.Items(api.Each(all, networkView), next), err
}

func (m *Module) apiClaim(r *api.Request, in *api.ID) (networkJSON, error) {
	c, err := m.Claim(r.Context(), r.Scope, in.ID)
	return ownNetwork(r, c), err
}

// ownNetwork shows what proves a domain to who may do something about it.
func ownNetwork(r *api.Request, c Claim) networkJSON {
	out := networkView(c)
	if r.Scope.Can(access.NetworkEdit) && c.provable() {
		out.Proof = &proofJSON{c.Record(), c.File(), c.Proof()}
	}
	return out
}

type claimsInput struct {
	Body struct {
		Claims []NetworkClaimJSON `json:"claims" minItems:"1" maxItems:"2000"`
	} `nameHint:"NetworkClaims"`
}

// NetworkClaimJSON is one thing that is claimed.
type NetworkClaimJSON struct {
	Value string `json:"value" minLength:"1" maxLength:"300" doc:"A domain (*.comune.example for all below it too), a network or address, or an autonomous system."`
	Note  string `json:"note,omitempty" maxLength:"300" doc:"What it is for."`
}

// claimedJSON is what became of claims.
type claimedJSON struct {
	Added int `json:"added" doc:"How many are new."`
}

func (m *Module) apiAddClaims(r *api.Request, in *claimsInput) (claimedJSON, error) {
	lines, err := claimLines(in.Body.Claims)
	if err != nil {
		return claimedJSON{}, err
	}
	n, err := m.AddClaims(r.Context(), r.Scope, lines, r.Person.Name)
	return claimedJSON{n}, err
}

// claimLines reads claims; a program is told of each that cannot be claimed.
func claimLines(claims []NetworkClaimJSON) ([]claim.Line, error) {
	problems := fault.New(fault.Invalid, "constituency.claims")
	var out []claim.Line
	for i, c := range claims {
		v, err := claim.Parse(strings.TrimSpace(c.Value))
		if err != nil && len(problems.Fields) < maxWrongClaims {
			problems.Field(fmt.Sprintf("claims[%d].value", i), claimFault(err), fault.P{"value": c.Value})
		}
		out = append(out, claim.Line{N: i + 1, Text: c.Value, Value: v, Note: oneLine(c.Note), Err: err})
	}
	return out, problems.OrNil()
}

// oneLine takes out what a line of a list cannot have.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
}

// maxWrongClaims bounds how many are named in one answer.
const maxWrongClaims = 50

func (m *Module) apiProveClaim(r *api.Request, in *api.ID) (networkJSON, error) {
	c, err := m.Prove(r.Context(), r.Scope, in.ID)
	return ownNetwork(r, c), err
}

func (m *Module) apiRemoveClaim(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveClaim(r.Context(), r.Scope, in.ID)
}

// NetworkJSON lets what shows more of a claim have its fields.
type NetworkJSON = networkJSON

// anyNetworkJSON is a claim with whose it is.
type anyNetworkJSON struct {
	NetworkJSON
	Organisation string `json:"organisation" doc:"The body's code."`
	Name         string `json:"name" doc:"Of the body."`
}

func anyNetwork(w WaitingClaim) anyNetworkJSON {
	return anyNetworkJSON{networkView(w.Claim), w.OrganisationCode, w.OrganisationName}
}

type networksQuery struct {
	api.Paging
	Query string `query:"q" maxLength:"100" doc:"Part of the value or of the body's name."`
	State string `query:"state" enum:"waiting,all" default:"waiting"`
}

func (m *Module) apiAllClaims(r *api.Request, in *networksQuery) (api.List[anyNetworkJSON], error) {
	after, _ := strconv.ParseInt(in.After(), 10, 64) // signed by ourselves
	all, err := m.AllClaims(r.Context(), r.Scope, in.State != "all", in.Query, after, in.Limit+1)
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = strconvID(all[in.Limit-1].ID)
	}
	return api.Items(api.Each(all, anyNetwork), next), err
}

// AnyNetworkJSON lets one claim have the fields of a list's line.
type AnyNetworkJSON = anyNetworkJSON

// networkDossierJSON is a claim to decide on.
type networkDossierJSON struct {
	AnyNetworkJSON
	Overlaps []overlapJSON `json:"overlaps" doc:"The open ones first."`
	Names    []string      `json:"names" doc:"With reverse=true: names that the first addresses have in the DNS."`
}

// overlapJSON is an overlap with another member's claim.
type overlapJSON struct {
	ID           int64          `json:"id"`
	Relation     claim.Relation `json:"relation" enum:"equal,inside,contains" doc:"Of the later claim to the earlier one."`
	State        OverlapState   `json:"state" enum:"open,shared,transferred,refused,void"`
	Later        bool           `json:"later" doc:"The claim that was asked about is the later one."`
	Other        int64          `json:"other" doc:"The claim on the other side."`
	Value        string         `json:"value" doc:"Of that one."`
	Organisation string         `json:"organisation" doc:"Whose that one is."`
	Name         string         `json:"name"`
	OpenedAt     time.Time      `json:"opened_at"`
	DecidedAt    time.Time      `json:"decided_at,omitzero"`
	DecidedBy    string         `json:"decided_by,omitempty"`
	Reason       string         `json:"reason,omitempty"`
}

type networkQuery struct {
	api.ID
	Reverse bool `query:"reverse" doc:"Ask the DNS for names of the first addresses: it may take some seconds."`
}

func (m *Module) apiAnyClaim(r *api.Request, in *networkQuery) (networkDossierJSON, error) {
	c, err := m.ClaimOf(r.Context(), r.Scope, in.ID.ID)
	if err != nil {
		return networkDossierJSON{}, err
	}
	out := networkDossierJSON{AnyNetworkJSON: anyNetwork(c)}
	all, err := m.Overlaps(r.Context(), r.Scope, c.ID)
	if err != nil {
		return out, err
	}
	out.Overlaps = api.Each(all, func(v Overlap) overlapJSON {
		return overlapJSON{v.ID, v.Relation, v.State, v.Claim == c.ID, v.Facing.ID, v.Facing.Text, v.FacingCode, v.FacingName, v.OpenedAt, v.DecidedAt, v.DecidedBy, v.Reason}
	})
	if in.Reverse {
		out.Names, err = m.ReverseNames(r.Context(), r.Scope, c.Claim)
	}
	return out, err
}

type claimDecisionInput struct {
	api.ID
	Body struct {
		Action  string `json:"action" enum:"verify,refuse,shared,transferred,refused" doc:"Of the claim: verify, refuse. Of an overlap: shared, transferred (to the later one), refused."`
		Overlap int64  `json:"overlap,omitzero" minimum:"0" doc:"The overlap decided on; missing for the claim itself."`
		Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"Told to the body; required of all but shared."`
	} `nameHint:"NetworkDecision"`
}

func (m *Module) apiDecideClaim(r *api.Request, in *claimDecisionInput) (networkDossierJSON, error) {
	d := ClaimDecision{Overlap: in.Body.Overlap, Action: in.Body.Action, Reason: in.Body.Reason, By: r.Person.Name}
	if err := m.DecideClaim(r.Context(), r.Scope, in.ID.ID, d); err != nil {
		return networkDossierJSON{}, err
	}
	return m.apiAnyClaim(r, &networkQuery{ID: in.ID})
}
