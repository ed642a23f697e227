// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"time"

	"martinella/internal/intake"
	"martinella/internal/platform/tlp"
)

// sources are where the demonstration's alerts would come from: two that work,
// one that is being tried again, one that is off. Nobody is asked.
func (st *stage) sources() []scene {
	at := st.now.Add(-2 * time.Minute)
	return []scene{{at, "the sources of alerts", func(ctx context.Context) error {
		for _, x := range pretended(at) {
			if err := st.source(ctx, x); err != nil {
				return err
			}
		}
		return st.mailbox(ctx)
	}}}
}

// mailbox is the source that mails are handed to, with what came: a stranger's
// mail, which waits for a person, an answer of a machine, and a report of a mail nobody sent.
func (st *stage) mailbox(ctx context.Context) error {
	s := st.people["admin@csirt.example"].Territory()
	f := intake.Form{Name: "Casella delle allerte", Kind: intake.Mailbox, Every: 15 * time.Minute, Active: true, TLP: tlp.Amber, Owner: "teresa.bruni@csirt.example", Language: "it"}
	f.Settings.Senders = "avvisi@polizia.example\nfornitore.example"
	if _, err := st.rooms.intake.Create(ctx, s, f); err != nil {
		return err
	}
	for _, raw := range pretendedMails() {
		if _, err := st.rooms.intake.Deliver(ctx, s, f.Name, []byte(raw)); err != nil {
			return err
		}
	}
	return nil
}

func pretendedMails() []string {
	const head = "To: allerte@csirt.example\nDate: Wed, 18 Nov 2026 08:30:00 +0100\nContent-Type: text/plain; charset=utf-8\n"
	return []string{
		"From: \"Ufficio sicurezza (inventato)\" <sicurezza@consorzio.example>\nSubject: Messaggi contraffatti (esempio inventato)\nMessage-ID: <1@consorzio.example>\n" + head +
			"\nSintesi\n\nESEMPIO INVENTATO: circolano messaggi contraffatti a nome del consorzio, che non esiste.\n",
		"From: Anna Inventata <anna@comune.example>\nSubject: Risposta automatica\nMessage-ID: <2@comune.example>\nAuto-Submitted: auto-replied\n" + head + "\nSono in ferie (esempio inventato).\n",
		"From: MAILER-DAEMON@comune.example\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <3@comune.example>\nX-Failed-Recipients: nessuno@comune.example\n" + head + "\nESEMPIO INVENTATO\n",
	}
}

type pretendedSource struct {
	form   intake.Form
	health intake.Health
	items  []intake.Item
}

func (st *stage) source(ctx context.Context, x pretendedSource) error {
	s := st.people["admin@csirt.example"].Territory()
	x.form.Owner, x.form.Language, x.form.Settings.Back = "teresa.bruni@csirt.example", "it", 7
	made, err := st.rooms.intake.Create(ctx, s, x.form)
	if err != nil {
		return err
	}
	return st.rooms.intake.Pretend(ctx, s, made.ID, x.health, x.items)
}

func pretended(now time.Time) []pretendedSource {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	return []pretendedSource{
		{
			intake.Form{Name: "Bollettini di un fornitore (inventato)", Kind: intake.RSS, Address: "https://fornitore.example/avvisi.xml", Every: time.Hour, TLP: tlp.Clear},
			intake.Health{RunAt: ago(300 * time.Hour), OKAt: ago(300 * time.Hour)}, nil,
		},
		{
			intake.Form{Name: "Raccolta TAXII di un CSIRT vicino (inventata)", Kind: intake.TAXII, Address: "https://vicino.example/taxii2/", Every: 30 * time.Minute, Active: true, TLP: tlp.Amber},
			intake.Health{RunAt: ago(14 * time.Minute), OKAt: ago(14 * time.Minute), NextAt: now.Add(16 * time.Minute)}, nil,
		},
		{
			intake.Form{Name: "Documenti CSAF (inventati)", Kind: intake.CSAF, Address: "https://csaf.fornitore.example/.well-known/csaf/provider-metadata.json", Every: time.Hour, Active: true, TLP: tlp.Clear},
			intake.Health{RunAt: ago(20 * time.Minute), OKAt: ago(5 * time.Hour), ItemAt: ago(29 * time.Hour), NextAt: now.Add(2 * time.Hour), Failures: 2, FailingSince: ago(80 * time.Minute),
				Code: "intake.status", Params: map[string]any{"host": "csaf.fornitore.example", "status": 502}, Seen: 2, Refused: 1},
			[]intake.Item{
				{Title: "Documento inventato: aggiornamento di sicurezza", Link: "https://csaf.fornitore.example/2026/inventato-2.json", State: intake.Refused, Code: "intake.csaf.hash"},
				{Title: "Documento inventato: difetto in un dispositivo di rete", Link: "https://csaf.fornitore.example/2026/inventato-1.json", State: intake.Known},
			},
		},
		{
			intake.Form{Name: "ACN – CSIRT Italia", Kind: intake.RSS, Address: intake.ACNFeed, Every: 15 * time.Minute, Active: true, TLP: tlp.Clear},
			intake.Health{RunAt: ago(9 * time.Minute), OKAt: ago(9 * time.Minute), NextAt: now.Add(6 * time.Minute)}, nil,
		},
	}
}
