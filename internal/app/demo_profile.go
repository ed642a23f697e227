// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"cmp"
	"context"
	"time"

	"martinella/internal/publication"
)

// profile is what the demonstration's CSIRT says of itself; all of it is invented.
func (st *stage) profile() scene {
	return scene{st.now.Add(-72 * time.Hour), "the CSIRT's profile", func(ctx context.Context) error {
		s := st.people["admin@csirt.example"].Territory()
		p, err := st.rooms.publication.Profile(ctx, s)
		if err != nil {
			return err
		}
		p.Name, p.Email = cmp.Or(p.Name, "CSIRT (dimostrazione)"), cmp.Or(p.Email, "csirt@csirt.example")
		p.Address = "Via dell’Esempio 1\n00000 Città Inventata"
		p.Texts = map[string]publication.Texts{"it": profileIT(), "en": profileEN()}
		_, err = st.rooms.publication.SetProfile(ctx, s, p.Version, p)
		return err
	}}
}

func profileIT() publication.Texts {
	return publication.Texts{
		"distribution": "Le modifiche sono comunicate agli enti aderenti nel loro portale.",
		"points":       "Per un incidente in corso telefonate. Per tutto il resto scrivete alla casella del CSIRT, cifrando ciò che è riservato.",
		"hours":        "Dati inventati: giorni feriali dalle 8 alle 20; per gli incidenti gravi, a ogni ora.",
		"mission":      "Aiutare gli enti del territorio a prevenire gli incidenti informatici, ad accorgersene presto e a rimediare.",
		"constituency": "Gli enti pubblici e le imprese del territorio inventato che hanno aderito.",
		"sponsorship":  "Un ente pubblico inventato, per questa dimostrazione.",
		"authority":    "Il CSIRT consiglia: non può imporre misure agli enti.",
		"incidents":    "Ogni incidente che tocca la sicurezza delle informazioni di un ente aderente. Quelli gravi hanno la precedenza.",
		"cooperation":  "Ciò che viene segnalato è condiviso secondo TLP 2.0 e mai oltre ciò che serve. I dati di un ente non sono resi noti senza il suo consenso, salvo obblighi di legge.",
		"communication": "Posta elettronica firmata con OpenPGP; cifrata quando il contenuto lo richiede. Per telefono ci si identifica richiamando il numero " +
			"registrato.",
		"triage":       "Verifica della segnalazione, valutazione della gravità, assegnazione a un analista.",
		"coordination": "Contatti con gli enti coinvolti, con CSIRT Italia e con le forze dell’ordine.",
		"resolution":   "Indicazioni per contenere e ripristinare; il lavoro sui sistemi resta dell’ente.",
		"proactive":    "Allerte e bollettini, vulnerabilità delle tecnologie dichiarate, formazione.",
		"forms":        "Il modulo è nel portale, per gli enti aderenti; chi non vi accede può telefonare o scrivere.",
		"disclaimers":  "Profilo dimostrativo: persone, indirizzi e numeri sono inventati.",
	}
}

func profileEN() publication.Texts {
	return publication.Texts{
		"points":       "Call about an incident that is going on. For all else write to the CSIRT’s mailbox; encrypt what is confidential.",
		"hours":        "Invented: working days from 8:00 to 20:00; for serious incidents, at any hour.",
		"mission":      "To help the bodies of the territory to prevent incidents, to notice them early and to recover.",
		"constituency": "The public bodies and companies of the invented territory that have joined.",
		"sponsorship":  "An invented public body, for this demonstration.",
		"authority":    "The CSIRT advises: it cannot order its members to act.",
		"incidents":    "Every incident that touches a member’s information security. Serious ones come first.",
		"cooperation":  "What is reported is shared under TLP 2.0 and no further than needed. A member’s data are not disclosed without its consent, unless the law demands it.",
		"disclaimers":  "A demonstration: people, addresses and numbers are invented.",
	}
}
