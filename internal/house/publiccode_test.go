// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// publiccode is what publiccode.yml 0.7.0 (schema.core.rst) says of the keys
// we use. Unknown keys are refused when it is read, so a key we begin to use
// has to be added here with its rules.
type publiccode struct {
	Version     string   `yaml:"publiccodeYmlVersion"`
	Name        string   `yaml:"name"`
	URL         string   `yaml:"url"`
	Platforms   []string `yaml:"platforms"`
	Categories  []string `yaml:"categories"`
	Status      string   `yaml:"developmentStatus"`
	Type        string   `yaml:"softwareType"`
	Release     string   `yaml:"releaseDate"`
	Software    string   `yaml:"softwareVersion"`
	Audience    audience `yaml:"intendedAudience"`
	Description map[string]struct {
		Short       string   `yaml:"shortDescription"`
		Long        string   `yaml:"longDescription"`
		Features    []string `yaml:"features"`
		Screenshots []string `yaml:"screenshots"`
	} `yaml:"description"`
	Legal struct {
		Licence string `yaml:"license"`
		Owner   string `yaml:"mainCopyrightOwner"`
	} `yaml:"legal"`
	Maintenance  maintenance `yaml:"maintenance"`
	Localisation struct {
		Ready     *bool    `yaml:"localisationReady"`
		Languages []string `yaml:"availableLanguages"`
	} `yaml:"localisation"`
	Supports     []struct{ ID string } `yaml:"supports"`
	Organisation struct {
		URI  string `yaml:"uri"`
		Name string `yaml:"name"`
	} `yaml:"organisation"`
	DependsOn map[string][]map[string]any `yaml:"dependsOn"`
}

type audience struct {
	Countries []string `yaml:"countries"`
	Scope     []string `yaml:"scope"`
}

type maintenance struct {
	Type        string              `yaml:"type"`
	Contacts    []map[string]string `yaml:"contacts"`
	Contractors []map[string]string `yaml:"contractors"`
}

// vocabulary reads one of the standard's lists of allowed values.
func vocabulary(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "publiccode", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(string(text), ""))
}

// complaints collects what breaks the standard.
type complaints []string

func (c *complaints) unless(ok bool, format string, args ...any) {
	if !ok {
		*c = append(*c, fmt.Sprintf(format, args...))
	}
}

func checkPubliccode(t *testing.T, text string) []string {
	t.Helper()
	var p publiccode
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return []string{err.Error()}
	}
	var c complaints
	address, err := url.Parse(p.URL)
	c.unless(slices.Contains([]string{"0", "0.7", "0.7.0"}, p.Version), "publiccodeYmlVersion is %q", p.Version)
	c.unless(p.Name != "", "name is mandatory")
	c.unless(err == nil && address.IsAbs() && address.Host != "", "url %q is not an address", p.URL)
	c.unless(len(p.Platforms) > 0, "platforms is mandatory")
	c.unless(slices.Contains(strings.Fields("concept development beta stable obsolete"), p.Status), "developmentStatus is %q", p.Status)
	c.unless(slices.Contains(strings.Fields("standalone/mobile standalone/iot standalone/desktop standalone/web standalone/backend standalone/other addon library configurationFiles"), p.Type), "softwareType is %q", p.Type)
	c.unless(p.Release == "" || regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`).MatchString(p.Release), "releaseDate is %q", p.Release)
	c.unless(p.Legal.Licence == "EUPL-1.2", "legal/license is %q", p.Legal.Licence)
	c.unless(p.Localisation.Ready != nil, "localisationReady is mandatory")
	c.values("categories", p.Categories, vocabulary(t, "categories"))
	c.values("intendedAudience/scope", p.Audience.Scope, vocabulary(t, "scope"))
	c.countries(p.Audience.Countries)
	c.maintained(p.Maintenance)
	c.described(p)
	c.supported(t, p)
	return c
}

func (c *complaints) values(key string, got, allowed []string) {
	for _, v := range got {
		c.unless(slices.Contains(allowed, v), "%s: %q is not in the standard's list", key, v)
	}
}

func (c *complaints) countries(codes []string) {
	for _, code := range codes {
		// An unquoted NO is the boolean false to a YAML 1.1 reader.
		c.unless(regexp.MustCompile(`^[A-Z]{2}$`).MatchString(code), "country %q is not two capitals", code)
	}
}

func (c *complaints) maintained(m maintenance) {
	switch m.Type {
	case "internal", "community":
		c.unless(len(m.Contacts) > 0, "maintenance by %s needs contacts", m.Type)
	case "contract":
		c.unless(len(m.Contractors) > 0, "maintenance by contract needs contractors")
	case "none":
	default:
		c.unless(false, "maintenance/type is %q", m.Type)
	}
	c.unless(m.Type == "contract" || len(m.Contractors) == 0, "contractors without a contract")
	for _, contact := range m.Contacts {
		c.unless(contact["name"] != "", "a contact without a name")
	}
}

func (c *complaints) described(p publiccode) {
	c.unless(len(p.Description) > 0, "description needs at least one language")
	c.unless(len(p.Localisation.Languages) > 0, "availableLanguages is mandatory")
	for lang, d := range p.Description {
		short, long := utf8.RuneCountInString(d.Short), utf8.RuneCountInString(d.Long)
		c.unless(short > 0 && short <= 150 && !strings.Contains(d.Short, "\n"), "%s: shortDescription has %d characters, 1 to 150 in one line", lang, short)
		c.unless(long >= 150 && long <= 10000, "%s: longDescription has %d characters, 150 to 10000", lang, long)
		c.unless(len(d.Features) > 0, "%s: features is mandatory", lang)
		for _, s := range d.Screenshots {
			_, err := os.Stat(filepath.Join(root, s))
			c.unless(err == nil, "%s: screenshot %s: %v", lang, s, err)
		}
	}
}

func (c *complaints) supported(t *testing.T, p publiccode) {
	for _, s := range p.Supports {
		if alias, ok := strings.CutPrefix(s.ID, "alias:"); ok {
			c.unless(slices.Contains(vocabulary(t, "aliases"), alias), "supports: unknown alias %q", alias)
			continue
		}
		u, err := url.Parse(s.ID)
		c.unless(err == nil && u.IsAbs(), "supports: %q is not a URI", s.ID)
	}
}

func readPubliccode(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "publiccode.yml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPubliccodeFollowsTheStandard(t *testing.T) {
	report(t, checkPubliccode(t, readPubliccode(t)),
		"catalogues of public software (Developers Italia and its sisters) leave out what they cannot read")
}

func TestPubliccodeRuleCatches(t *testing.T) {
	good := readPubliccode(t)
	for _, c := range []struct{ name, old, new string }{
		{"no name", "name: Martinella", "name: ''"},
		{"no address", `"https://git.example.org/`, `"git.example.org/`},
		{"unknown status", "developmentStatus: development", "developmentStatus: great"},
		{"unknown category", "- it-security", "- cyber"},
		{"unknown scope", "- healthcare", "- hospitals"},
		{"country read as a truth value", `"NO"`, `"false"`},
		{"another licence", "license: EUPL-1.2", "license: MIT"},
		{"community without people", `type: "none"`, `type: "community"`},
		{"unknown key", "softwareType:", "softwareKind:"},
		{"unknown alias", "https://doi.org/10.6028/NIST.IR.7695", "alias:nis3"},
		{"long short description", "The operations portal", strings.Repeat("The operations portal", 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.Replace(good, c.old, c.new, 1)
			if bad == good {
				t.Fatalf("publiccode.yml has no %q to break", c.old)
			}
			if got := checkPubliccode(t, bad); len(got) == 0 {
				t.Error("accepted")
			}
		})
	}
}
