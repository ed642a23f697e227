// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"martinella/internal/access/gate"
)

func (m *Module) front(r *gate.Request) error {
	i, err := m.instance(r)
	if err != nil {
		return err
	}
	v := frontView{Instance: i, Catalogue: m.ref.Catalogue, SignedIn: r.SignedIn()}
	if m.deps.Front != nil {
		if v.More, err = m.deps.Front(r.Context(), r.Scope); err != nil {
			return err
		}
	}
	return r.Page(m.deps.Instance.Name, frontPage(v))
}

func (m *Module) services(r *gate.Request) error {
	return r.Page(r.L.T("constituency.services.title"), servicesPage(m.ref.Catalogue, r.SignedIn()))
}

// join says who may join, what it takes and what follows.
func (m *Module) join(r *gate.Request) error {
	i, err := m.instance(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.join.title"), joinPage(i, r.SignedIn()))
}

func (m *Module) conditions(r *gate.Request) error {
	all, err := m.allConditions(r.Context(), m.db)
	if err != nil {
		return err
	}
	c := standing(all, None, nil, m.now()).Current
	if other, ok := versionOf(all, r.Query().Get("version")); ok {
		c = other
	}
	return r.Page(r.L.T("constituency.conditions.title"), conditionsPage(c))
}

// notice shows one of the texts every Italian public site owes its readers.
func (m *Module) notice(name string) gate.Handler {
	return func(r *gate.Request) error {
		i, err := m.instance(r)
		if err != nil {
			return err
		}
		return r.Page(r.L.T("constituency."+name+".title"), noticePage(name, i))
	}
}

// instance is the CSIRT as everybody sees it: reached as it says of itself.
func (m *Module) instance(r *gate.Request) (i Instance, err error) {
	i = m.deps.Instance
	if m.deps.Reach != nil {
		i.ContactEmail, i.ContactPhone, err = m.deps.Reach(r.Context(), r.Scope)
	}
	return i, err
}
