// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"strconv"

	"github.com/google/uuid"
)

// identifier makes the UUID of something of this portal: version 5 (RFC 9562),
// so that the same thing has the same one after a restart and on every node.
func (m *Module) identifier(what string, id int64) uuid.UUID {
	return uuid.NewSHA1(m.space, []byte(what+":"+strconv.FormatInt(id, 10)))
}

// portalPage is where a member reads an alert; where the CSIRT's people do, for others.
func (m *Module) portalPage(c client, a Alert) string {
	if c.org.ID != 0 {
		return m.deps.BaseURL + "/o/" + c.org.Code + "/advisories/" + strconv.FormatInt(a.ID, 10)
	}
	return m.deps.BaseURL + "/"
}
