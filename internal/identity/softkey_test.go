// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"martinella/internal/identity"
)

// softKey is an authenticator made of software, with one ES256 credential. Its
// fields are what a test bends.
type softKey struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32

	origin     string
	rpID       string
	unverified bool // without the user's PIN or finger
	challenge  string
}

func newSoftKey(t *testing.T) *softKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	return &softKey{t: t, key: key, id: id, origin: "https://csirt.example.it", rpID: "csirt.example.it"}
}

// asked are the parts of a ceremony's options an authenticator looks at.
type asked struct {
	PublicKey struct {
		Challenge string
		User      struct{ ID string }
	}
}

func (k *softKey) read(c identity.Ceremony) (a asked) {
	k.t.Helper()
	raw, err := json.Marshal(c.Options)
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	if k.challenge != "" {
		a.PublicKey.Challenge = k.challenge
	}
	return a
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (k *softKey) clientData(kind, challenge string) []byte {
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return raw
}

// authData is the authenticator data (WebAuthn, section 6.1).
func (k *softKey) authData(attested bool) []byte {
	rp := sha256.Sum256([]byte(k.rpID))
	flags := byte(0x01) // user present
	if !k.unverified {
		flags |= 0x04
	}
	if attested {
		flags |= 0x40
	}
	out := binary.BigEndian.AppendUint32(append(rp[:], flags), k.counter)
	if attested {
		out = append(out, make([]byte, 16)...)
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(k.id))), k.id...)
		out = append(out, k.cose()...)
	}
	return out
}

// cose writes the public key as COSE does (RFC 9053, section 7.1.1).
func (k *softKey) cose() []byte {
	raw, err := k.key.PublicKey.Bytes()
	if err != nil {
		k.t.Fatal(err)
	}
	out := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	out = append(append(out, raw[1:33]...), 0x22, 0x58, 0x20)
	return append(out, raw[33:]...)
}

// create answers a registration, with an attestation of nothing ("none").
func (k *softKey) create(c identity.Ceremony) (answer string) {
	k.t.Helper()
	a := k.read(c)
	k.handle, _ = base64.RawURLEncoding.DecodeString(a.PublicKey.User.ID)
	data := k.authData(true)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(append(append(object, 0xa0), 0x68), "authData"...)
	object = append(binary.BigEndian.AppendUint16(append(object, 0x59), uint16(len(data))), data...)
	return k.answer(map[string]any{"clientDataJSON": b64(k.clientData("webauthn.create", a.PublicKey.Challenge)), "attestationObject": b64(object)})
}

// get answers an assertion; the counter goes on by one.
func (k *softKey) get(c identity.Ceremony) (answer string) {
	k.t.Helper()
	k.counter++
	client, data := k.clientData("webauthn.get", k.read(c).PublicKey.Challenge), k.authData(false)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(data, hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.key, digest[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(k.authData(false)), "signature": b64(signature), "userHandle": b64(k.handle)})
}

func (k *softKey) answer(response map[string]any) string {
	raw, err := json.Marshal(map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(raw)
}
