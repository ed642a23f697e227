// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/peterbourgon/ff/v3/fftoml"
)

// Provider is a table [oidc.NAME] of the file: somewhere else people are known.
// It can be given in the file only.
type Provider struct {
	Label            map[string]string `toml:"label"` // by language
	Issuer           string            `toml:"issuer"`
	ClientID         string            `toml:"client-id"`
	ClientSecretFile string            `toml:"client-secret-file"`
	ClientKeyFile    string            `toml:"client-key-file"` // private_key_jwt
	ClientKeyID      string            `toml:"client-key-id"`
	Scopes           []string          `toml:"scopes"`
	ACR              []string          `toml:"acr"`
	StrongACR        []string          `toml:"strong-acr"`
	StrongAMR        []string          `toml:"strong-amr"`
	SubjectClaim     string            `toml:"subject-claim"`
	FiscalClaim      string            `toml:"fiscal-claim"`
	FiscalPrefix     string            `toml:"fiscal-prefix"`
	EmailClaim       string            `toml:"email-claim"`
	NameClaim        string            `toml:"name-claim"`
	UserInfo         bool              `toml:"userinfo"`
	EmailDomains     []string          `toml:"email-domains"`

	ClientSecret string `toml:"-"` // what ClientSecretFile holds
	ClientKey    []byte `toml:"-"` // what ClientKeyFile holds, PEM
}

// maxFile bounds the configuration file.
const maxFile = 1 << 20

// parseFile reads the file: the tables of providers into c, all else as options.
func (c *Config) parseFile(r io.Reader, set func(name, value string) error) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return err
	}
	var tables struct {
		OIDC map[string]*Provider `toml:"oidc"`
	}
	meta, err := toml.Decode(string(raw), &tables)
	if err != nil {
		return fmt.Errorf("the configuration file: %w", err)
	}
	for _, key := range meta.Undecoded() {
		if key[0] == "oidc" {
			return fmt.Errorf("the configuration file: %s is not known", strings.Join(key, "."))
		}
	}
	if len(tables.OIDC) == 0 {
		return fftoml.Parser(bytes.NewReader(raw), set)
	}
	c.Providers = tables.OIDC
	rest, err := without(raw, "oidc")
	if err != nil {
		return err
	}
	return fftoml.Parser(rest, set)
}

// without gives the document without a table.
func without(raw []byte, table string) (io.Reader, error) {
	all := map[string]any{}
	if _, err := toml.Decode(string(raw), &all); err != nil {
		return nil, fmt.Errorf("the configuration file: %w", err)
	}
	delete(all, table)
	var out bytes.Buffer
	if err := toml.NewEncoder(&out).Encode(all); err != nil {
		return nil, fmt.Errorf("the configuration file: %w", err)
	}
	return &out, nil
}

// readProviders reads the files the providers' tables name.
func (c *Config) readProviders() error {
	for name, p := range c.Providers {
		if p.ClientSecretFile != "" && p.ClientKeyFile != "" {
			return fmt.Errorf("[oidc.%s]: client-secret-file or client-key-file, not both", name)
		}
		secret, err := readIf(p.ClientSecretFile)
		key, keyErr := readIf(p.ClientKeyFile)
		if err := errors.Join(err, keyErr); err != nil {
			return fmt.Errorf("[oidc.%s]: reading a secret: %w", name, err)
		}
		p.ClientSecret, p.ClientKey = strings.TrimSpace(string(secret)), key
	}
	return nil
}

func readIf(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	return os.ReadFile(name)
}
