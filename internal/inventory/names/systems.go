// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"cmp"
	"regexp"
	"strings"
)

// release is what a maker's own way of naming says of a text.
type release struct {
	refs    []string // "vendor:product", the first the dictionary has
	version string   // "" : the stated one holds
	update  string
}

// rule reads one way of naming.
type rule struct {
	like *regexp.Regexp
	read func(m []string, q Query) release
}

// editions is what may stand behind a Windows' or an Office's name without making it another product.
var editions = `(?:\s*[-,(]?\s*(?:pro(?:fessional)?|enterprise|home|education|standard|datacenter|essentials|foundation|ultimate|premium|business|plus|evaluation|ltsc|ltsb|iot|core|` +
	`n|kn|single language|for workstations|multi-session|edition|version|build|r2|sp\s?\d|service pack \d|for|x64-based|x86-based|arm64-based|32-bit|64-bit|x64|x86|systems?|os|server|` +
	`[a-z]{2}-[a-z]{2}|italiano|english|\d{4}|\d\dh[12]|[\d.]+)\)?)*\s*$`

var rules = []rule{
	{regexp.MustCompile(`(?i)^(?:microsoft )?windows server (2003|2008|2012|2016|2019|2022|2025)((?: r2)?)\b` + editions), windowsServer},
	{regexp.MustCompile(`(?i)^(?:microsoft )?windows (10|11)\b` + editions), windows},
	{regexp.MustCompile(`(?i)^(?:microsoft )?windows (xp|vista|7|8\.1|8)\b(?:.*?(?:service pack |sp)(\d))?` + editions), oldWindows},
	{regexp.MustCompile(`(?i)^java(?:\(tm\))?(?: se)?(?: runtime environment| jre)? (\d+)(?:\.\d+)*(?: update (\d+))?(?: \(64-bit\)| \(32-bit\))?$`), javaRuntime},
	{regexp.MustCompile(`(?i)^java(?:\(tm\))?(?: se)? development kit (\d+)(?:\.\d+)*(?: update (\d+))?(?: \(64-bit\)| \(32-bit\))?$`), javaKit},
	{regexp.MustCompile(`(?i)^(?:j2se|java 2) runtime environment[^\d]*([\d.]+)(?: update (\d+))?$`), javaTwo},
	{regexp.MustCompile(`(?i)^(?:microsoft )?office (?:ltsc )?(?:professional|standard|home|business|premium|student|personal|enterprise|plus|and|&|e|ltsc|\s)*\s*(2007|2010|2013|2016|2019|2021|2024)` + editions), office},
	{regexp.MustCompile(`(?i)^(?:microsoft )?(?:office )?(365|office 365)(?: apps)?(?: (?:for|per) (?:enterprise|business|le aziende))?(?: proplus| business| enterprise)?(?: - [a-z]{2}-[a-z]{2}(?:\.proof)?)?$`), office365},
	{regexp.MustCompile(`(?i)^microsoft (?:office )?(visio|project|word|excel|outlook|powerpoint|access|publisher|onenote|skype for business)(?: (?:professional|standard|basic|entry))*(?: (20\d\d))` + editions), officePart},
	{regexp.MustCompile(`(?i)^(?:microsoft )?sql server (20\d\d)(?: r2)?(?: \(?(?:64-bit|32-bit|express|standard|enterprise|developer|web|edition|localdb|database engine services|sp\d|cu\d+|rtm|x64)\)?)*\s*$`), sqlServer},
	{regexp.MustCompile(`(?i)^(?:microsoft )?exchange(?: server)? (20\d\d)(?: standard| enterprise| edition)*(?: (?:cumulative update |cu)(\d+))?$`), exchange},
	{regexp.MustCompile(`(?i)^microsoft \.net framework (\d+(?:\.\d+)*)`), func(m []string, _ Query) release {
		return release{refs: []string{"microsoft:.net_framework"}, version: m[1]}
	}},
	{regexp.MustCompile(`(?i)^microsoft (?:\.net(?: core)?(?: runtime| host| host fx resolver| sdk)?|windows desktop runtime)\s+-?\s*(\d+\.\d+\.\d+)`), dotNet},
	{regexp.MustCompile(`(?i)^microsoft asp\.net core (?:runtime )?-?\s*(\d+\.\d+\.\d+)`), func(m []string, _ Query) release {
		return release{refs: []string{"microsoft:asp.net_core", "microsoft:.net"}, version: m[1]}
	}},
	{regexp.MustCompile(`(?i)^acrobat\.(dc|classic)\.(reader|scafull)\.`), acrobatPackage},
	{regexp.MustCompile(`(?i)^adobe acrobat(?: (reader|pro|standard))?(?: dc)?(?: - [a-z]+)?(?: \(?(?:64-bit|32-bit)\)?)?$`), acrobat},
	{regexp.MustCompile(`(?i)^(?:fortinet )?fortigate[ -]?(?:vm)?\d*[a-z]?\d*(?: v?([\d.]+))?$`), func(m []string, _ Query) release {
		return release{refs: []string{"fortinet:fortios"}, version: m[1]}
	}},
	{regexp.MustCompile(`(?i)^(?:vmware )?esxi (\d+\.\d+)(?:\.\d+)? (?:update |u)(\d+\w*)`), func(m []string, _ Query) release {
		return release{refs: []string{"vmware:esxi"}, version: m[1], update: "update_" + strings.ToLower(m[2])}
	}},
	{regexp.MustCompile(`(?i)^(?:q |r |s )?android(?: os)? (\d+(?:\.\d+)*)`), func(m []string, _ Query) release {
		return release{refs: []string{"google:android"}, version: m[1]}
	}},
	{regexp.MustCompile(`(?i)^(?:apple )?(?:macos|mac os x|os x)(?: (?:ventura|sonoma|sequoia|monterey|big sur|catalina|mojave|tahoe))?(?: (\d+(?:\.\d+)*))?$`), func(m []string, _ Query) release {
		return release{refs: []string{"apple:macos"}, version: m[1]}
	}},
	{regexp.MustCompile(`(?i)^cisco (?:asa|adaptive security appliance)(?: software)?(?: v?(\d[\w.()]*))?$`), func(m []string, _ Query) release {
		return release{refs: []string{"cisco:adaptive_security_appliance_software"}, version: dotted(m[1])}
	}},
	{regexp.MustCompile(`(?i)^(?:linux-image|linux-modules|linux-headers|kernel)-\d`), func(_ []string, _ Query) release {
		return release{refs: []string{"linux:linux_kernel"}}
	}},
}

// dotted writes "9.16(4)" as CPE does: 9.16.4.
func dotted(v string) string {
	return strings.TrimRight(strings.NewReplacer("(", ".", ")", ".").Replace(v), ".")
}

// architectureTail is the architecture behind a name; no maker's rule needs it.
var architectureTail = regexp.MustCompile(`(?i)\s*\((?:64|32)[ -]?bit(?: x64| edition)?\)$|\s*\((?:x64|x86|amd64|arm64)(?: edition)?\)$`)

// system reads a text by makers' ways of naming.
func (x *Index) system(q Query) (Candidate, bool) {
	q.Label = architectureTail.ReplaceAllString(q.Label, "")
	if c, ok := x.systemExactly(q); ok {
		return c, true
	}
	p := splitVersion(q.Label)
	if p.version == "" {
		return Candidate{}, false
	}
	return x.systemExactly(Query{Label: p.rest, Publisher: q.Publisher, Version: cmp.Or(q.Version, p.version)})
}

func (x *Index) systemExactly(q Query) (Candidate, bool) {
	for _, r := range rules {
		m := r.like.FindStringSubmatch(q.Label)
		if m == nil {
			continue
		}
		rel := r.read(m, q)
		ids := x.named(rel.refs...)
		if len(ids) == 0 {
			continue
		}
		p := x.products[ids[0]]
		if strings.HasSuffix(p.Product, "_"+rel.version) {
			rel.version = "" // a year in the product's name is not its version as well
		}
		version := cmp.Or(rel.version, Stated(Upstream(q.Version)), splitVersion(q.Label).version)
		return Candidate{Product: p, Confidence: 95, Reason: System, Version: version, Update: rel.update}, true
	}
	return Candidate{}, false
}

func windowsServer(m []string, q Query) release {
	product := "microsoft:windows_server_" + m[1]
	r := release{refs: []string{product}}
	if strings.TrimSpace(m[2]) != "" {
		r.version = "r2"
	}
	if f := feature.FindString(q.Label); f != "" && m[1] == "2022" {
		r.refs = []string{product + "_" + strings.ToLower(f), "microsoft:windows_server_" + strings.ToLower(f), product}
	}
	return r
}

// feature is the version people know of a Windows: 22H2, 1809.
var feature = regexp.MustCompile(`(?i)\b(\d\dh[12]|1507|1511|1607|1703|1709|1803|1809|1903|1909|2004)\b`)

// builds are the builds of Windows 10 and 11 and the version people know.
var builds = map[string]string{
	"10240": "1507", "10586": "1511", "14393": "1607", "15063": "1703", "16299": "1709", "17134": "1803", "17763": "1809", "18362": "1903", "18363": "1909",
	"19041": "2004", "19042": "20h2", "19043": "21h1", "19044": "21h2", "19045": "22h2", "22000": "21h2", "22621": "22h2", "22631": "23h2", "26100": "24h2", "26200": "25h2",
}

var build = regexp.MustCompile(`\b10\.0\.(\d{5})`)

func windows(m []string, q Query) release {
	product := "microsoft:windows_" + m[1]
	version := strings.ToLower(feature.FindString(q.Label))
	if b := build.FindStringSubmatch(q.Version + " " + q.Label); version == "" && b != nil {
		version = builds[b[1]]
	}
	if version == "" {
		version = strings.ToLower(feature.FindString(q.Version))
	}
	if version == "" {
		return release{refs: []string{product}}
	}
	return release{refs: []string{product + "_" + version, product}}
}

func oldWindows(m []string, _ Query) release {
	r := release{refs: []string{"microsoft:windows_" + strings.ToLower(m[1])}}
	if m[2] != "" {
		r.update = "sp" + m[2]
	}
	return r
}

func javaRuntime(m []string, q Query) release { return java("jre", m, q) }
func javaKit(m []string, q Query) release     { return java("jdk", m, q) }

// java reads versions as Oracle's CPE names do: up to 8, "Java 8 Update 371" is
// 1.8.0 update371; from 9 on the version is what the name says.
func java(product string, m []string, q Query) release {
	r := release{refs: []string{"oracle:" + product, "sun:" + product}}
	switch {
	case m[2] != "":
		r.version, r.update = "1."+m[1]+".0", "update"+m[2]
	case len(m[1]) == 1 && m[1] < "9":
		r.version = "1." + m[1] + ".0"
	default:
		r.version = cmp.Or(splitVersion(q.Label).version, m[1])
	}
	return r
}

func javaTwo(m []string, _ Query) release {
	r := release{refs: []string{"sun:jre", "oracle:jre"}, version: m[1]}
	if m[2] != "" {
		r.version, r.update = "1."+m[1], "update"+m[2]
	}
	return r
}

func office(m []string, q Query) release {
	if strings.Contains(strings.ToLower(q.Label), "ltsc") {
		return release{refs: []string{"microsoft:office_long_term_servicing_channel", "microsoft:office"}, version: m[1]}
	}
	return release{refs: []string{"microsoft:office"}, version: m[1]}
}

func office365(_ []string, _ Query) release {
	return release{refs: []string{"microsoft:365_apps"}}
}

func officePart(m []string, _ Query) release {
	product := strings.ReplaceAll(strings.ToLower(m[1]), " ", "_")
	return release{refs: []string{"microsoft:" + product}, version: m[2]}
}

func sqlServer(m []string, _ Query) release {
	return release{refs: []string{"microsoft:sql_server_" + m[1], "microsoft:sql_server"}, version: m[1]}
}

func exchange(m []string, _ Query) release {
	r := release{refs: []string{"microsoft:exchange_server"}, version: m[1]}
	if m[2] != "" {
		r.update = "cumulative_update_" + m[2]
	}
	return r
}

func dotNet(m []string, _ Query) release {
	if m[1] < "5" && m[1][1] == '.' {
		return release{refs: []string{"microsoft:.net_core", "microsoft:.net"}, version: m[1]}
	}
	return release{refs: []string{"microsoft:.net"}, version: m[1]}
}

func acrobatPackage(m []string, _ Query) release {
	reader, classic := strings.EqualFold(m[2], "reader"), strings.EqualFold(m[1], "classic")
	switch {
	case reader && classic:
		return release{refs: []string{"adobe:acrobat_reader"}}
	case reader:
		return release{refs: []string{"adobe:acrobat_reader_dc"}}
	case classic:
		return release{refs: []string{"adobe:acrobat"}}
	}
	return release{refs: []string{"adobe:acrobat_dc"}}
}

// acrobat reads the name Adobe gives both tracks; from version 15 on it is the continuous one.
func acrobat(m []string, q Query) release {
	major, _, _ := strings.Cut(q.Version, ".")
	continuous := len(major) == 2 && major >= "15" || q.Version == ""
	product := "adobe:acrobat"
	if strings.EqualFold(m[1], "reader") {
		product += "_reader"
	}
	if continuous {
		return release{refs: []string{product + "_dc", product}}
	}
	return release{refs: []string{product}}
}
