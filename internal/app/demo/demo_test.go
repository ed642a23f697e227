// SPDX-License-Identifier: EUPL-1.2

package demo_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"martinella/internal/app/demo"
)

// text unpacks a file of the extract.
func text(t *testing.T, f demo.Feed) string {
	t.Helper()
	file, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := zstd.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestEveryNamedProductIsInTheExtract(t *testing.T) {
	territory, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := text(t, demo.Baseline()[2])
	quoted := func(product string) string {
		out, err := json.Marshal("cpe:2.3:" + product + ":")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Trim(strings.ReplaceAll(string(out), `\u0026`, "&"), `"`)
	}
	for _, o := range territory.Organisations {
		for _, i := range o.Items {
			if i.Product != "" && !strings.Contains(all, quoted(i.Product)) {
				t.Errorf("%s: %s is in no record", o.Code, i.Product)
			}
		}
	}
}

func TestNobodyCanBeReached(t *testing.T) {
	territory, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	check := func(address string) {
		if address != "" && !strings.HasSuffix(address, ".example") {
			t.Errorf("%s may be somebody's", address)
		}
	}
	for _, p := range territory.Staff {
		check(p.Email)
	}
	for _, o := range territory.Organisations {
		check(o.PEC)
		check(o.Email)
		check(o.Website)
		check(o.Applicant.Email)
		for _, p := range o.People {
			check(p.Email)
		}
		for _, c := range o.Contacts {
			check(c.Email)
			if c.Phone != "" && !strings.Contains(c.Phone, " 000") {
				t.Errorf("%s may be somebody's number", c.Phone)
			}
		}
	}
}

func TestTheExtractIsSmallAndLicensed(t *testing.T) {
	total := int64(0)
	err := fs.WalkDir(os.DirFS("feeds"), ".", func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		total += info.Size()
		return err
	})
	if err != nil || total > 4<<20 {
		t.Errorf("%d bytes, %v", total, err)
	}
	notice, err := os.ReadFile("feeds/LICENSE-KEV_EPSS")
	if err != nil || !strings.Contains(string(notice), "Apache License") {
		t.Errorf("the licence of the EPSS file is not beside it: %v", err)
	}
	days, err := demo.Days()
	if err != nil || len(days) != 5 || !slices.IsSortedFunc(days, func(a, b demo.Feed) int { return strings.Compare(a.Day, b.Day) }) {
		t.Errorf("the days are %v, %v", days, err)
	}
}

func TestInventedMunicipalitiesStandAmongTheRealOnes(t *testing.T) {
	real := fstest.MapFS{"geo/comuni-toscana.json": {Data: []byte(`{"comuni":[{"name":"Firenze"}]}`)}, "other": {Data: []byte("as it is")}}
	both, err := demo.Reference(real)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(both, "geo/comuni-toscana.json")
	if err != nil || !strings.Contains(string(got), "Firenze") || !strings.Contains(string(got), "Castelvento") {
		t.Errorf("%s, %v", got, err)
	}
	if other, err := fs.ReadFile(both, "other"); err != nil || string(other) != "as it is" {
		t.Errorf("%s, %v", other, err)
	}
}
