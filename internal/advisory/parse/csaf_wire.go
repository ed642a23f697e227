// SPDX-License-Identifier: EUPL-1.2

package parse

// The members of CSAF that are read; the standard's clauses are 3.2.1 (document),
// 3.2.2 (product tree), 3.2.3 (vulnerabilities).
type csafWire struct {
	Document        csafHead            `json:"document"`
	ProductTree     csafTree            `json:"product_tree"`
	Vulnerabilities []csafVulnerability `json:"vulnerabilities"`
}

type csafHead struct {
	Title             string `json:"title"`
	Lang              string `json:"lang"`
	AggregateSeverity struct {
		Text string `json:"text"`
	} `json:"aggregate_severity"`
	Distribution struct {
		TLP struct {
			Label string `json:"label"`
		} `json:"tlp"`
	} `json:"distribution"`
	Notes     []csafNote `json:"notes"`
	Publisher struct {
		Name string `json:"name"`
	} `json:"publisher"`
	References []csafReference `json:"references"`
	Tracking   struct {
		ID      string     `json:"id"`
		Aliases []string   `json:"aliases"`
		Version loose      `json:"version"`
		Initial string     `json:"initial_release_date"`
		Current string     `json:"current_release_date"`
		History []struct{} `json:"revision_history"`
	} `json:"tracking"`
}

type csafNote struct {
	Category string `json:"category"`
	Title    string `json:"title"`
	Text     string `json:"text"`
}

type csafReference struct {
	URL     string `json:"url"`
	Summary string `json:"summary"`
}

type csafTree struct {
	Branches      []csafBranch  `json:"branches"`
	Names         []csafProduct `json:"full_product_names"`
	Relationships []struct {
		Product csafProduct `json:"full_product_name"`
	} `json:"relationships"`
}

type csafBranch struct {
	Category string       `json:"category"`
	Name     string       `json:"name"`
	Product  csafProduct  `json:"product"`
	Branches []csafBranch `json:"branches"`
}

type csafProduct struct {
	ID     string `json:"product_id"`
	Name   string `json:"name"`
	Helper struct {
		CPE  string `json:"cpe"`
		PURL string `json:"purl"`
	} `json:"product_identification_helper"`
}

type csafVulnerability struct {
	CVE          string              `json:"cve"`
	Title        string              `json:"title"`
	Notes        []csafNote          `json:"notes"`
	Scores       []csafScores        `json:"scores"`  // 2.0
	Metrics      []csafMetric        `json:"metrics"` // 2.1
	Status       map[string][]string `json:"product_status"`
	Remediations []struct {
		Category string `json:"category"`
		Details  string `json:"details"`
		URL      string `json:"url"`
	} `json:"remediations"`
	Threats []struct {
		Category string `json:"category"`
		Details  string `json:"details"`
	} `json:"threats"`
	References []csafReference `json:"references"`
}

type csafScores struct {
	V2 csafCVSS `json:"cvss_v2"`
	V3 csafCVSS `json:"cvss_v3"`
	V4 csafCVSS `json:"cvss_v4"`
}

type csafMetric struct {
	Content csafScores `json:"content"`
}

func contents(metrics []csafMetric) (out []csafScores) {
	for _, m := range metrics {
		out = append(out, m.Content)
	}
	return out
}

type csafCVSS struct {
	Version  loose   `json:"version"`
	Vector   string  `json:"vectorString"`
	Score    float64 `json:"baseScore"`
	Severity string  `json:"baseSeverity"`
}
