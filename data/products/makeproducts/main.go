// SPDX-License-Identifier: EUPL-1.2

// Command makeproducts writes products.tsv.zst and purls.tsv.zst beside it from
// files in NVD's API 2.0 form and from an unpacked purl2cpe (see ../README.md):
//
//	go run ./data/products/makeproducts -purl2cpe DIR NVD-FILE.json.gz ...
package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// name is a product as CPE 2.3 writes it.
type name struct{ part, vendor, product string }

// extract is what is gathered.
type extract struct {
	cves  map[name]map[string]bool // which CVEs name a product
	purls map[string][]name
}

func main() {
	log.SetFlags(0)
	purl2cpe := flag.String("purl2cpe", "", "directory `DIR` of the unpacked purl2cpe")
	out := flag.String("out", "data/products", "where the two files go")
	flag.Parse()
	if err := run(*purl2cpe, *out, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(purl2cpe, out string, feeds []string) error {
	x := extract{map[name]map[string]bool{}, map[string][]name{}}
	for _, file := range feeds {
		if err := x.readFeed(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if purl2cpe != "" {
		if err := x.readPURLs(filepath.Join(purl2cpe, "data")); err != nil {
			return err
		}
	}
	err := errors.Join(write(filepath.Join(out, "products.tsv.zst"), x.products()), write(filepath.Join(out, "purls.tsv.zst"), x.packages()))
	log.Printf("%d products, %d package URLs", len(x.cves), len(x.purls))
	return err
}

// readFeed counts the products of a file's configurations.
func (x extract) readFeed(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	var feed struct {
		Vulnerabilities []struct {
			CVE struct {
				ID             string
				Configurations []struct {
					Nodes []struct{ CPEMatch []struct{ Criteria string } }
				}
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&feed); err != nil {
		return err
	}
	for _, v := range feed.Vulnerabilities {
		for _, c := range v.CVE.Configurations {
			for _, n := range c.Nodes {
				for _, m := range n.CPEMatch {
					x.count(m.Criteria, v.CVE.ID)
				}
			}
		}
	}
	return nil
}

// count notes that a CVE ("" for none) names a product.
func (x extract) count(cpe, cve string) (n name, ok bool) {
	if n, ok = parse(cpe); !ok {
		return n, false
	}
	if x.cves[n] == nil {
		x.cves[n] = map[string]bool{}
	}
	if cve != "" {
		x.cves[n][cve] = true
	}
	return n, true
}

// parse takes part, vendor and product from a CPE 2.3 name.
func parse(cpe string) (n name, ok bool) {
	rest, ok := strings.CutPrefix(cpe, "cpe:2.3:")
	if !ok {
		return n, false
	}
	var fields []string
	for start, i := 0, 0; i < len(rest) && len(fields) < 3; i++ {
		switch rest[i] {
		case '\\':
			i++
		case ':':
			fields, start = append(fields, strings.ToLower(rest[start:i])), i+1
		}
	}
	if len(fields) < 3 || strings.ContainsAny(fields[1]+fields[2], "*? \t\n") || fields[1] == "-" || fields[2] == "-" {
		return n, false
	}
	return name{fields[0], fields[1], fields[2]}, strings.Contains("aoh", fields[0])
}

// readPURLs reads a purl2cpe: in each folder, cpes.yml and purls.yml are lists
// of plain strings.
func (x extract) readPURLs(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "cpes.yml" {
			return err
		}
		cpes, err := list(path)
		if err != nil {
			return err
		}
		purls, err := list(filepath.Join(filepath.Dir(path), "purls.yml"))
		if err != nil {
			return err
		}
		for _, cpe := range cpes {
			if n, ok := x.count(cpe, ""); ok {
				x.link(purls, n)
			}
		}
		return nil
	})
}

func (x extract) link(purls []string, n name) {
	for _, p := range purls {
		if p, ok := plain(p); ok && !slices.Contains(x.purls[p], n) {
			x.purls[p] = append(x.purls[p], n)
		}
	}
}

// types are the package URL types that are kept; the others are misspelt or name no package.
var types = []string{"apache", "bitbucket", "cargo", "composer", "cpan", "deb", "docker", "drupal", "gem", "github", "gitlab", "gnome", "gnu", "golang",
	"googlesource", "hackage", "hex", "maven", "npm", "nuget", "pub", "pypi", "rpm", "sourceforge", "swift", "wordpress"}

// plain writes a package URL as names.PURL.Key does: without version, in lower case, without escapes.
func plain(p string) (string, bool) {
	p, _, _ = strings.Cut(p, "?")
	p = strings.ToLower(strings.Trim(strings.TrimSpace(p), "/"))
	if u, err := url.PathUnescape(p); err == nil && utf8.ValidString(u) {
		p = u
	}
	kind, rest, ok := strings.Cut(strings.TrimPrefix(p, "pkg:"), "/")
	if at := strings.LastIndexByte(rest, '@'); at > strings.LastIndexByte(rest, '/')+1 {
		rest = rest[:at]
	}
	return "pkg:" + kind + "/" + rest, ok && rest != "" && strings.HasPrefix(p, "pkg:") && slices.Contains(types, kind) && !strings.ContainsAny(rest, " \t")
}

func list(file string) (out []string, err error) {
	text, err := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if item, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			out = append(out, strings.Trim(item, `'" `))
		}
	}
	return out, err
}

func (n name) String() string { return n.part + ":" + n.vendor + ":" + n.product }

func (x extract) products() (out []string) {
	for n, cves := range x.cves {
		out = append(out, fmt.Sprintf("%s\t%s\t%s\t%d", n.part, n.vendor, n.product, len(cves)))
	}
	slices.Sort(out)
	return out
}

// packages writes each package URL with its products, the one in most CVEs first.
func (x extract) packages() (out []string) {
	for purl, ns := range x.purls {
		slices.SortFunc(ns, func(a, b name) int {
			return cmp.Or(len(x.cves[b])-len(x.cves[a]), strings.Compare(a.String(), b.String()))
		})
		line := purl
		for _, n := range ns {
			line += "\t" + n.String()
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func write(file string, lines []string) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(z)
	for _, line := range lines {
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), z.Close())
}
