// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
	"martinella/internal/platform/mailcrypt"
)

func TestOwnKeysAreMadeReadAndWatched(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "own.asc")
	c := config.Config{Name: "CSIRT Prova", MailFrom: "CSIRT <csirt@prova.example>", Keys: config.Keys{PGPPassphrase: "hemmelig"}}
	made, err := MakeOwnKey(file, c, 100*24*time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := MakeOwnKey(file, c, 0, now); !errors.Is(err, os.ErrExist) {
		t.Errorf("a key was written over: %v", err)
	}
	c.Keys.PGPFile = file
	read, err := ReadOwnKeys(c, now)
	if err != nil || len(read) != 1 || read[0].Fingerprint != made.Fingerprint || read[0].Names[0] != "CSIRT Prova <csirt@prova.example>" {
		t.Fatalf("%+v, %v", read, err)
	}
	for days, want := range map[int]string{0: "", 50: "ends on 2027-03-06", 200: "ends on 2027-03-06"} {
		ring, err := loadKeys(c.Keys, now.AddDate(0, 0, days))
		if err != nil {
			t.Fatal(err)
		}
		a := &App{Options: Options{Config: c, Clock: clock.NewFake(now.AddDate(0, 0, days))}, keys: ring}
		if said, err := a.checkOwnKeys(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("after %d days: %q, %v", days, said, err)
		}
	}
	c.Keys.PGPPassphrase = "gjettet"
	if _, err := ReadOwnKeys(c, now); !errors.Is(err, mailcrypt.ErrPassphrase) || strings.Contains(err.Error(), "gjettet") {
		t.Errorf("wrong passphrase: %v", err)
	}
}
