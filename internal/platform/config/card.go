// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Card is how people sign in with the certificate of a CNS or CIE.
type Card struct {
	Listen     string // of the listener that asks for certificates; "" for none
	TLSCert    string // files of that listener's certificate; the portal's own when empty
	TLSKey     string
	URL        string // where the browser finds it
	Header     string // in which a reverse proxy hands the certificate over; "" for none
	Proxies    string // the proxies that may
	Trust      string // files of authorities, PEM or trusted lists
	TSLURL     string // a trusted list that is fetched daily
	TSLSigner  string // file of the certificates that may have signed it
	TSLTypes   string // types of services in it
	CRL        string // file or folder of revocation lists
	Policies   string
	Revocation string // "hard" or "soft"
}

// On says whether people can sign in with a card.
func (c Card) On() bool { return c.Listen != "" || c.Header != "" }

func registerTLS(fs *flag.FlagSet, c *Config) {
	fs.StringVar(&c.TLSCert, "tls-cert", "", "certificate of the portal, PEM with its chain; with --tls-key it speaks TLS itself")
	fs.StringVar(&c.TLSKey, "tls-key", "", "its key; both files are read again when they change")
}

func registerCard(fs *flag.FlagSet, c *Card) {
	fs.StringVar(&c.Listen, "card-listen", "", "address of the TLS listener that asks for a card's certificate (CNS, CIE)")
	fs.StringVar(&c.TLSCert, "card-tls-cert", "", "certificate of that listener (default: --tls-cert)")
	fs.StringVar(&c.TLSKey, "card-tls-key", "", "its key (default: --tls-key)")
	fs.StringVar(&c.URL, "card-url", "", "where browsers find the sign-in with a card (default: the host of --base-url and the port of --card-listen)")
	fs.StringVar(&c.Header, "card-header", "", "header in which a reverse proxy hands the card's certificate over: PEM, as it is or URL-encoded")
	fs.StringVar(&c.Proxies, "card-proxies", "", "addresses or ranges of the proxies that may; the header of anybody else is refused")
	fs.StringVar(&c.Trust, "card-trust", "", "files of the authorities that issue cards, by commas: PEM, or a trusted list (ETSI TS 119 612)")
	fs.StringVar(&c.TSLURL, "card-tsl-url", "", "a trusted list to fetch daily, as https://eidas.agid.gov.it/TL/TSL-IT.xml; none when empty")
	fs.StringVar(&c.TSLSigner, "card-tsl-signer", "", "PEM file of the certificates one of which must have signed the trusted lists; not verified when empty")
	fs.StringVar(&c.TSLTypes, "card-tsl-types", "IdV", "types of services to take from trusted lists, by commas: IdV, CA/QC")
	fs.StringVar(&c.CRL, "card-crl", "", "file, or folder of files, of revocation lists; read again when they change")
	fs.StringVar(&c.Policies, "card-policies", "1.3.76.16.2.1,1.3.76.47.4", "certificate policies accepted, by commas: CNS and CIE")
	fs.StringVar(&c.Revocation, "card-revocation", "hard", "hard: a card whose revocation cannot be looked up is refused; soft: it is accepted, and noted")
}

// completeTLS fills in and refuses what concerns TLS and cards.
func (c *Config) completeTLS() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together")
	}
	k := &c.Card
	if k.TLSCert == "" && k.TLSKey == "" {
		k.TLSCert, k.TLSKey = c.TLSCert, c.TLSKey
	}
	switch {
	case (k.TLSCert == "") != (k.TLSKey == ""):
		return errors.New("--card-tls-cert and --card-tls-key belong together")
	case k.Listen != "" && k.TLSCert == "":
		return errors.New("--card-listen needs --tls-cert and --tls-key, or --card-tls-cert and --card-tls-key")
	case k.Header != "" && k.Proxies == "":
		return errors.New("--card-header needs --card-proxies: without them nobody's header is believed")
	case k.On() && k.Trust == "" && k.TSLURL == "":
		return errors.New("signing in with a card needs authorities: --card-trust or --card-tsl-url")
	}
	if k.On() && k.URL == "" {
		k.URL = c.cardURL()
	}
	k.URL = strings.TrimSuffix(k.URL, "/")
	if k.On() && !strings.HasPrefix(k.URL, "https://") {
		return fmt.Errorf("--card-url %q: cards need an https address", k.URL)
	}
	return nil
}

// cardURL is the public address's host with the port of the card listener;
// behind a proxy the public address itself.
func (c *Config) cardURL() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return ""
	}
	_, port, err := net.SplitHostPort(c.Card.Listen)
	if err != nil {
		return c.BaseURL
	}
	return "https://" + net.JoinHostPort(u.Hostname(), port)
}
