// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"martinella/internal/access"
	"martinella/internal/platform/mailer"
)

// keyPair gives a contact's key: the public part as text, and what opens mail to it.
func keyPair(t *testing.T, address string, now time.Time) (string, openpgp.EntityList) {
	t.Helper()
	e, err := openpgp.NewEntity("Prova", "", address, &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), openpgp.EntityList{e}
}

// TestAStrictAlertOpensWithItsReadersKeyOnly follows an alert under TLP:AMBER+STRICT from the
// form to the mail as it leaves: its text is inside what the reader's key opens, and nowhere else.
func TestAStrictAlertOpensWithItsReadersKeyOnly(t *testing.T) {
	c := newContract(t, newHouse(t))
	contact := c.call(200, "list-contacts", asked{}).items()[0].(m)
	address := fmt.Sprint(contact["email"])
	public, private := keyPair(t, address, c.house.clock.Now().Add(-time.Hour))
	c.call(201, "add-contact-key", asked{Path: path1(contact["id"]), Body: m{"text": public}})
	staff := func(q asked) asked { q.As = "analyst"; return q }
	made := c.call(201, "add-advisory", staff(asked{Body: m{"kind": "alert", "severity": "critical", "tlp": "TLP:AMBER+STRICT", "audience": "code:c_x101", "texts": m{"it": m{"title": "Titolo riservato", "body": "Corpo riservato."}}}}))
	c.call(200, "send-advisory", staff(asked{Path: map[string]string{"id": made.id("id")}, Header: map[string]string{"If-Match": made.Header.Get("ETag")}}))
	c.drain()

	people := c.call(200, "list-advisory-people", staff(asked{Path: map[string]string{"id": made.id("id")}})).items()
	if of := slices.IndexFunc(people, func(p any) bool { return p.(m)["address"] == address }); of < 0 || people[of].(m)["mail"] != "kept" || people[of].(m)["protection"] != "encrypted" {
		t.Errorf("%v", people)
	}
	mails := c.house.app.rooms.mails
	list, err := mails.List(t.Context(), access.System("test"), mailer.Filter{Query: address})
	list = slices.DeleteFunc(list, func(e mailer.Entry) bool { return e.Kind != "advisory" })
	if err != nil || len(list) != 1 {
		t.Fatalf("%d mails to %s, %v", len(list), address, err)
	}
	raw, err := mails.Raw(t.Context(), access.System("test"), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("riservato")) {
		t.Errorf("the text is outside:\n%s", raw)
	}
	begin := bytes.Index(raw, []byte("-----BEGIN PGP MESSAGE"))
	if begin < 0 {
		t.Fatalf("nothing is encrypted:\n%s", raw)
	}
	block, err := armor.Decode(bytes.NewReader(raw[begin:]))
	if err != nil {
		t.Fatal(err)
	}
	md, err := openpgp.ReadMessage(block.Body, private, nil, &packet.Config{Time: c.house.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	inside, err := io.ReadAll(md.UnverifiedBody)
	if err != nil || !strings.Contains(string(inside), "Corpo riservato.") {
		t.Errorf("%v\n%s", err, inside)
	}
}
