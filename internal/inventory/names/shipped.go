// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"martinella/data"
)

// shipped is the dictionary that comes with the program (data/products): what
// there is before the first feed, and what a feed does not say.
type shipped struct {
	products []Product
	packages []byte // "purl\tpart:vendor:product\t…\n", sorted by purl
}

var loadShipped = sync.OnceValues(readShipped)

func readShipped() (*shipped, error) {
	list, err := unpacked("products/products.tsv.zst")
	if err != nil {
		return nil, err
	}
	more, err := data.Files.ReadFile("products/supplement.tsv")
	if err != nil {
		return nil, err
	}
	s := &shipped{products: make([]Product, 0, 40_000)}
	for _, text := range [][]byte{list, more} {
		if s.products, err = readProducts(s.products, string(text)); err != nil {
			return nil, err
		}
	}
	s.packages, err = unpacked("products/purls.tsv.zst")
	return s, err
}

func unpacked(file string) ([]byte, error) {
	packed, err := data.Files.ReadFile(file)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return text, nil
}

// readProducts reads lines of part, vendor, product and, if stated, number of CVEs.
func readProducts(to []Product, text string) ([]Product, error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) < 3 {
			return nil, fmt.Errorf("list of products: %q", line)
		}
		p := Product{Part: f[0], Vendor: f[1], Product: f[2]}
		if len(f) > 3 {
			n, err := strconv.Atoi(f[3])
			if err != nil {
				return nil, fmt.Errorf("list of products: %q: %w", line, err)
			}
			p.Count = n
		}
		to = append(to, p)
	}
	return to, nil
}

// WithShipped adds the dictionary that comes with the program to one of the
// corpus. Where both know a product, the higher count holds.
func WithShipped(corpus []Product) ([]Product, error) {
	s, err := loadShipped()
	if err != nil {
		return nil, err
	}
	at := make(map[name]int, len(corpus)+len(s.products))
	out := make([]Product, 0, len(corpus)+len(s.products))
	for _, list := range [][]Product{corpus, s.products} {
		for _, p := range list {
			n := nameOf(p)
			if i, ok := at[n]; ok {
				out[i].Count = max(out[i].Count, p.Count)
				continue
			}
			at[n] = len(out)
			out = append(out, p)
		}
	}
	return out, nil
}
