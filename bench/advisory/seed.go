// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/check"
	"martinella/internal/platform/db"
)

// seed writes rows, because the doors people use would take hours. All of it is made up.
func (b *bench) seed(ctx context.Context) error {
	for _, part := range []func(context.Context, *db.Tx) error{b.addOrganisations, b.addContacts, b.signIn} {
		if err := b.DB.Tx(ctx, func(tx *db.Tx) error { return part(ctx, tx) }); err != nil {
			return err
		}
	}
	for n := range b.alerts {
		if err := b.DB.Tx(ctx, func(tx *db.Tx) error { return b.addAlert(ctx, tx, n+1) }); err != nil {
			return err
		}
	}
	_, err := b.DB.Exec(ctx, "ANALYZE")
	return err
}

// code is the n-th organisation's, whose id is n, from 1.
func code(n int) string { return fmt.Sprintf("c_t%05d", n) }

func (b *bench) addOrganisations(ctx context.Context, tx *db.Tx) error {
	now := db.Ms(began)
	rows := make([][]any, b.organisations)
	for i := range rows {
		name := fmt.Sprintf("Comune di Prova %05d", i+1)
		rows[i] = []any{i + 1, code(i + 1), name, check.NameKey(name), check.Fold(name), []string{"municipality", "health", "school"}[i%3], "IT", []string{"FI", "PO", "PT", "AR", "SI"}[i%5], "info@" + code(i+1) + ".example", "it", "Europe/Rome",
			"Responsabile", "RTD", "rtd@" + code(i+1) + ".example", "+39 055 0000000", "it", "approved", []string{"basic", "full"}[i%2], now, now, now, "1", now, ""}
	}
	return tx.BulkInsert(ctx, "organisation", []string{"id", "code", "name", "name_key", "name_fold", "type", "country", "province", "email", "language", "time_zone",
		"applicant_name", "applicant_position", "applicant_email", "applicant_phone", "applicant_language", "state", "tier", "state_since",
		"created_at", "approved_at", "conditions_version", "conditions_at", "patron_day"}, rows)
}

// addContacts gives each organisation two or three, all to be called in an emergency.
func (b *bench) addContacts(ctx context.Context, tx *db.Tx) error {
	now := db.Ms(began)
	people, roles := make([][]any, b.contacts), make([][]any, b.contacts)
	for i := range people {
		org := i%b.organisations + 1
		people[i] = []any{i + 1, org, fmt.Sprintf("Referente %d", i), fmt.Sprintf("p%d@%s.example", i/b.organisations, code(org)), fmt.Sprintf("+39 055 %07d", i), []string{"it", "it", "it", "en"}[i%4], true, now, now}
		roles[i] = []any{i + 1, []string{"security_contact", "technical", "head_of_security"}[min(2, i/b.organisations)]} // one is called for each role
	}
	if err := tx.BulkInsert(ctx, "contact", []string{"id", "organisation_id", "name", "email", "phone", "language", "digest", "created_at", "updated_at"}, people); err != nil {
		return err
	}
	return tx.BulkInsert(ctx, "contact_role", []string{"contact_id", "role"}, roles)
}

const advisoryColumns = `INSERT INTO advisory (id, version, kind, reference, severity, tlp, pap, state, title, content, audience, ack_minutes,
	created_at, created_by, created_name, changed_at, changed_by, sent_at, sent_name, organisations, people, told, announced) VALUES ($1,1,$2,$3,$4,'TLP:AMBER','',$5,'Prova',$6,'everyone',240,$7,1,'Analista',$7,1,$8,'Analista',$9,$9,$9,$9)`

// content is what every alert says.
const content = `{"texts":{"it":{"title":"Aggiornamento da installare (inventato)","body":"Prima di tutto **aggiornate**.\n\n- poi controllate i registri\n- infine cambiate le password\n\nIl testo è inventato e serve a una misura."},"en":{"title":"Update to be installed (made up)","body":"First of all **update**."}},"cves":["CVE-2099-0001"],"links":["https://csirt.example/1"]}`

// addAlert writes one that was sent to everybody, a week apart, half of it acknowledged.
func (b *bench) addAlert(ctx context.Context, tx *db.Tx, n int) error {
	sent := began.AddDate(0, 0, -8*(b.alerts-n)-1)
	_, err := tx.Exec(ctx, advisoryColumns, n, []string{"alert", "bulletin"}[n%2], fmt.Sprintf("AL%02d/PROVA", n), []string{"critical", "high", "medium", "low"}[n%4], "sent", content, db.Ms(sent.Add(-time.Hour)), db.Ms(sent), b.organisations)
	if err != nil {
		return err
	}
	members, people := make([][]any, b.organisations), make([][]any, b.organisations)
	for i := range members {
		var at any
		name := ""
		if i%2 == 0 && n < b.alerts {
			at, name = db.Ms(sent.Add(time.Duration(1+i%600)*time.Minute)), "Referente"
		}
		members[i] = []any{n, i + 1, true, `[{"key":"everyone"}]`, 1, at, name, at, name}
		people[i] = []any{n, i + 1, fmt.Sprintf("p0@%s.example", code(i+1)), "Referente", "it", i + 1, fmt.Sprintf("[%d]", i+1)}
	}
	if err := tx.BulkInsert(ctx, "advisory_member", []string{"advisory_id", "organisation_id", "certain", "why", "people", "opened_at", "opened_name", "acknowledged_at", "acknowledged_name"}, members); err != nil {
		return err
	}
	return tx.BulkInsert(ctx, "advisory_recipient", []string{"advisory_id", "number", "address", "name", "language", "organisation_id", "organisations"}, people)
}

// asked is how many organisations the requests are of.
const asked = 400

// token is a session's: of the person of the n-th organisation.
func token(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "session %d", n))
	return base32.StdEncoding.EncodeToString(sum[:])[:26]
}

// signIn gives somebody of each organisation that is asked a session; number 0 is of the CSIRT.
func (b *bench) signIn(ctx context.Context, tx *db.Tx) error {
	for n := range min(asked, b.organisations) + 1 {
		var person int64
		if err := tx.QueryRow(ctx, "INSERT INTO person (email, name, language, created_at) VALUES ($1,$2,'it',0) RETURNING id", fmt.Sprintf("p0@%s.example", code(n)), "Persona").Scan(&person); err != nil {
			return err
		}
		if err := b.grant(ctx, tx, person, n); err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(token(n)))
		_, err := tx.Exec(ctx, "INSERT INTO session (token_hash, person_id, created_at, seen_at, second_factor_at, address, user_agent) VALUES ($1,$2,$3,$3,$3,'','')", hex.EncodeToString(sum[:]), person, db.Ms(began))
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) grant(ctx context.Context, tx *db.Tx, person int64, n int) error {
	if n > 0 {
		_, err := tx.Exec(ctx, "INSERT INTO membership (person_id, organisation_id, role, created_at) VALUES ($1,$2,$3,0)", person, n, string(access.OrgAdmin))
		return err
	}
	for _, r := range access.StaffRoles() {
		if _, err := tx.Exec(ctx, "INSERT INTO person_role (person_id, role, granted_at) VALUES ($1,$2,0)", person, string(r)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "INSERT INTO totp_secret (person_id, confirmed_at) VALUES ($1,0)", person)
	return err
}
