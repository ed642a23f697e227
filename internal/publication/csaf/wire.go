// SPDX-License-Identifier: EUPL-1.2

package csaf

// The parts of the standard's schema that we write, in its words (3.2).

type document struct {
	Document        head            `json:"document"`
	ProductTree     *productTree    `json:"product_tree,omitempty"`
	Vulnerabilities []vulnerability `json:"vulnerabilities,omitempty"`
}

type head struct {
	Thanks       []thanks     `json:"acknowledgments,omitempty"`
	Severity     *severity    `json:"aggregate_severity,omitempty"`
	Category     string       `json:"category"`
	Version      string       `json:"csaf_version"`
	Distribution distribution `json:"distribution"`
	Lang         string       `json:"lang"`
	Notes        []note       `json:"notes,omitempty"`
	Publisher    publisher    `json:"publisher"`
	References   []reference  `json:"references,omitempty"`
	Title        string       `json:"title"`
	Tracking     tracking     `json:"tracking"`
}

type thanks struct {
	Organization string `json:"organization"`
	Summary      string `json:"summary"`
}

type severity struct {
	Text string `json:"text"`
}

type distribution struct {
	TLP tlp `json:"tlp"`
}

type tlp struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

type note struct {
	Category string `json:"category"`
	Text     string `json:"text"`
	Title    string `json:"title,omitempty"`
}

type publisher struct {
	Category  string `json:"category"`
	Contact   string `json:"contact_details,omitempty"`
	Authority string `json:"issuing_authority,omitempty"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

type reference struct {
	Category string `json:"category"`
	Summary  string `json:"summary"`
	URL      string `json:"url"`
}

type tracking struct {
	Aliases   []string   `json:"aliases,omitempty"`
	Current   string     `json:"current_release_date"`
	Generator *generator `json:"generator,omitempty"`
	ID        string     `json:"id"`
	Initial   string     `json:"initial_release_date"`
	History   []revision `json:"revision_history"`
	Status    string     `json:"status"`
	Version   string     `json:"version"`
}

type generator struct {
	Engine engine `json:"engine"`
}

type engine struct {
	Name string `json:"name"`
}

type revision struct {
	Date    string `json:"date"`
	Number  string `json:"number"`
	Summary string `json:"summary"`
}

type productTree struct {
	Branches []branch  `json:"branches,omitempty"`
	Names    []product `json:"full_product_names,omitempty"`
}

type branch struct {
	Branches []branch `json:"branches,omitempty"`
	Category string   `json:"category"`
	Name     string   `json:"name"`
	Product  *product `json:"product,omitempty"`
}

type product struct {
	Name   string  `json:"name"`
	ID     string  `json:"product_id"`
	Helper *helper `json:"product_identification_helper,omitempty"`
}

type helper struct {
	CPE string `json:"cpe"`
}

type vulnerability struct {
	CVE          string         `json:"cve"`
	Notes        []note         `json:"notes"`
	Status       *productStatus `json:"product_status,omitempty"`
	Remediations []remediation  `json:"remediations,omitempty"`
	Scores       []score        `json:"scores,omitempty"`
}

type score struct {
	V3       cvss3    `json:"cvss_v3"`
	Products []string `json:"products"`
}

type cvss3 struct {
	Base     float64 `json:"baseScore"`
	Severity string  `json:"baseSeverity"`
	Vector   string  `json:"vectorString"`
	Version  string  `json:"version"`
}

type productStatus struct {
	Affected      []string `json:"known_affected,omitempty"`
	Investigating []string `json:"under_investigation,omitempty"`
}

type remediation struct {
	Category string   `json:"category"`
	Details  string   `json:"details"`
	Products []string `json:"product_ids"`
}
