// SPDX-License-Identifier: EUPL-1.2

package mailcrypt_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/mailcrypt"
)

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// entity is one as the mailer makes it: canonical, ASCII, quoted-printable.
func entity() []byte {
	return mailcrypt.Canonical([]byte(`Content-Type: multipart/alternative; boundary="inner"
MIME-Version: 1.0

--inner
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

La vulnerabilit=C3=A0 =C3=A8 critica=20
- a line that begins with a dash

--inner--
`))
}

func pgpKey(t *testing.T, life time.Duration, made time.Time) (*mailcrypt.PGP, string) {
	t.Helper()
	k, private, err := mailcrypt.MakePGP("CSIRT Prova", "csirt@prova.example", life, nil, made)
	if err != nil {
		t.Fatal(err)
	}
	return k, private
}

// gnupg is a real gpg with a home of its own.
type gnupg struct {
	t    *testing.T
	home string
}

func newGnuPG(t *testing.T) gnupg {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") // short: the agent's socket lives in it
	if err != nil {
		t.Fatal(err)
	}
	g := gnupg{t, home}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	return g
}

// run gives what gpg writes, and what it says of its work (--status-fd).
func (g gnupg) run(in []byte, args ...string) (out, status string) {
	g.t.Helper()
	var stdout, stderr bytes.Buffer
	c := exec.Command("gpg", append([]string{"--homedir", g.home, "--batch", "--no-tty", "--trust-model", "always", "--status-fd", "2"}, args...)...)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := c.Run(); err != nil {
		g.t.Fatalf("gpg %v: %v\n%s", args, err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

func (g gnupg) importing(key []byte) { g.t.Helper(); g.run(key, "--import") }

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openssl runs a real openssl.
func openssl(t *testing.T, in []byte, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := exec.Command("openssl", args...)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &stdout, &stderr
	err := c.Run()
	if err != nil {
		t.Logf("openssl %v: %s", args, stderr.String())
	}
	return stdout.String(), err
}

// certified is an S/MIME certificate with its key, in PEM and in DER.
type certified struct{ both, certificate, der []byte }

func certificate(t *testing.T, public any, signer any, until time.Time) certified {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "CSIRT Prova"}, EmailAddresses: []string{"csirt@prova.example"},
		NotBefore: now().AddDate(-2, 0, 0), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return certified{append(cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), cert, der}
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// part gives what stands between boundaries, as a verifier takes it.
func part(t *testing.T, multipart []byte, boundary string, n int) []byte {
	t.Helper()
	parts := strings.Split(string(multipart), "--"+boundary)
	if len(parts) < n+2 {
		t.Fatalf("no part %d in\n%s", n, multipart)
	}
	return []byte(strings.TrimSuffix(strings.TrimPrefix(parts[n+1], "\r\n"), "\r\n"))
}

func body(t *testing.T, part []byte) []byte {
	t.Helper()
	_, b, found := bytes.Cut(part, []byte("\r\n\r\n"))
	if !found {
		t.Fatalf("no body in %s", part)
	}
	return b
}
