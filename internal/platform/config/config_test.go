// SPDX-License-Identifier: EUPL-1.2

package config_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"martinella/internal/platform/config"
)

func parse(args ...string) (config.Config, error) {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	var c config.Config
	return c, config.Parse(fs, &c, args)
}

func TestFlagsWinOverEnvironmentOverFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "martinella.toml")
	if err := os.WriteFile(file, []byte("listen = \"127.0.0.1:1\"\nname = \"from file\"\nzone = \"Europe/Oslo\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MARTINELLA_LISTEN", "127.0.0.1:2")
	t.Setenv("MARTINELLA_NAME", "from environment")
	var c config.Config
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	if err := config.Parse(fs, &c, []string{"--config", file, "--listen", "127.0.0.1:3"}); err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.Name != "from environment" || c.Location().String() != "Europe/Oslo" {
		t.Errorf("listen %q, name %q, zone %q", c.Listen, c.Name, c.Zone)
	}
	if c.BaseURL != "http://127.0.0.1:3" || c.Database != filepath.Join(c.Data, "martinella.db") {
		t.Errorf("base %q, database %q", c.BaseURL, c.Database)
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var c config.Config
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	if err := config.Parse(fs, &c, []string{"--smtp-password-file", file}); err != nil || c.SMTPPassword != "s3cret" {
		t.Errorf("password %q err %v", c.SMTPPassword, err)
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	for _, args := range [][]string{
		{"--language", "fr"}, {"--zone", "Rome"}, {"--mail-transport", "pigeon"}, {"--mail-transport", "smtp"},
		{"--smtp-password-file", "/nowhere"}, {"--workers", "many"}, {"--config", "/nowhere.toml"}, {"--unknown", "1"},
	} {
		if _, err := parse(args...); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

func TestHelpNamesEveryOption(t *testing.T) {
	var out bytes.Buffer
	if err := config.Help(&out); err != nil {
		t.Fatal(err)
	}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	config.Register(fs, new(config.Config))
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(out.String(), "--"+f.Name+" ") || !strings.Contains(out.String(), config.Env(f.Name)) || f.Usage == "" {
			t.Errorf("--%s is not documented", f.Name)
		}
	})
}
