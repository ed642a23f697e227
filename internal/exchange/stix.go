// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// stixObject is an object of STIX 2.1 (OASIS Standard, 10 June 2021) as far as it is written here.
type stixObject struct {
	Type           string                  `json:"type"`
	SpecVersion    string                  `json:"spec_version"`
	ID             string                  `json:"id"`
	CreatedBy      string                  `json:"created_by_ref,omitempty"`
	Created        string                  `json:"created,omitempty"`
	Modified       string                  `json:"modified,omitempty"`
	Revoked        bool                    `json:"revoked,omitempty"`
	Lang           string                  `json:"lang,omitempty"`
	Labels         []string                `json:"labels,omitempty"`
	Name           string                  `json:"name,omitempty"`
	Description    string                  `json:"description,omitempty"`
	IdentityClass  string                  `json:"identity_class,omitempty"`
	ReportTypes    []string                `json:"report_types,omitempty"`
	Published      string                  `json:"published,omitempty"`
	IndicatorTypes []string                `json:"indicator_types,omitempty"`
	Pattern        string                  `json:"pattern,omitempty"`
	PatternType    string                  `json:"pattern_type,omitempty"`
	ValidFrom      string                  `json:"valid_from,omitempty"`
	ValidUntil     string                  `json:"valid_until,omitempty"`
	CPE            string                  `json:"cpe,omitempty"`
	Vendor         string                  `json:"vendor,omitempty"`
	Version        string                  `json:"version,omitempty"`
	ObjectRef      string                  `json:"object_ref,omitempty"`
	ObjectRefs     []string                `json:"object_refs,omitempty"`
	ObjectModified string                  `json:"object_modified,omitempty"`
	Contents       map[string]stixText     `json:"contents,omitempty"`
	DefinitionType string                  `json:"definition_type,omitempty"`
	Definition     *stixStatement          `json:"definition,omitempty"`
	External       []stixReference         `json:"external_references,omitempty"`
	Marks          []string                `json:"object_marking_refs,omitempty"`
	Extensions     map[string]stixTLPLabel `json:"extensions,omitempty"`
}

type stixText struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

type stixStatement struct {
	Statement string `json:"statement"`
}

type stixReference struct {
	Source     string `json:"source_name"`
	ExternalID string `json:"external_id,omitempty"`
	URL        string `json:"url,omitempty"`
}

type stixTLPLabel struct {
	ExtensionType string `json:"extension_type"`
	TLP           string `json:"tlp_2_0"`
}

// stixID makes an identifier of something of this portal.
func (m *Module) stixID(kind, what string) string {
	return kind + "--" + uuid.NewSHA1(m.space, []byte(kind+":"+what)).String()
}

// stixEpoch is when the objects that never change were made: those every alert refers to.
var stixEpoch = time.Date(2022, 10, 1, 0, 0, 0, 0, time.UTC)

// stixOf writes an alert in STIX 2.1: the report first, then what it refers to.
// What all alerts refer to is in [Module.stixCommon].
func (m *Module) stixOf(a Alert) []stixObject {
	marks := m.stixMarks(a)
	refs := m.stixVulnerabilities(a, marks)
	refs = append(refs, m.stixSoftware(a, marks)...)
	refs = append(refs, m.stixIndicators(a, marks)...)
	report := m.stixReport(a, marks)
	for _, o := range refs {
		report.ObjectRefs = append(report.ObjectRefs, o.ID)
	}
	if len(refs) == 0 {
		report.ObjectRefs = []string{m.stixIdentity()} // a report must refer to something
	}
	out := []stixObject{report}
	if others := otherLanguages(a, report.Lang); len(others) > 0 {
		out = append(out, stixObject{Type: "language-content", SpecVersion: "2.1", ID: m.stixID("language-content", id(a)), CreatedBy: m.stixIdentity(), Created: report.Created,
			Modified: report.Modified, Revoked: a.Withdrawn, ObjectRef: report.ID, ObjectModified: report.Modified, Contents: others, Marks: marks})
	}
	return slices.Concat(out, m.stixPAP(a), refs)
}

func (m *Module) stixIdentity() string { return m.stixID("identity", m.deps.Name) }

func (m *Module) stixReport(a Alert, marks []string) stixObject {
	text, lang := a.In()
	o := stixObject{
		Type: "report", SpecVersion: "2.1", ID: m.stixID("report", id(a)), CreatedBy: m.stixIdentity(), Created: instant(a.Sent), Modified: instant(a.Changed),
		Revoked: a.Withdrawn, Lang: lang, Labels: []string{a.Kind, "severity:" + a.Severity}, Name: text.Title, Description: text.Body, Published: instant(a.Sent), Marks: marks,
	}
	if a.Withdrawn {
		o.Description = strings.TrimSpace(a.Why + "\n\n" + o.Description)
	}
	if len(a.CVEs) > 0 {
		o.ReportTypes = append(o.ReportTypes, "vulnerability")
	}
	if len(a.Indicators) > 0 {
		o.ReportTypes = append(o.ReportTypes, "indicator")
	}
	if a.Reference != "" {
		o.External = append(o.External, stixReference{Source: source(a, m.deps.Name), ExternalID: a.Reference})
	}
	for _, link := range a.Links {
		o.External = append(o.External, stixReference{Source: source(a, m.deps.Name), URL: link})
	}
	return o
}

func source(a Alert, own string) string {
	if a.Source != "" {
		return a.Source
	}
	return own
}

func otherLanguages(a Alert, but string) map[string]stixText {
	out := map[string]stixText{}
	for lang, t := range a.Texts {
		if lang != but {
			out[lang] = stixText{t.Title, t.Body}
		}
	}
	return out
}

// stixVulnerabilities names the CVEs. Each alert has objects of its own, with its
// label and its dates: one that several shared would be one thing to who may read
// the one alert and another to who may read the other. A CVE is not revoked by
// the withdrawal of an alert about it.
func (m *Module) stixVulnerabilities(a Alert, marks []string) (out []stixObject) {
	for _, cve := range a.CVEs {
		out = append(out, stixObject{Type: "vulnerability", SpecVersion: "2.1", ID: m.stixID("vulnerability", id(a)+":"+cve), CreatedBy: m.stixIdentity(), Created: instant(a.Sent), Modified: instant(a.Changed),
			Name: cve, External: []stixReference{{Source: "cve", ExternalID: cve, URL: "https://www.cve.org/CVERecord?id=" + cve}}, Marks: marks})
	}
	return out
}

func (m *Module) stixIndicators(a Alert, marks []string) (out []stixObject) {
	for _, i := range a.Indicators {
		pattern := stixPattern(i)
		if pattern == "" || i.Over(a.Sent) {
			continue
		}
		o := stixObject{
			Type: "indicator", SpecVersion: "2.1", ID: m.stixID("indicator", id(a)+":"+i.Value), CreatedBy: m.stixIdentity(), Created: instant(a.Sent), Modified: instant(a.Changed),
			Revoked: a.Withdrawn, Name: i.Value, Description: i.Comment, IndicatorTypes: []string{"malicious-activity"}, Pattern: pattern, PatternType: "stix", ValidFrom: instant(a.Sent), Marks: marks,
		}
		if !i.Until.IsZero() {
			o.ValidUntil = instant(i.Until.AddDate(0, 0, 1))
		}
		out = append(out, o)
	}
	return out
}
