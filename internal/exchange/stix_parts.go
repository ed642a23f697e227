// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/json"
	"strconv"
	"strings"

	"martinella/internal/platform/tlp"
)

func id(a Alert) string { return strconv.FormatInt(a.ID, 10) }

// The marking definitions of TLP 2.0, as OASIS published them with their
// extension (STIX 2.1 TLP 2.0 marking definitions, 2022).
const tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// tlpMark gives the identifier of a label's marking definition.
func tlpMark(l tlp.Label) string {
	const kind = "marking-definition--"
	switch l {
	case tlp.Clear:
		return kind + "94868c89-83c2-464b-929b-a1a8aa3c8487"
	case tlp.Green:
		return kind + "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
	case tlp.Amber:
		return kind + "55d920b0-5e8b-4f79-9ee9-91f868d9b421"
	case tlp.AmberStrict:
		return kind + "939a9414-2ddd-4d32-a0cd-375ea402b003"
	}
	return kind + "e828b379-4e03-4974-9ac4-e53a884c97c1"
}

// stixPAP defines the label of the Permissible Actions Protocol that an alert
// has: OASIS has no marking for it, so it is a statement. It comes with the alert
// alone: who reads a bundle takes the statements in it as his.
func (m *Module) stixPAP(a Alert) []stixObject {
	if a.PAP == "" {
		return nil
	}
	return []stixObject{{Type: "marking-definition", SpecVersion: "2.1", ID: m.stixPAPID(a), Created: instant(a.Sent), CreatedBy: m.stixIdentity(), Name: a.PAP,
		DefinitionType: "statement", Definition: &stixStatement{a.PAP}}}
}

func (m *Module) stixPAPID(a Alert) string {
	return m.stixID("marking-definition", id(a)+":"+a.PAP)
}

func (m *Module) stixMarks(a Alert) []string {
	marks := []string{tlpMark(a.TLP)}
	if a.PAP != "" {
		marks = append(marks, m.stixPAPID(a))
	}
	return marks
}

// stixCommon gives what alerts refer to: who wrote them and what their labels mean.
func (m *Module) stixCommon() []stixObject {
	at := instant(stixEpoch)
	out := []stixObject{{Type: "identity", SpecVersion: "2.1", ID: m.stixIdentity(), Created: at, Modified: at, Name: m.deps.Name, IdentityClass: "organization",
		External: []stixReference{{Source: m.deps.Name, URL: m.deps.BaseURL + "/"}}}}
	for _, l := range []tlp.Label{tlp.Clear, tlp.Green, tlp.Amber} {
		out = append(out, stixObject{Type: "marking-definition", SpecVersion: "2.1", ID: tlpMark(l), Created: at, Name: string(l),
			Extensions: map[string]stixTLPLabel{tlpExtension: {"property-extension", strings.ToLower(string(l[len("TLP:"):]))}}})
	}
	return out
}

// stixPattern says what to look for (STIX 2.1, 9); "" for what has no pattern.
func stixPattern(i Indicator) string {
	path := map[string]string{
		"domain": "domain-name:value", "url": "url:value", "email": "email-addr:value", "md5": "file:hashes.MD5",
		"sha1": "file:hashes.'SHA-1'", "sha256": "file:hashes.'SHA-256'", "sha512": "file:hashes.'SHA-512'",
	}[i.Type]
	if i.Type == "ip" || i.Type == "network" {
		path = "ipv4-addr:value"
		if strings.Contains(i.Value, ":") {
			path = "ipv6-addr:value"
		}
	}
	if path == "" {
		return ""
	}
	return "[" + path + " = '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(i.Value) + "']"
}

// stixSoftware names the products as observables of the alert, as
// stixVulnerabilities says. Their identifiers are not made of what they say
// alone (STIX 2.1, 2.9, allows it): two alerts may say the same under two labels.
func (m *Module) stixSoftware(a Alert, marks []string) (out []stixObject) {
	seen := map[string]bool{}
	for _, p := range a.Products {
		o := stixObject{Type: "software", SpecVersion: "2.1", Name: p.Product, Vendor: p.Vendor, Version: p.Versions, CPE: p.CPE, Marks: marks}
		if o.Name == "" {
			o.Name = p.Text
		}
		parts, _ := json.Marshal([]string{o.Name, o.Vendor, o.Version, o.CPE}) // strings cannot fail
		if o.ID = m.stixID("software", id(a)+":"+string(parts)); !seen[o.ID] {
			seen[o.ID] = true
			out = append(out, o)
		}
	}
	return out
}
