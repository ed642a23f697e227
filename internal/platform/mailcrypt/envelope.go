// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// The enveloped data of CMS (RFC 5652, section 6), for one recipient with an RSA
// key, in AES-256-CBC: what every mail program of RFC 8551 and before it opens.
// The library of the signatures chooses its cipher by a variable of the whole
// program, whose default is DES; hence these few structures.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content envelopedData `asn1:"explicit,tag:0"`
	}
	envelopedData struct {
		Version    int
		Recipients []keyTransport `asn1:"set"`
		Content    encryptedContent
	}
	keyTransport struct {
		Version   int
		Issuer    issuerSerial
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}
	issuerSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	encryptedContent struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Content   []byte `asn1:"tag:0"`
	}
)

func oidData() asn1.ObjectIdentifier      { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }
func oidEnveloped() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3} }
func oidRSA() asn1.ObjectIdentifier       { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1} }
func oidAES256() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
}

// ErrNotRSA is a certificate nothing can be encrypted to here.
var ErrNotRSA = errors.New("the recipient's certificate has no RSA key")

// envelope encrypts to a certificate (DER) and gives the enveloped data, DER.
func envelope(data, certificate []byte) ([]byte, error) {
	cert, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil, errors.New("the recipient's certificate cannot be read")
	}
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, ErrNotRSA
	}
	var key [32]byte
	var iv [aes.BlockSize]byte
	rand.Read(key[:]) // never fails
	rand.Read(iv[:])
	//lint:ignore SA1019 what is dangerous in it is decrypting; not every mail program opens OAEP
	sealedKey, err := rsa.EncryptPKCS1v15(rand.Reader, public, key[:])
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	content, err := cbc(data, key[:], iv[:])
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidEnveloped(), envelopedData{
		Recipients: []keyTransport{{Issuer: issuerSerial{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidRSA(), Parameters: asn1.NullRawValue}, Key: sealedKey}},
		Content: encryptedContent{oidData(), pkix.AlgorithmIdentifier{Algorithm: oidAES256(), Parameters: asn1.RawValue{Tag: asn1.TagOctetString, Bytes: iv[:]}}, content},
	}})
}

// cbc encrypts with the padding of CMS (RFC 5652, 6.3).
func cbc(data, key, iv []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	pad := aes.BlockSize - len(data)%aes.BlockSize
	out := append(bytes.Clone(data), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out, nil
}
