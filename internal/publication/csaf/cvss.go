// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Score is a CVSS score that somebody gave a CVE.
type Score struct {
	CVE     string  `json:"cve"`
	Version string  `json:"version"` // "3.1"
	Vector  string  `json:"vector,omitempty"`
	Base    float64 `json:"base"`
}

// Severity is the score in a word (CVSS 3.1, 5): "critical", "none".
func (s Score) Severity() string {
	switch {
	case s.Base >= 9:
		return "critical"
	case s.Base >= 7:
		return "high"
	case s.Base >= 4:
		return "medium"
	case s.Base > 0:
		return "low"
	}
	return "none"
}

// text is the score for who reads: "CVSS 4.0: 9.3 (CVSS:4.0/…)".
func (s Score) text() string {
	out := "CVSS " + s.Version + ": " + strconv.FormatFloat(s.Base, 'f', 1, 64)
	if s.Vector != "" {
		out += " (" + s.Vector + ")"
	}
	return out
}

// vector3 has the base metrics of CVSS 3.0 and 3.1, which come first (3.1, 6).
var vector3 = regexp.MustCompile(`^CVSS:3\.[01]/AV:([NALP])/AC:([LH])/PR:([NLH])/UI:([NR])/S:([UC])/C:([NLH])/I:([NLH])/A:([NLH])`)

// Holds says that a score of CVSS 3 is what its vector means.
func (s Score) Holds() bool { return s.wire([]string{""}) != nil }

// wire gives the score as CSAF 2.0 has it, which knows CVSS up to 3.1; nil where it
// is of another version, or where its number is not what its vector means
// (mandatory tests 6.1.8, 6.1.9).
func (s Score) wire(products []string) *score {
	m := vector3.FindStringSubmatch(s.Vector)
	if m == nil || !strings.HasPrefix(m[0], "CVSS:"+s.Version+"/") || len(products) == 0 || math.Abs(base3(s.Version, m[1:])-s.Base) > 0.001 {
		return nil
	}
	return &score{Products: products, V3: cvss3{s.Base, strings.ToUpper(s.Severity()), m[0], s.Version}}
}

// base3 is the base score of a vector's values (CVSS 3.1, 7.1).
func base3(version string, v []string) float64 {
	changed := v[4] == "C"
	privileges := map[string]float64{"N": 0.85, "L": 0.62, "H": 0.27}
	if changed {
		privileges = map[string]float64{"N": 0.85, "L": 0.68, "H": 0.5}
	}
	loss := map[string]float64{"H": 0.56, "L": 0.22, "N": 0}
	exploitability := 8.22 * map[string]float64{"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}[v[0]] * map[string]float64{"L": 0.77, "H": 0.44}[v[1]] *
		privileges[v[2]] * map[string]float64{"N": 0.85, "R": 0.62}[v[3]]
	sub := 1 - (1-loss[v[5]])*(1-loss[v[6]])*(1-loss[v[7]])
	impact, factor := 6.42*sub, 1.0
	if changed {
		impact, factor = 7.52*(sub-0.029)-3.25*math.Pow(sub-0.02, 15), 1.08
	}
	if impact <= 0 {
		return 0
	}
	return roundUp(version, math.Min(factor*(impact+exploitability), 10))
}

// roundUp gives the next tenth (3.1, appendix A; 3.0, 8.1, says it without the care for floats).
func roundUp(version string, x float64) float64 {
	if version == "3.0" {
		return math.Ceil(x*10) / 10
	}
	n := math.Round(x * 100_000)
	if math.Mod(n, 10_000) == 0 {
		return n / 100_000
	}
	return (math.Floor(n/10_000) + 1) / 10
}
