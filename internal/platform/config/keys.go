// SPDX-License-Identifier: EUPL-1.2

package config

import "flag"

// Keys are where the CSIRT's own keys are, with which it signs.
type Keys struct {
	PGPFile             string // an OpenPGP private key
	PGPPassphrase       string
	PGPPassphraseFile   string
	SMIMEFile           string // a certificate with its key, PEM or PKCS #12
	SMIMEPassphrase     string
	SMIMEPassphraseFile string
}

func registerKeys(fs *flag.FlagSet, k *Keys) {
	fs.StringVar(&k.PGPFile, "pgp-key-file", "", "the CSIRT's OpenPGP private key: it signs alerts and what is published; none when empty (\"martinella keys make\" makes one)")
	fs.StringVar(&k.PGPPassphrase, "pgp-passphrase", "", "what opens it (better: --pgp-passphrase-file)")
	fs.StringVar(&k.PGPPassphraseFile, "pgp-passphrase-file", "", "file that holds the passphrase")
	fs.StringVar(&k.SMIMEFile, "smime-key-file", "", "the CSIRT's S/MIME certificate with its key and chain, PEM or PKCS #12; none when empty")
	fs.StringVar(&k.SMIMEPassphrase, "smime-passphrase", "", "what opens the PKCS #12 file (better: --smime-passphrase-file)")
	fs.StringVar(&k.SMIMEPassphraseFile, "smime-passphrase-file", "", "file that holds that passphrase")
}
