// SPDX-License-Identifier: EUPL-1.2

package csaf_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The standard's mandatory tests (6.1) that speak of what we write. The others
// speak of elements that silent lists: they hold as long as we write none.

type wireDoc struct {
	Document struct {
		Category   string
		Lang       string
		SourceLang string `json:"source_lang"`
		Notes      []struct{ Category, Text string }
		References []struct{ Category, URL string }
		Tracking   struct {
			Status, Version string
			Initial         string                                   `json:"initial_release_date"`
			Current         string                                   `json:"current_release_date"`
			History         []struct{ Date, Number, Summary string } `json:"revision_history"`
		}
	}
	Tree            *wireTree `json:"product_tree"`
	Vulnerabilities []struct {
		CVE          string
		Notes        []any
		Status       map[string][]string `json:"product_status"`
		Remediations []struct {
			Products []string `json:"product_ids"`
		}
		Scores []struct {
			Products []string
			V3       struct {
				Version  string
				Vector   string  `json:"vectorString"`
				Score    float64 `json:"baseScore"`
				Severity string  `json:"baseSeverity"`
			} `json:"cvss_v3"`
		}
	}
}

type wireTree struct {
	Branches []wireBranch
	Names    []wireProduct `json:"full_product_names"`
}

type wireBranch struct {
	Branches       []wireBranch
	Category, Name string
	Product        *wireProduct
}

type wireProduct struct {
	ID string `json:"product_id"`
}

// silent are the elements we never write: of them speak 6.1.3–5, 11, 13, 15, 24, 25, 28, 32, 33.
var silent = []string{"relationships", "product_groups", "cwe", "purl", "source_lang", "involvements", "hashes", "flags", "group_ids"}

// mandatory gives what is wrong with a document, each with the number of its test.
func mandatory(text []byte) (out []string) {
	var d wireDoc
	if err := json.Unmarshal(text, &d); err != nil {
		return []string{err.Error()}
	}
	for _, name := range silent {
		if strings.Contains(string(text), `"`+name+`":`) {
			out = append(out, "6.1: writes "+name+", and no test looks at it")
		}
	}
	return slices.Concat(out, d.products(), d.revisions(), d.profile(), d.cves())
}

func (d wireDoc) products() (out []string) {
	defined := map[string]int{}
	var walk func([]wireBranch)
	walk = func(all []wireBranch) {
		for _, b := range all {
			if b.Product != nil {
				defined[b.Product.ID]++
			}
			if b.Category == "product_version" && regexp.MustCompile(`(?i)[<>]|\b(after|all|before|earlier|later|prior|versions?|to|through)\b| - `).MatchString(b.Name) {
				out = append(out, "6.1.31: "+b.Name)
			}
			if b.Product != nil && len(b.Branches) > 0 {
				out = append(out, "schema: a branch with a product and branches")
			}
			walk(b.Branches)
		}
	}
	if d.Tree != nil {
		walk(d.Tree.Branches)
		for _, p := range d.Tree.Names {
			defined[p.ID]++
		}
	}
	for id, n := range defined {
		if n > 1 {
			out = append(out, "6.1.2: "+id)
		}
	}
	return append(out, d.uses(defined)...)
}

func (d wireDoc) uses(defined map[string]int) (out []string) {
	for _, v := range d.Vulnerabilities {
		seen := map[string]string{}
		for status, ids := range v.Status {
			for _, id := range ids {
				if defined[id] == 0 {
					out = append(out, "6.1.1: "+id)
				}
				if other := seen[id]; other != "" && other != status {
					out = append(out, "6.1.6: "+id)
				}
				seen[id] = status
			}
		}
		scored := map[string]bool{}
		for _, s := range v.Scores { // 6.1.8 is the schema's; 6.1.9 and 6.1.10 are other people's program, beside this one
			for _, id := range s.Products {
				if defined[id] == 0 || scored[id] || !slices.Contains(v.Status["known_affected"], id) {
					out = append(out, "6.1.1, 6.1.7: "+id)
				}
				scored[id] = true
			}
		}
		for _, r := range v.Remediations {
			if len(r.Products) == 0 {
				out = append(out, "6.1.29")
			}
			for _, id := range r.Products {
				if defined[id] == 0 {
					out = append(out, "6.1.1: "+id)
				}
			}
		}
	}
	return out
}

func (d wireDoc) revisions() (out []string) {
	t := d.Document.Tracking
	if t.Status != "final" {
		out = append(out, "6.1.17, 6.1.20: we publish what is final")
	}
	before := time.Time{}
	for i, r := range t.History {
		n, err := strconv.Atoi(r.Number)
		if err != nil || n != i+1 { // 6.1.18, 19: not 0 nor a pre-release; 21, 22: none missing, none twice; 30: integers alone
			out = append(out, fmt.Sprintf("6.1.18, 19, 21, 22, 30: revision %d is %s", i+1, r.Number))
		}
		at, err := time.Parse(time.RFC3339, r.Date)
		if err != nil || at.Before(before) {
			out = append(out, "6.1.14: "+r.Date)
		}
		before = at
	}
	if n := len(t.History); n == 0 || t.History[n-1].Number != t.Version || t.History[n-1].Date != t.Current || t.History[0].Date != t.Initial {
		out = append(out, "6.1.16: "+t.Version)
	}
	return out
}

func (d wireDoc) cves() (out []string) {
	seen := map[string]bool{}
	for _, v := range d.Vulnerabilities {
		if seen[v.CVE] {
			out = append(out, "6.1.23: "+v.CVE)
		}
		seen[v.CVE] = true
	}
	if !regexp.MustCompile(`^(it|en|nb)$`).MatchString(d.Document.Lang) {
		out = append(out, "6.1.12: "+d.Document.Lang)
	}
	return out
}

func (d wireDoc) profile() (out []string) {
	described := slices.ContainsFunc(d.Document.Notes, func(n struct{ Category, Text string }) bool {
		return slices.Contains([]string{"description", "details", "general", "summary"}, n.Category)
	})
	external := slices.ContainsFunc(d.Document.References, func(r struct{ Category, URL string }) bool { return r.Category == "external" })
	want := func(number string, ok bool) {
		if !ok {
			out = append(out, number+" in "+d.Document.Category)
		}
	}
	switch d.Document.Category {
	case "csaf_base":
	case "csaf_informational_advisory":
		want("6.1.27.1", described)
		want("6.1.27.2", external)
		want("6.1.27.3", len(d.Vulnerabilities) == 0)
	case "csaf_security_advisory":
		want("6.1.27.4", d.Tree != nil)
		want("6.1.27.11", len(d.Vulnerabilities) > 0)
		for _, v := range d.Vulnerabilities {
			want("6.1.27.5", len(v.Notes) > 0)
			want("6.1.27.6", len(v.Status) > 0)
		}
	default:
		out = append(out, "6.1.26: "+d.Document.Category)
	}
	return out
}
