// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"net/url"

	"martinella/internal/app/demo"
	"martinella/internal/constituency"
)

// care is what some bodies did about their own record: answers to the checklist, proposals of
// changes (one decided, one that waits), a company that belongs to its municipality.
func (st *stage) care() []scene {
	return []scene{
		{demo.Before(st.now, 15), "the family of Lente Servizi", st.family},
		{demo.Before(st.now, 12), "the checklist of Castelvento", st.checklist},
		{demo.Before(st.now, 6), "a change of the health authority", st.decidedChange},
		{demo.Before(st.now, 1.4), "a change that waits", func(ctx context.Context) error {
			_, err := st.propose(ctx, "c_x002", "marta.gori@comune.borgolente.example", "Dal 1° del mese il Comune ha una nuova casella PEC (delibera di Giunta n. 84).",
				func(p *constituency.Proposal) { p.PEC = "comune.borgolente@pec.example" })
			return err
		}},
	}
}

func (st *stage) family(ctx context.Context) error {
	s := st.people["teresa.bruni@csirt.example"].Territory()
	o, err := st.rooms.constituency.Organisation(ctx, s, st.bodies["ih_x01"])
	if err != nil {
		return err
	}
	return st.rooms.constituency.SetParent(ctx, s, o.ID, o.Version, "c_x002")
}

func (st *stage) checklist(ctx context.Context) error {
	const elena = "elena.martelli@comune.castelvento.example"
	s, err := st.member(elena, "c_x001")
	if err != nil {
		return err
	}
	for section, answers := range map[string]url.Values{
		"accreditation": {"incident_procedure": {"yes"}, "incident_procedure_day": {"2026-03-18"}, "risk_analysis": {"yes"}, "risk_analysis_day": {"2025-11-04"},
			"information_classification": {"no"}, "domains": {"comune.castelvento.example\nmuseo.castelvento.example"}, "networks": {"192.0.2.0/28"}},
		"network": {"network_map": {"yes"}, "network_map_day": {"2026-09-01"}, "network_map_note": {"In cassaforte, Ufficio Sistemi informativi."},
			"logs": {"Firewall e autenticazioni, 180 giorni, su un server separato."}},
		"around": {"companies": {"Castelvento Multiservizi: rete idrica e illuminazione."}, "schools": {"Due istituti comprensivi, rete propria."}},
	} {
		if err := st.rooms.constituency.AnswerOnboarding(ctx, s, section, st.named(elena), answers.Get); err != nil {
			return err
		}
	}
	return nil
}

// propose asks for a change of a body's verified data.
func (st *stage) propose(ctx context.Context, code, by, reason string, change func(*constituency.Proposal)) (constituency.Change, error) {
	s, err := st.member(by, code)
	if err != nil {
		return constituency.Change{}, err
	}
	o, err := st.rooms.constituency.Own(ctx, s)
	if err != nil {
		return constituency.Change{}, err
	}
	p := constituency.Proposal{Reason: reason, Registration: constituency.Registration{
		Code: o.Code, Name: o.Name, Type: o.Type, Municipality: o.Municipality, Province: o.Province, FiscalCode: o.FiscalCode, PEC: o.PEC,
		Website: o.Website, LegalRepresentative: o.LegalRepresentative,
	}}
	change(&p)
	return st.rooms.constituency.Propose(ctx, s, constituency.Asker{Name: st.named(by), Email: by, Language: "it"}, o.Version, p)
}

func (st *stage) decidedChange(ctx context.Context) error {
	c, err := st.propose(ctx, "asl_x01", "roberto.dini@asl-costaserena.example", "È cambiato il direttore generale (decreto del 30 ottobre).",
		func(p *constituency.Proposal) { p.LegalRepresentative = "Livia Sarti, direttrice generale" })
	if err != nil {
		return err
	}
	const teresa = "teresa.bruni@csirt.example"
	s := st.people[teresa].Territory()
	now, o, err := st.rooms.constituency.Change(ctx, s, c.ID)
	if err != nil {
		return err
	}
	return st.rooms.constituency.DecideChange(ctx, s, c.ID, constituency.ChangeDecision{Action: constituency.ChangeApprove, Version: now.Version, Record: o.Version, By: st.named(teresa)})
}
