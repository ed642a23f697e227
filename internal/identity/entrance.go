// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// entrance is what an organisation asks of its own people who come in.
type entrance struct {
	SecondFactor bool // from everybody, not only from the org_admins
	Limited      bool // only from the networks
	Networks     []netip.Prefix
	OpenUntil    time.Time // until then the networks do not count
}

// admits says whether members may come in from an address.
func (e entrance) admits(address netip.Addr, now time.Time) bool {
	if !e.Limited || now.Before(e.OpenUntil) {
		return true
	}
	for _, p := range e.Networks {
		if p.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}

// entranceColumns writes the entrances of a person's organisations as one text,
// so that reading a session stays one query: "7|1|0|192.0.2.0/24 2001:db8::/32;…".
const entranceColumns = `COALESCE((SELECT string_agg(CAST(e.organisation_id AS TEXT) || '|' || CAST(e.second_factor AS TEXT) || '|' ||
	CAST(COALESCE(e.open_until, 0) AS TEXT) || '|' || e.networks, ';') FROM entrance e JOIN membership em ON em.organisation_id = e.organisation_id
	WHERE em.person_id = p.id), '')`

func parseEntrances(text string) map[int64]entrance {
	out := map[int64]entrance{}
	for row := range strings.SplitSeq(text, ";") {
		part := strings.SplitN(row, "|", 4)
		if len(part) < 4 {
			continue
		}
		org, err := strconv.ParseInt(part[0], 10, 64)
		if err != nil {
			continue
		}
		until, _ := strconv.ParseInt(part[2], 10, 64)
		out[org] = entrance{SecondFactor: part[1] == "1", Limited: part[3] != "", Networks: parseNetworks(part[3]), OpenUntil: time.UnixMilli(until).UTC()}
	}
	return out
}

// parseNetworks reads what SetEntrance has written.
func parseNetworks(text string) (out []netip.Prefix) {
	for _, word := range strings.Fields(text) {
		if p, err := netip.ParsePrefix(word); err == nil {
			out = append(out, p)
		}
	}
	return out
}
