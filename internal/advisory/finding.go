// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/advisory/parse"
	"martinella/internal/platform/fault"
)

// Indicator is an indicator of compromise: something to look for, or to block.
type Indicator struct {
	Type    parse.IndicatorType `json:"type"`
	Value   string              `json:"value"` // as it is on the network; show it with Defang only
	Comment string              `json:"comment,omitempty"`
	Until   time.Time           `json:"until,omitzero"` // a day; zero: until it is taken out
}

// Product is one that an advisory calls affected. Text is what people read; the
// others are filled where they are known.
type Product struct {
	Text     string `json:"text"`
	Vendor   string `json:"vendor,omitempty"`
	Product  string `json:"product,omitempty"`
	Versions string `json:"versions,omitempty"`
	CPE      string `json:"cpe,omitempty"` // 2.3
}

// The most of them that one advisory holds, and of the letters of a part.
const (
	MaxIndicators = 5_000
	maxProducts   = 300
	maxPart       = 300
)

// between stands between the parts of a line that people write.
const between = " | "

// indicatorLines writes indicators for the form, one a line: value, comment, last day.
func indicatorLines(list []Indicator) string {
	var b strings.Builder
	for _, i := range list {
		day := ""
		if !i.Until.IsZero() {
			day = i.Until.UTC().Format(time.DateOnly)
		}
		b.WriteString(joinParts(Defang(i.Value), i.Comment, day) + "\n")
	}
	return b.String()
}

// productLines writes products for the form, one a line: what people read, vendor, product, versions, CPE.
func productLines(list []Product) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(joinParts(p.Text, p.Vendor, p.Product, p.Versions, p.CPE) + "\n")
	}
	return b.String()
}

// joinParts leaves out the empty ones at the end.
func joinParts(parts ...string) string {
	for len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return strings.TrimRight(strings.Join(parts, between), " ")
}

// lineParts gives the parts of each line that is not blank: always n of them.
func lineParts(text string, n int) (out [][]string) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.SplitN(strings.TrimSpace(line), "|", n)
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		out = append(out, append(parts, make([]string, n-len(parts))...))
	}
	return out
}

// readIndicators reads what indicatorLines writes; addresses may be defanged. A
// fault of the field names the first line that is none.
func readIndicators(text string) ([]Indicator, error) {
	var out []Indicator
	for _, p := range lineParts(text, 3) {
		i := Indicator{Value: p[0], Comment: p[1]}
		if p[2] != "" {
			day, err := time.Parse(time.DateOnly, p[2])
			if err != nil {
				return nil, fault.New(fault.Invalid, "advisory.entry").Field("indicators", "advisory.indicator_day", fault.P{"text": clip(p[2])})
			}
			i.Until = day
		}
		out = append(out, i)
	}
	return out, nil
}

// readProducts reads what productLines writes.
func readProducts(text string) []Product {
	var out []Product
	for _, p := range lineParts(text, 5) {
		out = append(out, Product{p[0], p[1], p[2], p[3], p[4]})
	}
	return out
}

// tidyIndicators gives each once, in its usual writing and with its type; what
// cannot be read stays, without a type, for check to name.
func tidyIndicators(list []Indicator) []Indicator {
	var out []Indicator
	seen := map[string]bool{}
	for _, i := range list {
		i.Comment = strings.Join(strings.Fields(i.Comment), " ")
		if read, ok := parse.ReadIndicator(i.Value); ok {
			i.Type, i.Value = read.Type, read.Value
		} else {
			i.Type = ""
		}
		if !seen[i.Value] {
			seen[i.Value] = true
			out = append(out, i)
		}
	}
	return out
}

func tidyProducts(list []Product) []Product {
	var out []Product
	seen := map[Product]bool{}
	for _, p := range list {
		for _, part := range []*string{&p.Text, &p.Vendor, &p.Product, &p.Versions, &p.CPE} {
			*part = strings.Join(strings.Fields(*part), " ")
		}
		if p.Text == "" {
			p.Text = strings.Join(strings.Fields(p.Vendor+" "+p.Product+" "+p.Versions), " ")
		}
		if !seen[p] && p.Text != "" {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

func (e Entry) checkFindings(f *fault.Error) {
	for _, i := range e.Indicators {
		switch {
		case i.Type == "":
			f.Field("indicators", "advisory.indicator", fault.P{"text": clip(i.Value)})
		case utf8.RuneCountInString(i.Comment) > maxPart:
			f.Field("indicators", "advisory.long", fault.P{"limit": maxPart})
		default:
			continue
		}
		break
	}
	if len(e.Indicators) > MaxIndicators {
		f.Field("indicators", "advisory.many_lines", fault.P{"limit": MaxIndicators})
	}
	if len(e.Products) > maxProducts {
		f.Field("products", "advisory.many_lines", fault.P{"limit": maxProducts})
	}
	for _, p := range e.Products {
		if utf8.RuneCountInString(joinParts(p.Text, p.Vendor, p.Product, p.Versions, p.CPE)) > 2*maxPart {
			f.Field("products", "advisory.long", fault.P{"limit": 2 * maxPart})
			break
		}
	}
	if utf8.RuneCountInString(e.Source) > maxReference {
		f.Field("source", "advisory.long", fault.P{"limit": maxReference})
	}
}

// findingsOf takes over what was read of an alert from outside.
func (c *Content) findingsOf(d parse.Document) {
	for _, p := range d.Products[:min(len(d.Products), maxProducts)] {
		c.Products = append(c.Products, Product{cut300(p.Text), cut300(p.Vendor), cut300(p.Product), cut300(p.Versions), p.CPE})
	}
	for _, i := range d.Indicators[:min(len(d.Indicators), MaxIndicators)] {
		c.Indicators = append(c.Indicators, Indicator{Type: i.Type, Value: i.Value, Until: i.Until})
	}
}

// cut300 bounds a part so that a product with all of them still passes the check.
func cut300(s string) string {
	const most = maxPart / 3
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
