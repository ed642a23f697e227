// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// maxContacts bounds a body's chart.
const maxContacts = 200

// Contacts gives the contacts of the scope's organisation, by name.
func (m *Module) Contacts(ctx context.Context, s access.Scope) ([]Contact, error) {
	if err := s.Require(access.ContactRead); err != nil {
		return nil, err
	}
	return contacts(ctx, m.db, s)
}

// SaveContact adds a contact (id 0) or changes one, if it still is the version
// the user saw. An Invalid fault names the fields to mend.
func (m *Module) SaveContact(ctx context.Context, s access.Scope, id, version int64, form ContactForm) (Contact, error) {
	var out Contact
	err := m.changeContacts(ctx, s, func(tx *db.Tx, o Organisation, all []Contact) error {
		c, err := form.validate(m.ref, o.Country)
		if err != nil {
			return err
		}
		c.ID, c.Organisation, c.Version = id, o.ID, version
		if err := checkSubstitute(c, all); err != nil {
			return err
		}
		out, err = m.storeContact(ctx, tx, s, o, c, all)
		return err
	})
	return out, err
}

// changeContacts runs a change of one organisation's chart alone: its row is locked.
func (m *Module) changeContacts(ctx context.Context, s access.Scope, change func(*db.Tx, Organisation, []Contact) error) error {
	if err := s.Require(access.ContactEdit); err != nil {
		return err
	}
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, org)
		if err != nil {
			return err
		}
		all, err := contacts(ctx, tx, s)
		if err != nil {
			return err
		}
		if err := change(tx, o, all); err != nil {
			return err
		}
		return m.rescore(ctx, tx, o.ID)
	})
}

// checkSubstitute wants the substitute to be another contact of the same body,
// and the chain of substitutes to end.
func checkSubstitute(c Contact, all []Contact) error {
	if c.Substitute == 0 {
		return nil
	}
	byID := map[int64]Contact{}
	for _, other := range all {
		byID[other.ID] = other
	}
	problems := fault.New(fault.Invalid, "constituency.contact")
	if _, ok := byID[c.Substitute]; !ok {
		return problems.Field("substitute", "constituency.substitute_unknown")
	}
	if c.ID != 0 && substituteLoop(byID, c.ID, c.Substitute) {
		return problems.Field("substitute", "constituency.substitute_loop")
	}
	return nil
}

func (m *Module) storeContact(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, c Contact, all []Contact) (Contact, error) {
	c.UpdatedAt = m.now()
	if c.ID == 0 {
		if len(all) >= maxContacts {
			return c, fault.New(fault.Invalid, "constituency.contacts_full", fault.P{"n": maxContacts})
		}
		c.CreatedAt = c.UpdatedAt
		if err := insertContact(ctx, tx, &c); err != nil {
			return c, err
		}
		return c, m.auditContact(ctx, tx, s, o, "contact.added", c, nil)
	}
	old, err := contactNumber(c.ID, all)
	if err != nil {
		return c, err
	}
	if err := updateContact(ctx, tx, &c); err != nil {
		return c, err
	}
	return c, m.auditContact(ctx, tx, s, o, "contact.changed", c, c.changes(old))
}

// RemoveContact takes a contact off the chart; whoever it stood in for is left without substitute.
func (m *Module) RemoveContact(ctx context.Context, s access.Scope, id int64) error {
	return m.changeContacts(ctx, s, func(tx *db.Tx, o Organisation, all []Contact) error {
		c, err := contactNumber(id, all)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM contact WHERE id = $1 AND organisation_id = $2", id, o.ID); err != nil {
			return fmt.Errorf("removing contact %d: %w", id, err)
		}
		return m.auditContact(ctx, tx, s, o, "contact.removed", c, nil)
	})
}

func contactNumber(id int64, all []Contact) (Contact, error) {
	i := slices.IndexFunc(all, func(c Contact) bool { return c.ID == id })
	if i < 0 {
		return Contact{}, contactUnknown()
	}
	return all[i], nil
}

// auditContact logs who changed which contact. The log cannot be erased, so it
// names roles and fields and not the person.
func (m *Module) auditContact(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, action string, c Contact, fields []string) error {
	detail := map[string]any{"roles": c.Roles}
	if fields != nil {
		detail["fields"] = fields
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, action, fmt.Sprintf("contact:%d", c.ID), detail)
}

// Recipient is somebody who receives an organisation's digest.
type Recipient struct {
	Name, Email string
	Language    string
}

// DigestRecipients gives who receives the digest of the scope's organisation:
// the contacts that chose to, each mailbox once, else who registered the body,
// unless he is among the contacts and chose not to. Nobody while the organisation is not approved.
func (m *Module) DigestRecipients(ctx context.Context, s access.Scope) ([]Recipient, error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	o, err := organisation(ctx, m.db, s, org)
	if err != nil || o.State != Approved {
		return nil, err
	}
	all, err := contacts(ctx, m.db, s)
	if err != nil {
		return nil, err
	}
	var out []Recipient
	for _, c := range all {
		known := slices.ContainsFunc(out, func(r Recipient) bool { return r.Email == c.Email })
		if c.Digest && c.Email != "" && !known {
			out = append(out, Recipient{c.Name, c.Email, c.Language})
		}
	}
	declined := slices.ContainsFunc(all, func(c Contact) bool { return strings.EqualFold(c.Email, o.Applicant.Email) })
	if len(out) == 0 && !declined {
		out = append(out, Recipient{o.Applicant.Name, o.Applicant.Email, o.Applicant.Language})
	}
	return out, nil
}
