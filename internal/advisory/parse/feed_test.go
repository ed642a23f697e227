// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"errors"
	"strings"
	"testing"

	"martinella/internal/platform/fault"
)

func rss(items string) string {
	return `<rss version="2.0"><channel><title>ESEMPIO INVENTATO</title>` + items + `</channel></rss>`
}

// refused checks that data is refused with a code.
func refused(t *testing.T, name, hint, data, code string) {
	t.Helper()
	docs, err := All(hint, []byte(data))
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("%s: %v, %d documents, want %s", name, err, len(docs), code)
	}
}

func TestFeedsThatAreRefused(t *testing.T) {
	const bomb = `<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>`
	for _, c := range []struct{ name, data, code string }{
		{"entities", bomb + rss("<item><title>&b;</title></item>"), CodeEntities},
		{"an entity of a file", `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rss("<item><title>&x;</title></item>"), CodeEntities},
		{"nested", `<?xml version="1.0"?>` + rss(strings.Repeat("<a:x>", 1_000_000)), CodeDeep},
		{"nested after ends without beginnings", `<?xml version="1.0"?>` + rss(strings.Repeat("</b>", 1000)+strings.Repeat("<a>", 1000)), CodeDeep},
		{"cut", rss("<item><title>a")[:60], CodeCut},
		{"other XML", `<?xml version="1.0"?><report/>`, CodeUnknown},
		{"empty", rss(""), CodeEmpty},
	} {
		refused(t, c.name, "", c.data, c.code)
	}
	_, err := Parse("", []byte(rss("<item><title>a</title></item><item><title>b</title></item>")))
	if !errors.Is(err, fault.New(fault.Invalid, CodeSeveral)) {
		t.Errorf("two items: %v", err)
	}
}

func TestFeedsWithFaultsAreRead(t *testing.T) {
	for name, data := range map[string]string{
		"an old document type": `<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">` + rss("<item><title>città</title></item>"),
		"control characters":   rss("<item><title>cit\x01tà</title></item>"),
		"Latin letters":        `<?xml version="1.0" encoding="iso-8859-1"?>` + rss("<item><title>citt\xE0</title></item>"),
		"RSS 1.0":              `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/><item><title>città</title></item></rdf:RDF>`,
	} {
		d, err := Parse("", []byte(data))
		if err != nil || d.Title != "città" {
			t.Errorf("%s: %q, %v", name, d.Title, err)
		}
	}
}

func TestPages(t *testing.T) {
	d := read(t, `<!DOCTYPE html><html><head><title>no</title><script>AL01/260101/CSIRT-ITA</script></head><body>
<h1>ESEMPIO INVENTATO<br>AL02/260101/CSIRT-ITA</h1><h2>Sintesi</h2><p>Testo <b>in</b> grassetto.</p><h2>Riferimenti</h2><a href="https://a.example/x">pagina</a> <a href="javascript:alert(1)">no</a></body>`)
	if d.Reference == nil || d.Reference.Number != 2 || d.Summary != "Testo in grassetto." || len(d.References) != 1 || len(d.Related) != 0 {
		t.Errorf("%+v", d)
	}
}

func FuzzFeed(f *testing.F) {
	seed(f, "*.xml", rss("<item><title>a</title><description>&lt;p&gt;b</description></item>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, "a.xml", data)
		if docs, err := Feed(data); err == nil {
			for _, d := range docs {
				checkDocument(t, d)
			}
		}
	})
}

func FuzzPage(f *testing.F) {
	seed(f, "*.xml", "<p>a<a href='https://a.it'>b</a><li>c<td>d")
	f.Fuzz(func(t *testing.T, data []byte) { check(t, "a.html", data) })
}
