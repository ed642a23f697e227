// SPDX-License-Identifier: EUPL-1.2

// Command extract makes the demonstration's extract of real vulnerability data
// out of a folder with the whole (-from). The same input gives the same files.
//
// Taken are the records that name a product of territory.json, or stand in
// CISA's catalogue of exploited vulnerabilities, or were new or changed in the
// last days; the README beside the files says from whom and under which licence.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// The first day that is told as news; what is older is the baseline.
const firstDay = "2026-08-17"

// recently is from which day on every record of the daily files is taken, so
// that searching the demonstration's corpus finds more than its own products.
const recently = "2026-07-20"

// wrong are records whose configuration contradicts their own text: the source
// composed it without the bound. NVD's own has it.
var wrong = map[string]string{
	"CVE-2023-4762": "says every Chrome, the text says prior to 116.0.5845.179",
}

func main() {
	from := flag.String("from", "", "folder with nvd-2.0, kev.tar.xz and kev-epss-2026-08-22.csv")
	to := flag.String("to", "internal/app/demo", "folder of the demonstration; the files go into feeds/ in it")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	if from == "" {
		return errors.New("-from is needed")
	}
	out := filepath.Join(to, "feeds")
	wanted, err := products()
	if err != nil {
		return err
	}
	exploited, err := kev(filepath.Join(from, "kev.tar.xz"), filepath.Join(out, "kev.json.zst"))
	if err != nil {
		return err
	}
	scored, err := epss(filepath.Join(from, "kev-epss-2026-08-22.csv"), filepath.Join(out, "epss.csv.zst"))
	if err != nil {
		return err
	}
	for id := range scored {
		exploited[id] = true
	}
	return records(filepath.Join(from, "nvd-2.0"), out, func(r record) bool {
		return wrong[r.ID] == "" && (exploited[r.ID] || r.names(wanted))
	})
}
