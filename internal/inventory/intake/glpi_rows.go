// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"net/netip"
	"regexp"
	"strings"
)

// row hands over a product of the machine at hand.
func (g *glpi) row(values map[Field]string) error {
	g.line++
	values[Asset] = g.hosts[g.at].Name
	_, err := g.sink.product(g.line, values)
	return err
}

// software reads one installed program.
func (g *glpi) software() error {
	v, err := g.flat()
	if err != nil {
		return err
	}
	publisher := v["publisher"]
	return g.row(map[Field]string{Label: v["name"], Version: v["version"], Publisher: publisher})
}

// system reads the operating system, which is an item of its own.
func (g *glpi) system() error {
	v, err := g.flat()
	if err != nil {
		return err
	}
	name, version := osItem(v)
	return g.row(map[Field]string{Label: name, Version: version})
}

// part reads a firmware, an antivirus or a database server.
func (g *glpi) part(section string) error {
	v, err := g.flat()
	if err != nil {
		return err
	}
	label, version, publisher := v["name"], v["version"], firstOf(v["manufacturer"], v["company"])
	switch section {
	case "firmwares":
		label = madeBy(publisher, label)
	case "databases_services":
		version = distribution(version)
	}
	return g.row(map[Field]string{Label: label, Version: version, Publisher: publisher})
}

var distrib = regexp.MustCompile(`Distrib ([0-9][^ ,]*?)(?:-MariaDB|-log)?(?:[ ,]|$)`)

// distribution takes the server's version out of a client's answer: "Ver 15.1
// Distrib 10.5.10-MariaDB" speaks of 10.5.10.
func distribution(version string) string {
	if m := distrib.FindStringSubmatch(version); m != nil {
		return m[1]
	}
	return version
}

// osItem names an operating system as an item. Windows is told apart by its
// edition and its build; other systems by their version.
func osItem(v map[string]string) (name, version string) {
	full := v["full_name"]
	if strings.Contains(strings.ToLower(full), "windows") {
		name = full
		if release := v["version"]; release != "" && !strings.Contains(full, release) && !strings.Contains(release, ".") {
			name += " " + release
		}
		return name, v["kernel_version"]
	}
	name = firstOf(v["name"], full)
	return name, v["version"]
}

// osName is the operating system as the asset's page says it.
func osName(v map[string]string) string {
	if full := v["full_name"]; full != "" {
		return full
	}
	return strings.TrimSpace(v["name"] + " " + v["version"])
}

// address keeps addresses that tell a machine from others.
func address(s string) string {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil || a.IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return ""
	}
	return a.WithZone("").Unmap().String()
}
