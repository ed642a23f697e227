// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/inventory/intake"
)

// archived is a source that archives can be read from.
type archived struct{ *bytes.Reader }

func (archived) Close() error { return nil }

func bytesOf(b []byte) intake.Source {
	return func() (io.ReadCloser, error) { return archived{bytes.NewReader(b)}, nil }
}

// all is what a reading gave.
type all struct {
	kept
	hosts []intake.Host
}

func (a *all) sink() intake.Sink {
	s := a.kept.sink()
	s.Host = func(h intake.Host) error { a.hosts = append(a.hosts, h); return nil }
	return s
}

// readAny tells the format and reads.
func readAny(b []byte) (intake.Format, all, intake.Layout, error) {
	var a all
	f, err := intake.Detect(bytesOf(b))
	if err != nil {
		return f, a, intake.Layout{}, err
	}
	l, err := intake.Read(bytesOf(b), intake.Options{Format: f}, a.sink())
	return f, a, l, err
}

func zipOf(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sheetOf makes a workbook of one sheet; cells are texts, shared or in place.
func sheetOf(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	var shared, data strings.Builder
	n := 0
	for _, r := range rows {
		data.WriteString("<row>")
		for i, c := range r {
			if i%2 == 0 {
				fmt.Fprintf(&shared, "<si><t>%s</t></si>", c)
				fmt.Fprintf(&data, `<c t="s"><v>%d</v></c>`, n)
				n++
			} else {
				fmt.Fprintf(&data, `<c t="inlineStr"><is><t>%s</t></is></c>`, c)
			}
		}
		data.WriteString("</row>")
	}
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	return zipOf(t, map[string][]byte{
		"xl/workbook.xml":            []byte("<workbook " + ns + `><sheets><sheet name="Vuoto" r:id="rId1"/><sheet name="Dotazione" r:id="rId2"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels": []byte(`<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`),
		"xl/sharedStrings.xml":       []byte("<sst " + ns + ">" + shared.String() + "</sst>"),
		"xl/worksheets/sheet1.xml":   []byte("<worksheet " + ns + "><sheetData/></worksheet>"),
		"xl/worksheets/sheet2.xml":   []byte("<worksheet " + ns + "><cols><col/></cols><sheetData>" + data.String() + "</sheetData></worksheet>"),
	})
}

const cycloneXML = `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><component type="application"><name>protocollo</name></component></metadata>
<components><component type="library"><group>org.x</group><name>log4j-core</name><version>2.13.2</version><purl>pkg:maven/org.x/log4j-core@2.13.2</purl>
<components><component type="library"><publisher>Y</publisher><name>inner</name><version>1</version></component></components></component></components></bom>`

const spdxTags = "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: portale\n\nPackageName: openssl\nPackageVersion: 1.1.1w\nPackageSupplier: Organization: OpenSSL (x@y)\n" +
	"PackageComment: <text>two\nPackageName: not one\n</text>\nExternalRef: SECURITY cpe23Type cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*\nExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/openssl@1.1.1w\nFileName: ./x\nPackageName: zlib\nPackageVersion: NOASSERTION\n"

const nmapReport = `<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun><host endtime="1700000000"><status state="up"/><address addr="10.0.0.5" addrtype="ipv4"/>
<hostnames><hostname name="srv-web" type="PTR"/></hostnames><ports><port protocol="tcp" portid="22"><state state="open"/><service name="ssh" product="OpenSSH" version="8.2p1"><cpe>cpe:/a:openbsd:openssh:8.2p1</cpe><cpe>cpe:/o:linux:linux_kernel</cpe></service></port>
<port protocol="tcp" portid="80"><state state="closed"/><service name="http" product="nginx"/></port><port protocol="tcp" portid="81"><state state="open"/><service name="hosts2-ns"/></port></ports>
<os><osmatch name="Linux 4.15" accuracy="100"><osclass type="general purpose"><cpe>cpe:/o:linux:linux_kernel:4.15</cpe></osclass></osmatch><osmatch name="Router" accuracy="90"/></os></host>
<host><status state="down"/><address addr="10.0.0.6" addrtype="ipv4"/></host></nmaprun>`

const openvasReport = `<report id="1"><report id="1"><results><result><host>10.0.0.5<asset/><hostname>srv-web</hostname></host><detection><result><details><detail><name>product</name><value>cpe:/a:php:php:7.4</value></detail></details></result></detection></result></results>
<host><ip>10.0.0.5</ip><end>2026-01-02T03:04:05Z</end><detail><name>hostname</name><value>srv-web</value></detail><detail><name>best_os_cpe</name><value>cpe:/o:debian:debian_linux:11</value></detail><detail><name>best_os_txt</name><value>Debian 11</value></detail>
<detail><name>App</name><value>cpe:/a:php:php:7.4</value></detail><detail><name>App</name><value>cpe:/a:apache:http_server:2.4.7</value></detail></host></report></report>`

const openvasTable = "IP,Hostname,Port,NVT Name,Summary,Specific Result,NVT OID,Product Detection Result\n" +
	"10.0.0.5,srv-web,80,X,\"The host carries the product: cpe:/a:apache:http_server:2.4.7\nIt is vulnerable\",,1.2,\n10.0.0.5,srv-web,443,Y,,,1.3,\"Product: cpe:/a:php:php:7.4\nMethod: PHP\"\n"

const wazuhPackages = `{"data":{"affected_items":[{"agent_id":"003","name":"curl","version":"7.88.1-10","format":"deb","vendor":"Debian Curl Maintainers","architecture":"amd64"},{"agent_id":"003","name":"curl","version":"7.88.1-10","format":"deb","architecture":"amd64"}],"total_affected_items":2},"error":0}
{"data":{"affected_items":[{"agent_id":"003","hostname":"srv-mail","os":{"name":"Debian GNU/Linux","version":"12 (bookworm)"}}]}}`

const glpiTable = "\xef\xbb\xbf\"Nome\";\"Entità\";\"Produttore\";\"Numero di serie\";\"Tipo\";\"Modello\";\"Sistema operativo - Nome\";\"Sistema operativo - Versione\";\"Luogo\"\r\n" +
	"\"PC-01\";\"Comune\";\"Dell Inc.\";\"ABC1234\";\"Notebook\";\"Latitude\";\"Microsoft Windows 11 Pro\";\"23H2\";\"Anagrafe\"\r\n"

// TestEveryFormat tells each format by its content and reads it.
func TestEveryFormat(t *testing.T) {
	for name, c := range map[string]struct {
		text   []byte
		format intake.Format
		rows   []string // asset|label|version|cpe or purl
		hosts  []string // name|key|kind|os
	}{
		"cyclonedx xml": {[]byte(cycloneXML), intake.FormatCDX, []string{"|inner|1|", "|log4j-core|2.13.2|pkg:maven/org.x/log4j-core@2.13.2"}, nil},
		"spdx tags":     {[]byte(spdxTags), intake.FormatSPDX, []string{"|openssl|1.1.1w|cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*", "|zlib||"}, nil},
		"spdx json": {[]byte(`{"spdxVersion":"SPDX-2.2","name":"x","packages":[{"name":"a","versionInfo":"1","supplier":"NOASSERTION","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]}`),
			intake.FormatSPDX, []string{"|a|1|pkg:npm/a@1"}, nil},
		"nmap": {[]byte(nmapReport), intake.FormatNmap, []string{"srv-web|OpenSSH|8.2p1|cpe:/a:openbsd:openssh:8.2p1", "srv-web|Linux 4.15||cpe:/o:linux:linux_kernel:4.15"}, []string{"srv-web|nmap:10.0.0.5||Linux 4.15"}},
		"openvas xml": {[]byte(openvasReport), intake.FormatOpenVAS, []string{"srv-web|php php||cpe:/a:php:php:7.4", "srv-web|debian debian linux||cpe:/o:debian:debian_linux:11",
			"srv-web|apache http server||cpe:/a:apache:http_server:2.4.7"}, []string{"srv-web|openvas:10.0.0.5||", "srv-web|openvas:10.0.0.5||Debian 11"}},
		"openvas csv": {[]byte(openvasTable), intake.FormatOpenVAS, []string{"srv-web|apache http server||cpe:/a:apache:http_server:2.4.7", "srv-web|php php||cpe:/a:php:php:7.4"},
			[]string{"srv-web|openvas:10.0.0.5||", "srv-web|openvas:10.0.0.5||"}},
		"wazuh api": {[]byte(wazuhPackages), intake.FormatWazuh, []string{"agent 003|curl|7.88.1-10|", "srv-mail|Debian GNU/Linux|12|"}, []string{"agent 003|wazuh:003||", "srv-mail|wazuh:003:srv-mail||Debian GNU/Linux 12", "srv-mail|wazuh:003:srv-mail||"}},
		"glpi csv":  {[]byte(glpiTable), intake.FormatGLPI, []string{"PC-01|Microsoft Windows 11 Pro|23H2|"}, []string{"PC-01||workstation|Microsoft Windows 11 Pro 23H2"}},
		"csv":       {[]byte("prodotto;versione;ip;sistema\nnginx;1.24;10.0.0.9;web\n"), intake.FormatCSV, []string{"web|nginx|1.24|"}, []string{"web|||"}},
		"xlsx":      {sheetOf(t, []string{"Prodotto", "Versione"}, []string{"nginx", "1.24"}), intake.FormatXLSX, []string{"|nginx|1.24|"}, nil},
		"paste":     {[]byte("Firefox 115\nChrome\n"), intake.FormatPaste, []string{"|Firefox 115||", "|Chrome||"}, nil},
		"zip": {zipOf(t, map[string][]byte{"a.json": []byte(`{"deviceid":"d","content":{"hardware":{"name":"pc"},"softwares":[{"name":"x","version":"1"}]}}`)}),
			intake.FormatZip, []string{"pc|x|1|"}, []string{"pc|glpi:d||"}},
	} {
		format, got, _, err := readAny(c.text)
		if err != nil || format != c.format || len(got.problems) > 0 {
			t.Errorf("%s: %s %v %v", name, format, err, got.problems)
			continue
		}
		var rows, hosts []string
		for _, r := range got.rows {
			id := r.Values[intake.CPE]
			if id == "" {
				id = r.Values[intake.PURL]
			}
			rows = append(rows, strings.Join([]string{r.Values[intake.Asset], r.Values[intake.Label], r.Values[intake.Version], id}, "|"))
		}
		for _, h := range got.hosts {
			hosts = append(hosts, strings.Join([]string{h.Name, h.Key, string(h.Kind), h.OS}, "|"))
		}
		if d := cmp.Diff(c.rows, rows); d != "" {
			t.Errorf("%s: rows %s", name, d)
		}
		if d := cmp.Diff(c.hosts, hosts); d != "" {
			t.Errorf("%s: hosts %s", name, d)
		}
	}
}

// TestRealInventories reads GLPI's own examples.
func TestRealInventories(t *testing.T) {
	for name, want := range map[string]string{
		"computer_1.json": "glpixps 640HP72 workstation true 7", "computer_1_partial_softs.json": "glpixps 640HP72 workstation false 7",
		"networkequipment_3.json": "HP-2530-48G CN5BFP62CP network true 1", "phone_1.json": "Mi9TPro-TéléphoneM af8d8fcfa6fa4794 phone true 4",
		"printer_1.json": "NPIF2BE10 PHCVN191TG printer true 1", "computer_2_partial_dbs.json": "COMP1 2FAGP34 workstation false 2",
	} {
		b, err := os.ReadFile("testdata/glpi/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, got, _, err := readAny(b)
		if err != nil || len(got.hosts) != 1 {
			t.Errorf("%s: %+v %v", name, got.hosts, err)
			continue
		}
		h := got.hosts[0]
		if text := fmt.Sprint(h.Name, " ", h.Serial, " ", h.Kind, " ", h.Complete, " ", len(got.rows)); text != want {
			t.Errorf("%s: %s, want %s", name, text, want)
		}
	}
}
