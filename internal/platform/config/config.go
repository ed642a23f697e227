// SPDX-License-Identifier: EUPL-1.2

// Package config reads what an instance is told about itself: by flags, by the
// environment, by a TOML file, the first one that speaks wins.
//
// One table (options.go) names every option; the command line, the environment
// (MARTINELLA_ and the flag's name in capitals), the file's keys and
// `martinella help config` are all made of it. A secret may be given by a file
// (--smtp-password-file), so that it stands in no process list and no unit file.
package config

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"
)

// Config is an instance's configuration.
type Config struct {
	Data     string
	Database string
	Demo     bool

	Listen         string
	MetricsListen  string
	BaseURL        string
	TrustedProxies string
	RequestTimeout time.Duration
	Drain          time.Duration
	StepUp         time.Duration // how long a second factor counts as just shown
	TLSCert        string        // files; "" when a proxy speaks TLS
	TLSKey         string
	Card           Card
	Providers      map[string]*Provider // of OpenID Connect, by name
	APIRate        int

	Name         string // the CSIRT's name
	OwnerName    string // the body that runs it
	OwnerURL     string
	ContactEmail string
	ContactPhone string
	Language     string
	Zone         string
	FourEyes     bool // two people decide on accreditations and on changes of verified data

	MailTransport    string // "outbox" or "smtp"
	MailFrom         string
	SMTPAddress      string
	SMTPUser         string
	SMTPPassword     string
	SMTPPasswordFile string
	SMTPTLS          string // "starttls", "tls", "none"
	SMTPConnections  int    // of one worker at the same time

	CSAFPrefix string // begins the ids of public alerts

	Keys Keys // the CSIRT's own, that sign

	Workers int
	Worker  bool // serve also works on jobs

	FeedSchedule  string
	FeedFetch     bool
	NVDURL        string
	CVE5URL       string
	NVDAPIKey     string
	NVDAPIKeyFile string
	KEVURL        string
	EPSSURL       string
	FetchProxy    string
	FetchAgent    string
	FetchAllow    string
	SourceAllow   string
	HookAllow     string
	HookHTTP      bool

	AlertFourEyes   bool   // alerts are sent by another person than wrote them
	AlertEscalation string // what is done about those who do not acknowledge: critical=30,60,90

	SecretFile string

	Blobs           string // a folder or s3://…
	BlobKeyFile     string
	S3AccessKey     string
	S3SecretKey     string
	S3SecretKeyFile string
	Clamd           string

	LogLevel  string
	LogFormat string
}

// Parse reads args (without the program's and the command's name) into c,
// along with the environment and the file of --config. What the command itself
// adds to fs is read with it.
func Parse(fs *flag.FlagSet, c *Config, args []string) error {
	Register(fs, c)
	fs.String("config", "", "TOML file with any of these options")
	err := ff.Parse(fs, args, ff.WithEnvVarPrefix(envPrefix), ff.WithConfigFileFlag("config"), ff.WithConfigFileParser(c.parseFile))
	if err != nil {
		return err
	}
	if err := errors.Join(c.readSecrets(), c.readProviders()); err != nil {
		return err
	}
	return c.complete()
}

const envPrefix = "MARTINELLA"

// Env gives the environment variable of a flag.
func Env(name string) string {
	return envPrefix + "_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func (c *Config) readSecrets() error {
	for _, s := range []struct {
		file  string
		value *string
	}{{c.SMTPPasswordFile, &c.SMTPPassword}, {c.NVDAPIKeyFile, &c.NVDAPIKey}, {c.S3SecretKeyFile, &c.S3SecretKey},
		{c.Keys.PGPPassphraseFile, &c.Keys.PGPPassphrase}, {c.Keys.SMIMEPassphraseFile, &c.Keys.SMIMEPassphrase}} {
		if s.file == "" {
			continue
		}
		text, err := os.ReadFile(s.file)
		if err != nil {
			return fmt.Errorf("reading a secret: %w", err)
		}
		*s.value = strings.TrimSpace(string(text))
	}
	return nil
}

// complete fills in what follows from the rest and refuses what cannot be.
func (c *Config) complete() error {
	if c.Database == "" {
		c.Database = filepath.Join(c.Data, "martinella.db")
	}
	if c.BaseURL == "" {
		c.BaseURL = c.Scheme() + c.Listen
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if err := c.completeTLS(); err != nil {
		return err
	}
	if c.SecretFile == "" {
		c.SecretFile = filepath.Join(c.Data, "secret.key")
	}
	if c.Blobs == "" {
		c.Blobs = filepath.Join(c.Data, "blobs")
	}
	if c.BlobKeyFile == "" {
		c.BlobKeyFile = filepath.Join(c.Data, "blob.key")
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return fmt.Errorf("--zone %q: %w", c.Zone, err)
	}
	return c.check()
}

func (c *Config) check() error {
	for _, choice := range []struct {
		flag, value string
		allowed     []string
	}{
		{"mail-transport", c.MailTransport, []string{"outbox", "smtp"}},
		{"smtp-tls", c.SMTPTLS, []string{"starttls", "tls", "none"}},
		{"language", c.Language, []string{"it", "en", "nb"}},
		{"log-level", c.LogLevel, []string{"debug", "info", "warn", "error"}},
		{"log-format", c.LogFormat, []string{"text", "json"}},
		{"card-revocation", c.Card.Revocation, []string{"hard", "soft"}},
	} {
		if !contains(choice.allowed, choice.value) {
			return fmt.Errorf("--%s %q: must be one of %s", choice.flag, choice.value, strings.Join(choice.allowed, ", "))
		}
	}
	if c.SMTPConnections < 0 || c.SMTPConnections > 100 {
		return fmt.Errorf("--smtp-connections %d: from 1 to 100", c.SMTPConnections)
	}
	if c.MailTransport == "smtp" && c.SMTPAddress == "" {
		return fmt.Errorf("--mail-transport smtp needs --smtp-address")
	}
	return nil
}

func contains(all []string, v string) bool {
	for _, a := range all {
		if a == v {
			return true
		}
	}
	return false
}

// Scheme is what the portal itself speaks.
func (c *Config) Scheme() string {
	if c.TLSCert != "" {
		return "https://"
	}
	return "http://"
}

// Location is the instance's time zone. Parse has checked that it exists.
func (c *Config) Location() *time.Location {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}
