// SPDX-License-Identifier: EUPL-1.2

package pdf

import (
	"fmt"
	"time"
)

// Document is a text to read.
type Document struct {
	Title  string
	Author string
	Lang   string    // of what does not say its own: "it"
	Made   time.Time // stands in it
	Foot   func(page, pages int) string
	Blocks []Block
}

// Block is a heading or a paragraph.
type Block struct {
	Level int // of the heading, 1 the title's; 0: a paragraph
	Text  string
	Lang  string // "": the document's
	Href  string // absolute: the whole is a link
}

// Write gives the document's bytes.
func Write(d Document) ([]byte, error) {
	fonts, err := load()
	if err != nil {
		return nil, fmt.Errorf("pdf: its fonts: %w", err)
	}
	l := &layout{doc: d, fonts: fonts}
	for _, b := range d.Blocks {
		l.block(b)
	}
	l.feet()
	return l.file()
}
